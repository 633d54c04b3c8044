"""What a check finds: all problems at once, each at its place in the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from contracts.rule import (
    DateFact,
    DateRef,
    Earliest,
    FactKind,
    FactType,
    KeyRef,
    Latest,
    Problem,
    Shifted,
)
from rules.decisions import DecidedNode, DeclaredUnits
from rules.facts import FactTypes, NamedValues, ParameterTypes
from rules.unit_words import unknown_unit_text
from rules.units import Dimension, UnknownUnit, unit

MOST_TOLD = 20
"""So many of a list are told; who needs the others looks them up."""


def meant(written: str, known: Collection[str], by_label: Mapping[str, str]) -> str:
    """The known name that was meant: whose label was written for it, or which is spelt nearly so; else nothing."""
    if written in by_label:
        return f"（“{written}”是名称，应写 {by_label[written]}）"
    near = get_close_matches(written, known, n=1, cutoff=0.6)
    return f"（是不是“{near[0]}”？）" if near else ""


@dataclass(frozen=True, slots=True)
class Findings:
    """Problems in the order in which they were found, and what the item declares.

    `decisions` collects the figures that somebody has to set, each with the node that asks for it, `unstated` the
    places of figures that the source does not give, `used` the named values that something uses, and `measured`
    their dimensions. While a named value is checked, `defining` is its name; inside an `each`, `apart` are the lists
    that are one entry there.
    """

    fact_types: FactTypes
    parameters: ParameterTypes = field(default_factory=dict)
    values: NamedValues = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    decisions: dict[str, DecidedNode] = field(default_factory=dict)
    unstated: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    measured: dict[tuple[str, frozenset[str]], Dimension | None] = field(default_factory=dict)
    defining: str | None = None
    apart: frozenset[str] = frozenset()

    def add(self, code: str, where: str, text: str) -> None:
        """`where` is a JSON pointer into the item's rules."""
        self.problems.append(Problem(code=code, where=where, text_zh=text))

    @property
    def declared(self) -> DeclaredUnits:
        """What the item declares, by name."""
        return DeclaredUnits(self.fact_types, self.parameters, self.values)

    def fact(self, name: str, where: str) -> FactType | None:
        """The declaration of a fact; a problem when there is none."""
        declared = self.fact_types.get(name)
        if declared is None:
            known = {label: each for each, label in ((each.name, each.label) for each in self.fact_types.values())}
            text = f"使用了未声明的事实“{name}”{meant(name, self.fact_types, known)}，请先在 fact_types 中声明"
            self.add("undeclared_fact", where, text)
        return declared

    def dimension(self, unit_text: str, where: str) -> Dimension | None:
        """The dimension of a unit; a problem when the text is no unit, or hardly meant as one (万圆, mu)."""
        strange = unknown_unit_text(unit_text)
        if strange is not None:
            self.add("unknown_unit", where, strange)
        try:
            return unit(unit_text).dimension if strange is None else None
        except UnknownUnit:
            return None

    def codes(self, declared: FactType, codes: tuple[str, ...], where: str, *, listed: bool = True) -> None:
        """Each code must be one that the fact may have; a fact without a list may have any. `listed`: they stand in a
        list, and each has a place of its own."""
        if declared.kind not in (FactKind.CODE, FactKind.CODES) or not declared.codes:
            return
        known = {entry.code: entry.label for entry in declared.codes}
        by_label = {label: code for code, label in known.items()}
        choice = "、".join(f"{code}（{label}）" for code, label in list(known.items())[:MOST_TOLD])
        more = "等" if len(known) > MOST_TOLD else ""
        for index, code in enumerate(codes):
            if code not in known:
                place = f"{where}/{index}" if listed else where
                text = f"“{declared.label}”没有取值“{code}”{meant(code, known, by_label)}，可写：{choice}{more}"
                self.add("unknown_code", place, text)

    def covered(self, declared: FactType, codes: Collection[str], where: str) -> None:
        """Rows without an `otherwise` must name every code that the fact may have."""
        left = [entry.label for entry in declared.codes if entry.code not in codes]
        if left:
            self.add("codes_not_covered", where, f"没有说明“{declared.label}”为{'、'.join(left)}时如何处理")

    def key(self, key: KeyRef, where: str) -> None:
        """What tells projects, certificates or persons apart must be a code, or several."""
        declared = self.fact(key.fact, f"{where}/fact")
        if declared is not None and declared.kind not in (FactKind.CODE, FactKind.CODES):
            text = f"“{declared.label}”不是编号或分类，不能用来识别项目、证书或人员"
            self.add("key_not_a_code", f"{where}/fact", text)

    def day(self, day: DateRef, where: str) -> None:
        """A day out of a fact needs a date fact."""
        if isinstance(day, Shifted):
            self.day(day.day, f"{where}/day")
        if isinstance(day, Earliest | Latest):
            for index, each in enumerate(day.of):
                self.day(each, f"{where}/of/{index}")
        if not isinstance(day, DateFact):
            return
        declared = self.fact(day.fact, f"{where}/fact")
        if declared is not None and declared.kind is not FactKind.DATE:
            text = f"“{declared.label}”不是日期"
            if declared.kind is FactKind.DATES:
                text = f"“{declared.label}”是一串日期，只能在 each 里逐行使用，并列在 each 的 rows 中"
            self.add("fact_not_a_date", f"{where}/fact", text)
