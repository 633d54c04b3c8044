"""The clock of a case's review limit: it runs from acceptance, and stands still while the case waits for others."""

from __future__ import annotations

from datetime import datetime

from chassis.time.calendar import Calendar
from chassis.time.clock import CHINA
from chassis.time.sla import Limit, NotYetPublished, SlaClock, Then
from contracts.case_events import CaseResumed, CaseSuspended
from contracts.case_steps import PauseCause
from contracts.deadlines import DeadlineMove, ReviewDeadlineUndetermined
from contracts.review import ReviewDeadlineApproaching, ReviewDeadlineMissed, ReviewDeadlineMoved
from contracts.rule import TimeLimit
from services.review.cases.case import Case

DueDate = tuple[datetime | None, int | None]
"""When it is due; or not yet known, and the year whose working days it waits for; or neither: no limit, or it stands still."""


def clock_from(limit: TimeLimit, received: datetime) -> SlaClock:
    """A clock of this limit, running since then."""
    return SlaClock.start(Limit(n=limit.limit, unit=limit.unit.value), received)


def clock_of(case: Case) -> SlaClock | None:
    """The clock of its review limit; cases from before clocks were kept have run since they were accepted."""
    if case.clock is not None:
        return SlaClock.model_validate(case.clock)
    if case.review_limit is None or case.state == "received":
        return None
    return clock_from(case.review_limit, case.accepted_at)


def keep(case: Case, clock: SlaClock) -> None:
    """The case keeps its clock as it is now."""
    case.clock = clock.model_dump(mode="json")


def due_by(clock: SlaClock | None, calendar: Calendar) -> DueDate:
    """When this clock runs out."""
    if clock is None or clock.paused is not None:
        return None, None
    due = clock.due(calendar)
    return (None, due.year) if isinstance(due, NotYetPublished) else (due, None)


def due_date(limit: TimeLimit | None, received: datetime, calendar: Calendar) -> DueDate:
    """When `limit` from the receipt at `received` runs out."""
    return due_by(clock_from(limit, received) if limit is not None else None, calendar)


def suspend(
    case: Case, cause: PauseCause, reason: str, now: datetime, calendar: Calendar, then: Then = "continue"
) -> None:
    """Let the review limit stand still for this cause. Several causes may hold it at once; the same again changes nothing."""
    if cause in case.pauses:
        return
    clock = clock_of(case)
    case.pauses = (*case.pauses, cause)
    if clock is None:
        return
    if clock.paused is None:
        clock = clock.pause(now, reason, then)
    elif then == "restart":
        clock = clock.model_copy(update={"paused": clock.paused.model_copy(update={"then": then})})
    keep(case, clock)
    case.due_at = case.awaits_year = None
    projected = clock.projected_due(now, calendar)
    told = None if isinstance(projected, NotYetPublished) else projected
    case.record(CaseSuspended(case_id=case.id, claim=case.claim, cause=cause, reason=reason, projected_due_at=told))


def resume(case: Case, cause: PauseCause, now: datetime, calendar: Calendar) -> None:
    """This cause is gone; the review limit goes on once no other holds it."""
    if cause not in case.pauses:
        return
    case.pauses = tuple(each for each in case.pauses if each != cause)
    clock = clock_of(case)
    if clock is None or clock.paused is None or case.pauses:
        return
    clock = clock.resume(now)
    keep(case, clock)
    case.due_at, case.awaits_year = due_by(clock, calendar)
    told = {"due_at": case.due_at, "awaits_year": case.awaits_year}
    case.record(CaseResumed(case_id=case.id, claim=case.claim, cause=cause, **told))


def stop(case: Case, now: datetime) -> None:
    """The case ends: its review limit does not run any more."""
    running = clock_of(case)
    if running is not None and running.stopped_at is None:
        keep(case, running.stop(now))
    case.due_at = case.awaits_year = None


def follow(case: Case, calendar: Calendar, now: datetime) -> None:
    """Let the review limit end as the calendar says now, and say on what ground it has moved."""
    clock = clock_of(case)
    if clock is None or clock.paused is not None:
        return
    due, awaits_year = due_by(clock, calendar)
    if due is None:
        reason = f"待 {awaits_year} 年工作日安排公布后确定"
    else:
        first, last = clock.started_at.astimezone(CHINA).date(), due.astimezone(CHINA).date()
        reason = f"依据{calendar.basis(first, last)}计算"
    move_deadline(case, due, awaits_year, reason, now)


def move_deadline(case: Case, due_at: datetime | None, awaits_year: int | None, reason: str, now: datetime) -> None:
    """Let the review limit end at another instant than before, and say on what ground; the same changes nothing."""
    if (due_at, awaits_year) == (case.due_at, case.awaits_year):
        return
    said = {"was": case.due_at, "due_at": due_at, "awaits_year": awaits_year, "reason": reason}
    case.moved = DeadlineMove(**said, moved_at=now)
    case.due_at, case.awaits_year = due_at, awaits_year
    case.record(ReviewDeadlineMoved(case_id=case.id, claim=case.claim, **said))


def tell_deadline(case: Case, used_percent: int) -> None:
    """Say that so much of the review limit is gone; 100 is the breach, and the due instant is known by then."""
    said = {"case_id": case.id, "claim": case.claim, "attention": case.own_owner.attention}
    if case.due_at is None:
        assert case.awaits_year is not None, "what has no limit uses none of it"
        more = {"used_percent": used_percent, "awaits_year": case.awaits_year}
        case.record(ReviewDeadlineUndetermined(**said, **more))
    elif used_percent >= 100:
        case.record(ReviewDeadlineMissed(**said, due_at=case.due_at))
    else:
        case.record(ReviewDeadlineApproaching(**said, used_percent=used_percent, due_at=case.due_at))
