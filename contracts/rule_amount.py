"""How much: an expression tree over facts whose root is money.

Every node has a value with a unit. Money, shares (%, 倍), areas and head counts mix in one tree, and
`rules.checking` proves that the units fit and that the root is money. Lines of the working take a node's
`name` when the document gives that part one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.money import Rounding
from contracts.rule_eligibility import Eligibility
from contracts.rule_facts import Code, FactName, NumberText, PeriodRef, RulePart, UnitText


class AmountNode(RulePart):
    name: str | None = Field(default=None, min_length=1, max_length=60)


class Fixed(AmountNode):
    """A figure of the document: 5 万元, 1 %, 3,000 元/亩, 1.5 倍."""

    node: Literal["fixed"] = "fixed"
    value: NumberText
    unit: UnitText


class FactAmount(AmountNode):
    """The value of a number fact, in the fact's own unit."""

    node: Literal["fact"] = "fact"
    fact: FactName
    period: PeriodRef | None = None


class Rate(AmountNode):
    """base × rate; the rate is a share (%, ‰) or a multiple (倍)."""

    node: Literal["rate"] = "rate"
    base: AmountRule
    rate: AmountRule


class PerUnit(AmountNode):
    """quantity × price; the price is per unit of the quantity, e.g. 元/亩."""

    node: Literal["per_unit"] = "per_unit"
    quantity: AmountRule
    price: AmountRule


class Band(RulePart):
    """From `low` to `high`, in the table's unit; an absent bound is open.

    The document's words say which bounds belong to the band; the usual 以上…不满… is the default.
    """

    low: NumberText | None = None
    low_inclusive: bool = True
    high: NumberText | None = None
    high_inclusive: bool = False
    then: AmountRule


class Table(AmountNode):
    """Bands over a quantity; outside all bands the result is zero.

    `whole`: the band that the quantity lies in gives the result (全额). `marginal`: each band's `then`, a
    fixed rate or price, applies to the part of the quantity inside the band, and the parts add up (超额累进).
    """

    node: Literal["table"] = "table"
    by: AmountRule
    unit: UnitText
    basis: Literal["whole", "marginal"] = "whole"
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=60)]


class LookupRow(RulePart):
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]
    then: AmountRule


class Lookup(AmountNode):
    """The row that names the fact's code gives the result; without one, `otherwise`, else zero."""

    node: Literal["lookup"] = "lookup"
    fact: FactName
    period: PeriodRef | None = None
    rows: Annotated[tuple[LookupRow, ...], Field(min_length=1, max_length=200)]
    otherwise: AmountRule | None = None


class Cap(AmountNode):
    """No more than `limit`. Scope `payment` is this one payment; wider scopes need earlier awards."""

    node: Literal["cap"] = "cap"
    scope: Literal["payment"] = "payment"
    of: AmountRule
    limit: AmountRule


class Sum(AmountNode):
    node: Literal["sum"] = "sum"
    of: Annotated[tuple[AmountRule, ...], Field(min_length=1, max_length=60)]


class Highest(AmountNode):
    """就高: the highest of the parts."""

    node: Literal["highest"] = "highest"
    of: Annotated[tuple[AmountRule, ...], Field(min_length=1, max_length=60)]


class Lowest(AmountNode):
    """就低: the lowest of the parts."""

    node: Literal["lowest"] = "lowest"
    of: Annotated[tuple[AmountRule, ...], Field(min_length=1, max_length=60)]


class When(AmountNode):
    """`then` where the condition is met, `otherwise` (else zero) where it is not."""

    node: Literal["when"] = "when"
    condition: Eligibility
    then: AmountRule
    otherwise: AmountRule | None = None


AmountRule = Annotated[
    Fixed | FactAmount | Rate | PerUnit | Table | Lookup | Cap | Sum | Highest | Lowest | When,
    Field(discriminator="node"),
]

for _node in (Rate, PerUnit, Band, Table, LookupRow, Lookup, Cap, Sum, Highest, Lowest, When):
    _node.model_rebuild()


class RoundingRule(RulePart):
    """How the exact result becomes payable money: to whole steps of `to`, once, at the end."""

    mode: Rounding = Rounding.HALF_UP
    to: Literal["分", "元", "百元", "千元", "万元"] = "分"
