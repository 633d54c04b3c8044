"""How much time a deadline leaves, in working days, as whoever works towards it counts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from chassis.observability.telemetry import get_logger
from chassis.time.calendar import Calendar, CalendarNotLoaded
from chassis.time.clock import CHINA
from gateway.door import Door
from gateway.portal.shell.figures import instant

log = get_logger(__name__)

SOON = 1
"""So many working days left, or fewer, and it is urgent."""


@dataclass(frozen=True)
class TimeLeft:
    """`working_days` from now to `due_at`, negative when it is over; None where nobody can count them: without a due
    instant, or before the working days of the year are published. `over`: it has passed, perhaps minutes ago.
    """

    due_at: datetime | None
    working_days: int | None
    over: bool

    @property
    def look(self) -> str:
        """How it looks: over, soon, calm or none. The words beside it say the same."""
        if self.due_at is None:
            return "none"
        if self.over:
            return "over"
        return "soon" if self.working_days is not None and self.working_days <= SOON else "calm"


def due_text(due_at: datetime | None, awaits_year: int | None) -> str:
    """Until when, or what that waits for; a dash without a limit."""
    waits = due_at is None and awaits_year is not None
    return f"待 {awaits_year} 年工作日安排公布后确定" if waits else instant(due_at)


async def times_left(door: Door, due: Iterable[datetime | None]) -> list[TimeLeft]:
    """For each of these instants, by the calendar of the tenant that asks. While the database is away nobody counts."""
    calendar = await run_in_threadpool(_calendar, door)
    now = door.frame.clock.now()
    return [time_left(at, now, calendar) for at in due]


async def time_left_until(door: Door, due_at: datetime | None) -> TimeLeft:
    """The same for one."""
    (found,) = await times_left(door, (due_at,))
    return found


def time_left(due_at: datetime | None, now: datetime, calendar: Calendar | None) -> TimeLeft:
    """The day of the deadline counts, today does not: what is due today leaves none. Pure."""
    if due_at is None:
        return TimeLeft(None, None, over=False)
    days = None
    if calendar is not None:
        try:
            days = calendar.working_days_between(now.astimezone(CHINA).date(), due_at.astimezone(CHINA).date())
        except CalendarNotLoaded:
            days = None
    return TimeLeft(due_at, days, over=due_at < now)


def _calendar(door: Door) -> Calendar | None:
    try:
        return door.frame.calendars.of(door.principal.tenant)
    except SQLAlchemyError as error:
        log.warning("working days could not be read", error=str(error)[:200])
        return None
