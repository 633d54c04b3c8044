"""Days as a rule names them: a day of the calendar, one out of a fact, the first or last of a period, today."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.facts import FactName, PeriodRef, RulePart


class Day(RulePart):
    """A fixed day: `2021-06-30`."""

    node: Literal["day"] = "day"
    day: date


class DateFact(RulePart):
    """The value of a date fact, e.g. the day on which the loan was paid out."""

    node: Literal["date_fact"] = "date_fact"
    fact: FactName
    period: PeriodRef | None = None


class StartOf(RulePart):
    """The first day of a period: of `Y`, 1 January of the reference year."""

    node: Literal["start_of"] = "start_of"
    period: PeriodRef


class EndOf(RulePart):
    """The last day of a period: of `Y-1`, 31 December of the year before the reference year."""

    node: Literal["end_of"] = "end_of"
    period: PeriodRef


class Today(RulePart):
    """The day on which the rule is evaluated: of the claim, when a claim is judged."""

    node: Literal["today"] = "today"


class Shifted(RulePart):
    """A day moved: first by `years` and `months` (31 January and one month is the last of February), then by
    `days` of the calendar, then `to` the first or last day of the month or year that it has come to lie in, or
    to the first day of the next one (自…次月起).
    """

    node: Literal["shifted"] = "shifted"
    day: DateRef
    years: int = Field(default=0, ge=-100, le=100)
    months: int = Field(default=0, ge=-1200, le=1200)
    days: int = Field(default=0, ge=-36600, le=36600)
    to: Literal["month_start", "month_end", "next_month", "year_start", "year_end", "next_year"] | None = None


class Earliest(RulePart):
    """The first of these days: the end of a grant or of the year, whichever comes first."""

    node: Literal["earliest"] = "earliest"
    of: Annotated[tuple[DateRef, ...], Field(min_length=2, max_length=10)]


class Latest(RulePart):
    """The last of these days: the start of a lease or of the year, whichever comes last."""

    node: Literal["latest"] = "latest"
    of: Annotated[tuple[DateRef, ...], Field(min_length=2, max_length=10)]


DateRef = Annotated[Day | DateFact | StartOf | EndOf | Today | Shifted | Earliest | Latest, Field(discriminator="node")]
