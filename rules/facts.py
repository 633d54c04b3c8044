"""Reading one fact for a rule: the newest, not expired, of the declared kind and dimension, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from contracts.rule import (
    AwardHistory,
    Decision,
    Fact,
    FactKind,
    FactSheet,
    FactType,
    ItemRules,
    KeyRef,
    MissingFact,
    NamedValue,
    ParameterType,
    ParameterValue,
    absolute_period,
)
from contracts.rule.results import MissingWhy
from rules.units import UnknownUnit, in_base, quantity_text, unit
from rules.units import number as exact

FactTypes = Mapping[str, FactType]
"""An item's declarations of the facts it uses, by name."""

NO_TYPES: FactTypes = MappingProxyType({})

CODED = frozenset({FactKind.CODE, FactKind.CODES})
OTHER_CODE = "所列以外的取值"
"""How a code is shown that the item does not list."""

ParameterTypes = Mapping[str, ParameterType]
"""An item's declarations of the outside figures that it rests on, by name."""

NamedValues = Mapping[str, NamedValue]
"""An item's named values by name, in the order in which it defines them."""

Bound = Literal["lowest", "highest"]
"""Which end of a range is asked for, while what would settle a figure is not known yet."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Why a named part of an amount is not had this time, or not all of it, and which kind of rule says so."""

    kind: Literal["once_only", "exclusive"]
    text: str
    left: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Given:
    """What is given besides the facts. `awards` None: what was granted before is not known.

    `parts` are the named parts that the item's amount can have, where they are known; `dropped` those that are not had
    this time, or not whole.
    """

    awards: AwardHistory | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    parameters: ParameterTypes = field(default_factory=dict)
    parts: frozenset[str] = frozenset()
    dropped: Mapping[str, Dropped] = field(default_factory=dict)
    values: NamedValues = field(default_factory=dict)


NOTHING_GIVEN = Given()


def given(
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
    parameters: ParameterTypes = NOTHING_GIVEN.parameters,
    values: NamedValues = NOTHING_GIVEN.values,
) -> Given:
    """`decisions` by name, of several with one name the last."""
    return Given(awards, {decision.name: decision for decision in decisions}, parameters, values=values)


