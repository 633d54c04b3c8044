"""From when to when a notice is up: by the plan's period and the tenant's calendar.

It is up from the instant of its publication to the end of its last day, which for everybody on a public page is midnight.
A period in working or calendar days begins with the day of publication where the plan says so, and else with the day after
(Civil Code, art. 201). A day on which it was published after closing time, or which is a rest day where working days are
counted, is none of the period's: nobody could have read it. A last day that is a rest day moves to the next working day
(art. 203). Hours count from the hour.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from chassis.time.calendar import Calendar, CalendarNotLoaded
from chassis.time.clock import CHINA
from contracts.rule import TimeLimit, TimeUnit

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


class NoticeEnd(NamedTuple):
    """The last day and the instant at which it is over; or neither, and the year whose working days it waits for."""

    last_day: date | None
    ends_at: datetime | None
    awaits_year: int | None = None


def end_of(period: TimeLimit, first_day_counts: bool, published_at: datetime, calendar: Calendar) -> NoticeEnd:
    """When a notice that was published then comes down."""
    if period.unit is TimeUnit.HOURS:
        ends_at = published_at + timedelta(hours=period.limit)
        return NoticeEnd((ends_at - MOMENT).astimezone(CHINA).date(), ends_at)
    try:
        last_day = _last_day(period, first_day_counts, published_at, calendar)
    except CalendarNotLoaded as missing:
        return NoticeEnd(None, None, missing.year)
    return NoticeEnd(last_day, datetime.combine(last_day + DAY, time(), CHINA).astimezone(UTC))


def _last_day(period: TimeLimit, first_day_counts: bool, published_at: datetime, calendar: Calendar) -> date:
    first = published_at.astimezone(CHINA).date()
    in_time = calendar.business_date(published_at) == first
    if period.unit is TimeUnit.CALENDAR_DAYS:
        return calendar.roll_forward(first + DAY * (period.limit - (first_day_counts and in_time)))
    counted = first_day_counts and in_time and calendar.is_working_day(first)
    return calendar.add_working_days(first, period.limit - counted)
