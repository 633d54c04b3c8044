"""Who is entitled: conditions over facts and computed values, joined by all, any, not and at-least-n.

Conditions may compare amounts and amounts may branch on conditions: `contracts.rule.amount` gives this module its
`AmountRule`, and everybody imports both trees from `contracts.rule`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from contracts.rule.dates import DateRef
from contracts.rule.facts import FactName, FactValue, PeriodRef, RulePart, UnitText

if TYPE_CHECKING:
    from contracts.rule.amount import AmountRule


class Operator(StrEnum):
    """How a fact is compared. 以上, 以下 and 不早于 include the bound; 超过, 不满 and 早于 do not
    (Civil Code art. 1259). `between` includes both its bounds.
    """

    EQ = "eq"
    NE = "ne"
    GE = "ge"  # 以上（含本数）；日期：不早于
    GT = "gt"  # 超过（不含本数）
    LE = "le"  # 以下（含本数）；日期：不晚于
    LT = "lt"  # 不满（不含本数）
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    IS_TRUE = "is_true"
    IS_FALSE = "is_false"
    EXISTS = "exists"
    BEFORE = "before"  # 早于（不含当日）
    AFTER = "after"  # 晚于（不含当日）


Comparison = Literal["eq", "ne", "ge", "gt", "le", "lt"]
"""How two values are compared; the words are those of `Operator`."""

Note = Annotated[str, Field(max_length=200)]
"""The document's own wording, for people."""


class Condition(RulePart):
    """One fact compared with a value.

    `value` is a number, code or date as text; a list for `in` and `not_in` (codes) and `between` (two
    numbers or dates, low to high); absent for `is_true`, `is_false` and `exists`. A number has a `unit`.
    `exists` asks for a record: a fact that says "none" (an empty list, false) is *not met*, and one that
    is not there at all is *undetermined*, never "none".
    """

    node: Literal["condition"] = "condition"
    fact: FactName
    period: PeriodRef | None = None
    operator: Operator
    value: FactValue | None = None
    unit: UnitText | None = None
    note: Note | None = None


class Compare(RulePart):
    """Two computed values compared: growth ≥ 15 %, R&D intensity ≥ the industry's average."""

    node: Literal["compare"] = "compare"
    left: AmountRule
    operator: Comparison
    right: AmountRule
    note: Note | None = None


class CompareDates(RulePart):
    """Two days compared: bought after the project was filed."""

    node: Literal["compare_dates"] = "compare_dates"
    left: DateRef
    operator: Comparison
    right: DateRef
    note: Note | None = None


class CompoundGrowth(RulePart):
    """复合增长率: from `before` to `now` in `years` years, compared with `rate`.

    Decided without a root, exactly: `now` against `before` × (1 + rate) to the power of `years`. Where
    `before` is zero or less there is no growth rate: `when_not_positive` says whether the condition counts as met
    then, and it is not met where an item of former days does not say it.
    """

    node: Literal["compound_growth"] = "compound_growth"
    now: AmountRule
    before: AmountRule
    years: int = Field(ge=1, le=20)
    operator: Literal["ge", "gt"]
    rate: AmountRule
    when_not_positive: Literal["met", "not_met"] | None = None
    note: Note | None = None


class AllOf(RulePart):
    """Met when every part is met."""

    node: Literal["all"] = "all"
    of: Annotated[tuple[Eligibility, ...], Field(min_length=1, max_length=100)]


class AnyOf(RulePart):
    """Met when at least one part is met."""

    node: Literal["any"] = "any"
    of: Annotated[tuple[Eligibility, ...], Field(min_length=1, max_length=100)]


class NOf(RulePart):
    """Met when at least `least` of the parts are met."""

    node: Literal["n_of"] = "n_of"
    least: int = Field(ge=1, le=100)
    of: Annotated[tuple[Eligibility, ...], Field(min_length=1, max_length=100)]


class Not(RulePart):
    """Met when the part is not met; *undetermined* stays undetermined."""

    node: Literal["not"] = "not"
    of: Eligibility


Eligibility = Annotated[
    AllOf | AnyOf | NOf | Not | Condition | Compare | CompareDates | CompoundGrowth,
    Field(discriminator="node"),
]
