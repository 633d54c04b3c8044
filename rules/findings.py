"""What a check finds: all problems at once, each at its place in the rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from contracts.rule import (
    DateFact,
    DateRef,
    Decided,
    Earliest,
    FactKind,
    FactType,
    KeyRef,
    Latest,
    Problem,
    Shifted,
)
from rules.facts import FactTypes, NamedValues, ParameterTypes
from rules.units import Dimension, UnknownUnit, unit


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
    decisions: dict[str, Decided] = field(default_factory=dict)
    unstated: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    measured: dict[tuple[str, frozenset[str]], Dimension | None] = field(default_factory=dict)
    defining: str | None = None
    apart: frozenset[str] = frozenset()

    def add(self, code: str, where: str, text: str) -> None:
        """`where` is a JSON pointer into the item's rules."""
        self.problems.append(Problem(code=code, where=where, text_zh=text))

    def fact(self, name: str, where: str) -> FactType | None:
        """The declaration of a fact; a problem when there is none."""
        declared = self.fact_types.get(name)
        if declared is None:
            self.add("undeclared_fact", where, f"使用了未声明的事实“{name}”")
        return declared

    def dimension(self, unit_text: str, where: str) -> Dimension | None:
        """The dimension of a unit; a problem when the text is no unit."""
        try:
            return unit(unit_text).dimension
        except UnknownUnit:
            self.add("unknown_unit", where, f"无法识别计量单位“{unit_text}”")
            return None

    def codes(self, declared: FactType, codes: tuple[str, ...], where: str) -> None:
        """Each code must be one that the fact may have; a fact without a list may have any."""
        if declared.kind not in (FactKind.CODE, FactKind.CODES) or not declared.codes:
            return
        known = {entry.code for entry in declared.codes}
        for code in codes:
            if code not in known:
                self.add("unknown_code", where, f"“{declared.label}”没有取值“{code}”")

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
            self.add("fact_not_a_date", f"{where}/fact", f"“{declared.label}”不是日期")