@dataclass(slots=True)
class Trail:
    """What an evaluation came past: caps left open for want of earlier awards, figures that have a range, outside
    figures, parts that were asked for and dropped, and the named values that were worked out, on which awards."""

    open_caps: list[str] = field(default_factory=list)
    has_range: bool = False
    figures: list[ParameterValue] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    values: dict[tuple[object, ...], tuple[AwardHistory | None, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactReader:
    """The facts of one enterprise as they stand on one day, under one item's declarations.

    With a `bound`, what waits for a decision or for the limit of a cap is taken at that end of its range. `apart` are
    the named values that differ from row to row inside an `each`, with the row that is being read.
    """

    sheet: FactSheet
    today: date
    fact_types: FactTypes
    given: Given = NOTHING_GIVEN
    bound: Bound | None = None
    trail: Trail = field(default_factory=Trail)
    apart: Mapping[str, object] = field(default_factory=dict)

    def at(self, bound: Bound | None) -> FactReader:
        """The same facts, read for this end of the range."""
        return self if bound == self.bound else replace(self, bound=bound)

    def opposite(self) -> FactReader:
        """For what makes a result smaller by being larger."""
        return self if self.bound is None else self.at("lowest" if self.bound == "highest" else "highest")

    def read(self, name: str, period: str | None) -> Fact | MissingFact:
        """The fact, or the reason why it cannot be used. A fact is good through its last day."""
        fact = self.sheet.find(name, period)
        if fact is None:
            return self.missing(name, period, "absent")
        if fact.valid_until is not None and fact.valid_until < self.today:
            return self.missing(name, period, "expired")
        declared = self.fact_types.get(name)
        if declared is not None:
            if declared.kind is not fact.kind:
                return self.missing(name, period, "wrong_kind")
            if fact.unit != declared.unit and not same_dimension(fact.unit, declared.unit):
                return self.missing(name, period, "wrong_unit")
            if fact.kind in CODED and declared.name_instead_of_code(fact.value) is not None:
                return self.missing(name, period, "wrong_kind")
        return fact

    def misnamed(self, name: str, period: str | None) -> str | None:
        """What stands in a code fact that is the name of a code."""
        declared, fact = self.fact_types.get(name), self.sheet.find(name, period)
        if declared is None or fact is None or fact.kind not in CODED or declared.kind is not fact.kind:
            return None
        return declared.name_instead_of_code(fact.value)

    def missing(self, name: str, period: str | None, why: MissingWhy) -> MissingFact:
        """This fact as missing, with its period made absolute."""
        return MissingFact(
            name=name,
            period=absolute_period(period, self.sheet.reference_year),
            label=label(name, self.fact_types),
            why=why,
        )

    def code(self, name: str, period: str | None) -> Fact | MissingFact:
        """A fact that must be a code."""
        return self._of_kind(name, period, FactKind.CODE)

    def keys(self, key: KeyRef) -> frozenset[str] | MissingFact:
        """What tells projects, certificates or persons apart: one code, or several."""
        found = self.read(key.fact, key.period)
        if isinstance(found, MissingFact):
            return found
        if found.kind is FactKind.CODE:
            return frozenset({str(found.value)})
        if found.kind is FactKind.CODES and isinstance(found.value, tuple):
            return frozenset(found.value)
        return self.missing(key.fact, key.period, "wrong_kind")

    def day(self, name: str, period: str | None) -> date | MissingFact:
        """The day that a date fact tells."""
        found = self._of_kind(name, period, FactKind.DATE)
        return found if isinstance(found, MissingFact) else date.fromisoformat(str(found.value))

    def _of_kind(self, name: str, period: str | None, kind: FactKind) -> Fact | MissingFact:
        found = self.read(name, period)
        if isinstance(found, MissingFact) or found.kind is kind:
            return found
        return self.missing(name, period, "wrong_kind")


def reader_of(
    rules: ItemRules,
    facts: FactSheet,
    today: date,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> FactReader:
    """The facts as this item reads them: in its reference year, under its declarations.

    Where the item fixes its reference year, that one counts instead of the sheet's.
    """
    year = rules.reference_year
    if year is not None and year != facts.reference_year:
        facts = facts.model_copy(update={"reference_year": year})
    besides = given(awards, decisions, rules.parameters_by_name, rules.values_by_name)
    return FactReader(facts, today, rules.fact_types_by_name, besides)


def label(name: str, fact_types: FactTypes) -> str:
    """What people call this fact."""
    declared = fact_types.get(name)
    return declared.label if declared else name


def same_dimension(left: str | None, right: str | None) -> bool:
    """Whether two units can be compared; what is no unit compares with nothing."""
    if left is None or right is None:
        return left == right
    try:
        return unit(left).dimension == unit(right).dimension
    except UnknownUnit:
        return False


def amount_of(fact: Fact) -> Fraction:
    """A number fact's value in the base units of its dimension."""
    if not isinstance(fact.value, str) or fact.unit is None:
        raise TypeError(f"{fact.name} is no number")
    return in_base(fact.value, fact.unit)


def value_text(fact: Fact, fact_types: FactTypes) -> str:
    """A fact's value for people."""
    value = fact.value
    if isinstance(value, bool):
        return "是" if value else "否"
    declared = fact_types.get(fact.name)
    if isinstance(value, tuple) and fact.kind is FactKind.NUMBERS:
        return "、".join(quantity_text(exact(each), fact.unit or "") for each in value) or "无"
    if isinstance(value, tuple):
        return "、".join(_code_text(code, declared) for code in value) or "无"
    if fact.kind is FactKind.NUMBER and fact.unit is not None:
        return quantity_text(exact(value), fact.unit)
    return _code_text(value, declared)


def _code_text(code: str, declared: FactType | None) -> str:
    """What people call it; of a code that the item does not list nobody knows that, and the code says nothing."""
    if declared is None or not declared.codes or declared.kind not in CODED:
        return code
    called = declared.label_of(code)
    return OTHER_CODE if called == code and code.isascii() and not declared.lists(code) else called
