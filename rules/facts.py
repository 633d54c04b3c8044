"""Reading one fact for a rule: the newest, not expired, of the declared kind and dimension, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from contracts.rule import Fact, FactKind, FactSheet, FactType, MissingFact, absolute_period
from contracts.rule_results import MissingWhy
from rules.units import UnknownUnit, in_base, quantity_text, unit
from rules.units import number as exact

FactTypes = Mapping[str, FactType]
"""An item's declarations of the facts it uses, by name."""

NO_TYPES: FactTypes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FactReader:
    """The facts of one enterprise as they stand on one day, under one item's declarations."""

    sheet: FactSheet
    today: date
    fact_types: FactTypes

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
        return fact

    def missing(self, name: str, period: str | None, why: MissingWhy) -> MissingFact:
        """This fact as missing, with its period made absolute."""
        return MissingFact(
            name=name,
            period=absolute_period(period, self.sheet.reference_year),
            label=label(name, self.fact_types),
            why=why,
        )


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
    if isinstance(value, tuple):
        return "、".join(declared.label_of(code) if declared else code for code in value) or "无"
    if fact.kind is FactKind.NUMBER and fact.unit is not None:
        return quantity_text(exact(value), fact.unit)
    return declared.label_of(value) if declared else value
