"""Days that a rule names, and the whole days, months or years between two of them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from contracts.rule import (
    DateFact,
    DateRef,
    Day,
    Elapsed,
    EndOf,
    MissingFact,
    StartOf,
    Today,
    absolute_period,
)
from rules.facts import FactReader


def resolve(day: DateRef, reader: FactReader) -> date | MissingFact:
    """The day that a rule names, or the date fact that is missing for it."""
    match day:
        case Day():
            return day.day
        case DateFact():
            return reader.day(day.fact, day.period)
        case Today():
            return reader.today
        case StartOf() | EndOf():
            period = absolute_period(day.period, reader.sheet.reference_year) or ""
            first, last = _months(period)
            year = int(period[:4])
            return (
                date(year, first, 1)
                if isinstance(day, StartOf)
                else date(year, last, monthrange(year, last)[1])
            )


def _months(period: str) -> tuple[int, int]:
    """The first and the last month of a year, quarter or month."""
    if "Q" in period:
        quarter = int(period[5])
        return 3 * quarter - 2, 3 * quarter
    if "M" in period:
        month = int(period[5:])
        return month, month
    return 1, 12


def whole_between(node: Elapsed, since: date, until: date) -> int:
    if until < since:
        return 0
    if node.unit == "天":
        return (until - since).days + node.both_days
    months = (until.year - since.year) * 12 + until.month - since.month
    whole = months - (_clipped(since, until) > until.day)
    part = _clipped(since, until) != until.day
    size = 12 if node.unit == "年" else 1
    steps, left = divmod(whole, size)
    return steps + (node.rounding == "up" and bool(left or part))


def _clipped(since: date, until: date) -> int:
    """The day of `until`'s month on which a month is full: 31 January to 28 February is one."""
    return min(since.day, monthrange(until.year, until.month)[1])
