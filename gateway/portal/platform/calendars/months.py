"""A year as months and weeks, each day with whether it is worked and whether that is out of the ordinary."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

SATURDAY = 5


@dataclass(frozen=True)
class DayShown:
    """`mark` is what stands beside the number: 休 for a weekday off, 班 for a weekend that is worked. `own`: the place
    has it otherwise than the nation."""

    day: date
    working: bool
    own: bool

    @property
    def mark(self) -> str:
        weekend = self.day.weekday() >= SATURDAY
        return "" if weekend != self.working else "班" if self.working else "休"


@dataclass(frozen=True)
class MonthShown:
    """Weeks from Monday to Sunday; None for the days of the months beside it."""

    month: int
    weeks: tuple[tuple[DayShown | None, ...], ...]

    @property
    def working_days(self) -> int:
        return sum(day.working for week in self.weeks for day in week if day is not None)


def months_of(
    year: int, rest_days: Collection[date], working_days: Collection[date], own: Collection[date] = ()
) -> tuple[MonthShown, ...]:
    """The twelve months, by what is out of the ordinary: weekdays off, and weekends that are worked."""
    off, worked, otherwise = frozenset(rest_days), frozenset(working_days), frozenset(own)

    def shown(day: date) -> DayShown:
        working = day in worked or (day.weekday() < SATURDAY and day not in off)
        return DayShown(day, working, day in otherwise)

    weeks = calendar.Calendar(calendar.MONDAY)
    return tuple(
        MonthShown(
            month,
            tuple(
                tuple(shown(day) if day.month == month else None for day in week)
                for week in weeks.monthdatescalendar(year, month)
            ),
        )
        for month in range(1, 13)
    )
