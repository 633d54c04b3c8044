"""How much: an expression tree over facts whose root is money.

Every node has a value with a unit. Money, shares (%, 倍), areas and head counts mix in one tree, and
`rules.checking.items` proves that the units fit and that the root is money. Lines of the working take a node's
`name` when the document gives that part one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.money import Rounding
from contracts.rule import decided, eligibility, limits, schedules, values
from contracts.rule.amount_node import AmountNode
from contracts.rule.awards import KeyRef
from contracts.rule.dates import DateRef
from contracts.rule.decided import Decided, DecidedOpen
from contracts.rule.eligibility import Eligibility
from contracts.rule.facts import Code, FactName, NumberText, PeriodRef, RulePart, UnitText
from contracts.rule.limits import Cap, CapInOrder, TopUp
from contracts.rule.schedules import YearSchedule
from contracts.rule.values import NamedFigure


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


class Parameter(AmountNode):
    """The value of an outside figure that the item declares in `parameters`.

    `key` or `key_fact` picks one out of several (an industry's); `period` is the year or month that it is
    about, `on` the day on which it was in force. Undetermined, naming it, until it is passed in.
    """

    node: Literal["parameter"] = "parameter"
    parameter: FactName
    key: Code | None = None
    key_fact: KeyRef | None = None
    period: PeriodRef | None = None
    on: DateRef | None = None


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


class Product(AmountNode):
    """All parts multiplied: a chain of multipliers, beds × price × share."""

    node: Literal["product"] = "product"
    of: Annotated[tuple[AmountRule, ...], Field(min_length=2, max_length=20)]


class Difference(AmountNode):
    """of − less: an increment, what lies above a base line. May be negative; see `at_least`."""

    node: Literal["difference"] = "difference"
    of: AmountRule
    less: AmountRule


class Quotient(AmountNode):
    """of ÷ by. Where `by` can be zero, `when_zero` says what then; it has the quotient's unit."""

    node: Literal["quotient"] = "quotient"
    of: AmountRule
    by: AmountRule
    when_zero: AmountRule | None = None


class Growth(AmountNode):
    """(now − before) ÷ before: 同比增速, where `before` is more than zero.

    A base of zero or less has no growth to compare with (docs/rules.md, 基期): `when_not_positive`, a share, is the answer
    then, and whoever publishes says it. Items that were published before it existed have `when_zero` instead: the
    answer where `before` is zero; where it is less than zero they divide by its distance from zero.
    """

    node: Literal["growth"] = "growth"
    now: AmountRule
    before: AmountRule
    when_zero: AmountRule | None = None
    when_not_positive: AmountRule | None = None


class GrowthStep(RulePart):
    """The growth up to `up_to` (a share; absent: without end) earns `rate` of the increment: a share of it, or
    a price per unit of it (元/千瓦时, 元/美元).
    """

    up_to: AmountRule | None = None
    rate: AmountRule


class GrowthBands(AmountNode):
    """An increment, cut into parts by growth (跨越发展奖励: 入门增速 and 拐点增速).

    Nothing below the growth `entry`, which itself is enough. Then the increment earns each step's rate on its
    part: from no growth (`from_entry`: only from the entry on) to the first `up_to`, on to the next, and so
    on. Where `before` is zero or less there is no growth to measure: `when_not_positive`, in the unit of the result,
    is due then, and nothing where an item of former days does not say it.
    """

    node: Literal["growth_bands"] = "growth_bands"
    now: AmountRule
    before: AmountRule
    entry: AmountRule
    from_entry: bool = False
    steps: Annotated[tuple[GrowthStep, ...], Field(min_length=1, max_length=20)]
    when_not_positive: AmountRule | None = None


class AtLeast(AmountNode):
    """No less than `floor`: an increment that counts as zero when there was none, a guaranteed minimum."""

    node: Literal["at_least"] = "at_least"
    of: AmountRule
    floor: AmountRule


class Threshold(AmountNode):
    """`of` where it comes to `least` or more, else nothing (补贴金额不足 500 元的不予发放)."""

    node: Literal["threshold"] = "threshold"
    of: AmountRule
    least: AmountRule


class Rounded(AmountNode):
    """`of` brought to whole steps of `to`, on the way and not only at the end."""

    node: Literal["rounded"] = "rounded"
    of: AmountRule
    to: NumberText
    unit: UnitText
    rounding: Rounding


class WholeSteps(AmountNode):
    """How many times `step` fits: 每满 1 亿元, 每增加 10 人. The count has the unit `counted_as`.

    `rounding` says what becomes of a part of a step: `down` (每满…, the usual) drops it, `up` counts it.
    """

    node: Literal["whole_steps"] = "whole_steps"
    of: AmountRule
    step: NumberText
    unit: UnitText
    counted_as: UnitText = "份"
    rounding: Rounding = Rounding.DOWN


class CountCodes(AmountNode):
    """How many codes a fact holds; with `codes`, how many of these. The count has the unit `counted_as`."""

    node: Literal["count_codes"] = "count_codes"
    fact: FactName
    period: PeriodRef | None = None
    codes: Annotated[tuple[Code, ...], Field(max_length=200)] = ()
    counted_as: UnitText = "项"


class CountMet(AmountNode):
    """How many of these conditions are met: months with growth, honours held."""

    node: Literal["count_met"] = "count_met"
    of: Annotated[tuple[Eligibility, ...], Field(min_length=1, max_length=60)]
    counted_as: UnitText = "项"


class Elapsed(AmountNode):
    """Whole days, months or years from `since` to `until`; zero when `until` is the earlier.

    The first day is not counted and the last is (算尾不算头); with `both_days` both are (a lease from 1 January
    to 31 December is twelve months). Months and years: whole ones by the calendar; `rounding` says what a part
    counts as (`down` nothing, `up` a whole one).
    """

    node: Literal["elapsed"] = "elapsed"
    since: DateRef
    until: DateRef
    unit: Literal["天", "月", "年"]
    both_days: bool = False
    rounding: Literal["down", "up"] = "down"


class RowFact(RulePart):
    """A list that has one entry in each row: several numbers, or several codes."""

    fact: FactName
    period: PeriodRef | None = None


class Each(AmountNode):
    """`of` for each row, added up: each person, project, device, loan, flight (逐人、逐项、逐笔、逐架次).

    `rows` are lists of the same length and order. Inside `of` each of them is one number or one code: that of
    the row. With `most`, only the so many rows with the highest results count. An empty list comes to zero.
    """

    node: Literal["each"] = "each"
    rows: Annotated[tuple[RowFact, ...], Field(min_length=1, max_length=12)]
    called: Annotated[str, Field(min_length=1, max_length=20)]
    of: AmountRule
    most: int | None = Field(default=None, ge=1, le=200)


class Interest(AmountNode):
    """principal × yearly rate × term; days are parts of `days_in_year`, months of twelve."""

    node: Literal["interest"] = "interest"
    principal: AmountRule
    rate: AmountRule
    term: AmountRule
    days_in_year: Literal[360, 365] = 360


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
    rate or price, applies to the part of the quantity inside the band, and the parts add up (超额累进).
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


class InKind(AmountNode):
    """A benefit that is not money: a tax relief, a qualification, a service. It adds nothing to the amount."""

    node: Literal["in_kind"] = "in_kind"
    kind: Literal["tax_relief", "qualification", "service", "interest", "other"]
    gives: str = Field(min_length=2, max_length=300)


class Unstated(AmountNode):
    """A figure that the source at hand does not give (摘录未见). Undetermined, always, and said so.

    Only samples are published with it: a department knows its own figures.
    """

    node: Literal["unstated"] = "unstated"
    unit: UnitText = "元"
    note: str = Field(min_length=2, max_length=200)


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


class RoundingRule(RulePart):
    """How the exact result becomes payable money: to whole steps of `to`, once, at the end."""

    mode: Rounding = Rounding.HALF_UP
    to: Literal["分", "元", "百元", "千元", "万元"] = "分"


AmountRule = Annotated[
    Fixed | FactAmount | Parameter | Decided
    | Rate | PerUnit | Product | Difference | Quotient | Growth | GrowthBands | AtLeast | Threshold
    | Rounded | WholeSteps | CountCodes | CountMet | Elapsed | Each | Interest
    | Table | Lookup | When | Sum | Highest | Lowest | Cap | CapInOrder | TopUp | InKind | Unstated
    | DecidedOpen | YearSchedule | NamedFigure,
    Field(discriminator="node"),
]  # fmt: skip

for _module in (decided, eligibility, limits, schedules, values):
    vars(_module)["AmountRule"] = AmountRule  # the trees name each other: here the circle is closed
