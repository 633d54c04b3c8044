"""That a task stands still: why, since when, and when it would be due if it went on now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from chassis.time.calendar import Calendar
from chassis.time.sla import SlaClock
from contracts.case_steps import PauseCause
from contracts.message import Model


class StandsStill(Model):
    """What the acting tenant keeps of it (`CaseTask.still`). `clocks` are those that end the task, as they stand: the step's own, the case's."""

    causes: tuple[PauseCause, ...]
    why: str
    since: AwareDatetime
    clocks: tuple[SlaClock, ...]

    def shown(self, now: datetime, calendar: Calendar) -> dict[str, Any]:
        """As a view of the task says it."""
        return {
            "paused_by": self.causes,
            "paused_why": self.why,
            "paused_since": self.since,
            "projected_due_at": projected_end(self.clocks, now, calendar),
        }


def projected_end(clocks: Sequence[SlaClock], now: datetime, calendar: Calendar) -> datetime | None:
    """The earliest end of these clocks if they all went on now; None while no end is known."""
    ends = [each.projected_due(now, calendar) for each in clocks]
    return min((end for end in ends if isinstance(end, datetime)), default=None)
