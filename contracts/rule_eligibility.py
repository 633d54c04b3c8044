"""Who is entitled: conditions over facts, joined by all, any and not."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule_facts import FactName, FactValue, PeriodRef, RulePart, UnitText


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


class Condition(RulePart):
    """One fact compared with a value.

    `value` is a number, code or date as text; a list for `in` and `not_in` (codes) and `between` (two
    numbers or dates, low to high); absent for `is_true`, `is_false` and `exists`. A number has a `unit`.
    `exists` asks for a record: a fact that says "none" (an empty list, false) is *not met*, and one that
    is not there at all is *undetermined*, never "none". `note` is the document's own wording, for people.
    """

    node: Literal["condition"] = "condition"
    fact: FactName
    period: PeriodRef | None = None
    operator: Operator
    value: FactValue | None = None
    unit: UnitText | None = None
    note: str | None = Field(default=None, max_length=200)


class AllOf(RulePart):
    """Met when every part is met."""

    node: Literal["all"] = "all"
    of: Annotated[tuple[Eligibility, ...], Field(min_length=1, max_length=100)]


class AnyOf(RulePart):
    """Met when at least one part is met."""

    node: Literal["any"] = "any"
    of: Annotated[tuple[Eligibility, ...], Field(min_length=1, max_length=100)]


class Not(RulePart):
    """Met when the part is not met; *undetermined* stays undetermined."""

    node: Literal["not"] = "not"
    of: Eligibility


Eligibility = Annotated[AllOf | AnyOf | Not | Condition, Field(discriminator="node")]

AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
