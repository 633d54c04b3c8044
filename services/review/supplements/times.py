"""Until when an enterprise has time to answer."""

from __future__ import annotations

from chassis.time.calendar import Calendar
from chassis.time.sla import SlaClock
from services.review.cases.clock import due_by
from services.review.supplements.supplement import Supplement


def set_due(supplement: Supplement, calendar: Calendar) -> None:
    """Let its end be what the calendar says now; without one it waits for a year's working days."""
    supplement.due_at, supplement.awaits_year = due_by(SlaClock.model_validate(supplement.clock), calendar)
