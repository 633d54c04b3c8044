"""Days that a rule names, and the whole days, months or years between two of them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from contracts.rule import (
    DateFact,
    DateRef,
    Day,
    Earliest,
    Elapsed,
    EndOf,
    Latest,
    MissingFact,
    Shifted,
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
        case Shifted():
            moved = resolve(day.day, reader)
            return moved if isinstance(moved, MissingFact) else shift(day, moved)
        case Earliest() | Latest():
            days = [resolve(each, reader) for each in day.of]
            missing = next((each for each in days if isinstance(each, MissingFact)), None)
            known = [each for each in days if isinstance(each, date)]
            return missing or (min(known) if isinstance(day, Earliest) else max(known))
        case StartOf() | EndOf():
            first, last = ends_of(absolute_period(day.period, reader.sheet.reference_year) or "")
            return first if isinstance(day, StartOf) else last


def shift(rule: Shifted, day: date) -> date:
    """`day` moved as the rule says; beyond the calendar (a licence "until 9999-12-31") its first or last day."""
    months = day.year * 12 + day.month - 1 + rule.years * 12 + rule.months
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        return date.min if year < 1 else date.max
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    ordinal = moved.toordinal() + rule.days
    if not 1 <= ordinal <= date.max.toordinal():
        return date.min if ordinal < 1 else date.max
    return _snapped(date.fromordinal(ordinal), rule.to)


def anniversary(since: date, years: int) -> date:
    """The day on which so many years are full: of 29 February the last of February where there is no 29th."""
    return shift(Shifted(day=Day(day=since), years=years), since)


def _snapped(day: date, to: str | None) -> date:
    year, month = day.year, day.month
    if to in ("next_month", "next_year"):
        whole = month == 12 or to == "next_year"
        if whole and year == 9999:
            return date.max
        return date(year + 1, 1, 1) if whole else date(year, month + 1, 1)
    ends = {
        "month_start": (month, 1),
        "month_end": (month, monthrange(year, month)[1]),
        "year_start": (1, 1),
        "year_end": (12, 31),
    }
    return day if to is None else date(year, *ends[to])


def ends_of(period: str) -> tuple[date, date]:
    """The first and the last day of a year, quarter or month."""
    first, last = _months(period)
    year = int(period[:4])
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


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
    """With both days counted, the term ends where the day after the last begins."""
    if until < since:
        return 0
    if node.unit == "天":
        return (until - since).days + node.both_days
    if node.both_days and until < date.max:
        until += timedelta(days=1)
    months = (until.year - since.year) * 12 + until.month - since.month
    whole = months - (_clipped(since, until) > until.day)
    part = _clipped(since, until) != until.day
    size = 12 if node.unit == "年" else 1
    steps, left = divmod(whole, size)
    return steps + (node.rounding == "up" and bool(left or part))


def _clipped(since: date, until: date) -> int:
    """The day of `until`'s month on which a month is full: 31 January to 28 February is one."""
    return min(since.day, monthrange(until.year, until.month)[1])
