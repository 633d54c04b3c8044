"""Until when an enterprise has time to answer."""

from __future__ import annotations

from datetime import datetime

from chassis.time.calendar import Calendar
from chassis.time.sla import LEVELS, Alarm, SlaClock
from services.review.cases.clock import due_by
from services.review.supplements.supplement import Supplement

REMINDED = 80
"""Percent of the time at which the enterprise is reminded."""


def set_due(supplement: Supplement, calendar: Calendar) -> None:
    """Let its end be what the calendar says now; without one it waits for a year's working days."""
    supplement.due_at, supplement.awaits_year = due_by(SlaClock.model_validate(supplement.clock), calendar)


def reminder_at(supplement: Supplement, calendar: Calendar) -> datetime | None:
    """When so much of the time is gone that the enterprise is reminded; None while that is not known."""
    others = [level for level in LEVELS if level != REMINDED]
    alarm = SlaClock.model_validate(supplement.clock).next_alarm(calendar, others)
    return alarm.at if isinstance(alarm, Alarm) else None
