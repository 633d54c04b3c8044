"""Until when a case must be decided, and who is told on the way: at 50 %, at 80 %, and when it is missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.observability.telemetry import get_logger
from chassis.time.calendar import Calendar
from chassis.time.jobs import Job
from chassis.time.sla import Limit, NotYetPublished, SlaClock
from chassis.write.uow import UnitOfWork
from contracts.rule import TimeLimit
from services.review.cases.case import Case
from services.review.cases.store import Cases

log = get_logger(__name__)

REVIEW_ALARM = "review_alarm"
LOOK_AGAIN = timedelta(days=1)
"""How long a case whose year has no calendar yet waits before the calendar is looked for again."""


def due_at(limit: TimeLimit | None, received: datetime, calendar: Calendar) -> datetime | None:
    """When `limit` from the receipt at `received` runs out; None without a limit or while it cannot be known."""
    if limit is None:
        return None
    due = _clock(limit, received).due(calendar)
    return None if isinstance(due, NotYetPublished) else due


def watch(case: Case, uow: UnitOfWork) -> None:
    """Raise the alarms whose time has come, each once for ever, and see that the next one will be.

    Of several at once only the last is told: what is overdue needs no reminder. While the working days of the
    year are not published the case has no due date; it is looked at again every day, and somebody is asked
    for the calendar.
    """
    if case.review_limit is None:
        return
    calendar, clock = uow.calendar(case.tenant), _clock(case.review_limit, case.accepted_at)
    past: list[int] = []
    raised: list[int] = []
    while True:
        alarm = clock.next_alarm(calendar, past)
        if isinstance(alarm, NotYetPublished):
            _ask_for_calendar(case, alarm.year, uow)
            uow.schedule(REVIEW_ALARM, case.id, at=uow.now + LOOK_AGAIN, tenant=case.tenant)
            return
        if alarm is None or alarm.at > uow.now:
            break
        past.append(alarm.level)
        if uow.raise_alarm("case", case.id, "review", alarm.level, tenant=case.tenant):
            raised.append(alarm.level)
    case.due_at = due_at(case.review_limit, case.accepted_at, calendar)
    if raised and case.due_at is not None:
        case.tell_deadline(raised[-1], case.due_at)
    if alarm is not None:
        uow.schedule(REVIEW_ALARM, case.id, at=alarm.at, tenant=case.tenant)


def raise_alarms(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What `review_alarm` jobs that have come due ask for. A case decided meanwhile needs nothing."""
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    changed: list[Case] = []
    for job in jobs:
        uow.finish(job)
        case = cases.get(job.subject)
        if case is None or case.state != "accepted":
            continue
        known_due = case.due_at
        watch(case, uow)
        if case.pending or case.due_at != known_due:
            changed.append(case)
    uow.of(Cases).save_many(changed)


def stop_watching(case: Case, uow: UnitOfWork) -> None:
    """It is decided: nothing is due any more."""
    uow.unschedule(REVIEW_ALARM, case.id, tenant=case.tenant)


def _ask_for_calendar(case: Case, year: int, uow: UnitOfWork) -> None:
    if uow.raise_alarm("calendar", str(year), "review", 0, tenant=case.tenant):
        log.error("working days are not published and deadlines wait for them", tenant=case.tenant, year=year)


def _clock(limit: TimeLimit, received: datetime) -> SlaClock:
    return SlaClock.start(Limit(n=limit.limit, unit=limit.unit.value), received)
