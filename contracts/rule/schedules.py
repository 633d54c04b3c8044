"""What changes with the n-th year from a date: full for three years, half for two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from contracts.rule.amount_node import AmountNode
from contracts.rule.dates import DateRef
from contracts.rule.facts import PeriodRef, RulePart

if TYPE_CHECKING:
    from contracts.rule.amount import AmountRule


class YearStep(RulePart):
    """The next so many years come to `then`: a share, or an amount for a whole `period`."""

    years: int = Field(ge=1, le=60)
    then: AmountRule


class YearSchedule(AmountNode):
    """What the steps come to in `period`, each for its part of it (前三年全额、后两年减半，自投产之日起).

    The first step begins on the day `since`, each of the others on the day on which the one before it ends; `until`
    ends the last of them earlier. A period that straddles two steps is split: `by` the day, or by the month, where a
    month belongs to the step that holds on its first day. Each step's `then` counts with its days or months out of
    those of the whole `period`; with `out_of` = `covered` out of those of the period that lie in any step, which is
    what a base needs that has nothing from outside the steps in it (the rent paid since the start).
    Before the first and after the last step it is zero.
    """

    node: Literal["year_schedule"] = "year_schedule"
    since: DateRef
    until: DateRef | None = None
    period: PeriodRef = "Y"
    by: Literal["day", "month"]
    out_of: Literal["period", "covered"] = "period"
    steps: Annotated[tuple[YearStep, ...], Field(min_length=1, max_length=20)]
