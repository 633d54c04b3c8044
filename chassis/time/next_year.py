"""When the next year's working days are to be there, from the day and from what is loaded.

The State Council announces a year's holidays in October or November of the year before (国务院办公厅关于部分节假日安排的通知).
From 15 November on whoever keeps calendars is reminded of it, and from 5 December on it is an alarm: four weeks later every
deadline of a few days ends in a year that nobody can count in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from chassis.time.calendar import DAY, OPENING
from chassis.time.clock import CHINA, as_utc
from contracts.calendars import Urgency

REMINDED_FROM = (11, 15)
ALARMED_FROM = (12, 5)
"""Month and day."""

REMINDED_EVERY = 7
"""Days between two reminders. An alarm is repeated every day."""


@dataclass(frozen=True, slots=True)
class YearAskedFor:
    """A year whose working days are to be loaded, and since when that is so urgent."""

    year: int
    urgency: Urgency
    since: date

    def occasion(self, today: date) -> str:
        """The same for all days on which somebody is told but once."""
        days = (today - self.since).days
        return f"{self.urgency}-{days // REMINDED_EVERY if self.urgency == 'reminder' else days}"


def year_asked_for(today: date, loaded: Collection[int]) -> YearAskedFor | None:
    """The first year from today's on that is not loaded, once somebody is to be told. Today's own is overdue."""
    year = today.year if today.year not in loaded else today.year + 1
    if year in loaded:
        return None
    if today >= (alarmed := date(year - 1, *ALARMED_FROM)):
        return YearAskedFor(year, "alarm", alarmed)
    reminded = date(year - 1, *REMINDED_FROM)
    return YearAskedFor(year, "reminder", reminded) if today >= reminded else None


def next_morning(now: datetime) -> datetime:
    """When it is looked at next: as offices open, tomorrow."""
    return as_utc(datetime.combine(now.astimezone(CHINA).date() + DAY, OPENING, CHINA))
