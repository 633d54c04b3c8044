"""Until when a case must be decided, and who is told on the way: at 50 %, at 80 %, and when it is missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.tenancy.working_days import ask_for
from chassis.time.calendar import Calendar
from chassis.time.jobs import Job
from chassis.time.sla import Alarm, NotYetPublished, SlaClock
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.review.cases import clock
from services.review.cases.case import Case
from services.review.cases.store import Cases, OpenReviewLimit
from services.review.cases.task_calendar import follow_tasks, out_of_step
from services.review.cases.task_times import ACCEPTANCE_OPENED, retime, tell_tasks
from services.review.tasks.store import CaseTasks

REVIEW_ALARM = "review_alarm"
LOOK_AGAIN = timedelta(days=1)
"""How long a case whose year has no calendar yet waits before the calendar is looked for again."""

FOLLOW_NOTICES = "follow_notices"
"""The job by which the room of public notices learns that the tenant's calendar has changed; its subject ends with the id after
which to go on."""

PART = 500
"""Open cases that are looked at in one transaction when the calendar has changed."""


def watch(case: Case, uow: UnitOfWork) -> None:
    """Raise the alarms whose time has come, each once for ever, and see that the next one will be.

    Of several at once only the last is told: what is overdue needs no reminder. A calendar that has changed since moves
    the due date, and the case says so; what was told stays told. While the working days of the year are not published
    the case has no due date; it is looked at again every day, somebody is asked for the calendar, and those reminders
    are given that fall into the years that are loaded. A clock that stands still raises nothing: it is watched again when it goes on.
    """
    running = clock.clock_of(case)
    if running is None:
        return
    if running.paused is not None:
        stop_watching(case, uow)
        return
    calendar = uow.calendar(case.tenant)
    clock.follow(case, calendar, uow.now)
    retime(case, uow)
    alarms, missing = _alarms(running, calendar)
    raised = [
        alarm.level
        for alarm in alarms
        if alarm.at <= uow.now and uow.raise_alarm("case", _watched(case), "review", alarm.level, tenant=case.tenant)
    ]
    if raised:
        clock.tell_deadline(case, raised[-1])
        tell_tasks(case, raised[-1])
    upcoming = _upcoming(alarms, uow.now)
    if missing is not None:
        ask_for(uow, case.tenant, missing.year, "review")
        again = uow.now + LOOK_AGAIN
        uow.schedule(REVIEW_ALARM, case.id, at=min(again, upcoming or again), tenant=case.tenant)
    elif upcoming is not None:
        uow.schedule(REVIEW_ALARM, case.id, at=upcoming, tenant=case.tenant)
    else:
        stop_watching(case, uow)


def raise_alarms(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What `review_alarm` jobs that have come due ask for. A case decided meanwhile needs nothing."""
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    for job in jobs:
        uow.finish(job)
    open_cases = [case for case in cases.values() if case.state == "accepted"]
    for case in open_cases:
        watch(case, uow)
    uow.of(Cases).save_many([case for case in open_cases if case.pending])


def follow_calendar(uow: UnitOfWork, tenant: TenantId, after: str) -> str | None:
    """Let the open cases that come next after this id follow the calendar as it is now; returns how far it came.

    Only those are touched whose due date or next alarm it moves: the same calendar again changes nothing.
    """
    cases, calendar = uow.of(Cases), uow.calendar(tenant)
    if not after:
        # What waits for acceptance looks at its own end anew.
        waiting = uow.of(CaseTasks).acceptances(tenant)
        uow.schedule_many(ACCEPTANCE_OPENED, [(tenant, subject, uow.now) for subject in waiting])
    limits = cases.open_limits(tenant, after, PART)
    looks = uow.scheduled(REVIEW_ALARM, [each.case_id for each in limits], tenant=tenant)
    moved = [each.case_id for each in limits if not in_step(each, looks.get(each.case_id), calendar, uow.now)]
    of_tasks = set(out_of_step(limits, uow, tenant))
    changed = [case for case in cases.get_many([*moved, *of_tasks]).values() if case.is_open]
    for case in changed:
        if case.state == "accepted":
            watch(case, uow)
        follow_tasks(case, uow)
    cases.save_many([case for case in changed if case.pending or case.id in of_tasks])
    return limits[-1].case_id if len(limits) == PART else None


def follow_everywhere(uow: UnitOfWork, tenant: TenantId, after: str) -> str | None:
    """The same; as a pass begins, the room of public notices is told of it too."""
    if not after:
        uow.schedule(FOLLOW_NOTICES, "calendar/", at=uow.now, tenant=tenant)
    return follow_calendar(uow, tenant, after)


def in_step(known: OpenReviewLimit, look: datetime | None, calendar: Calendar, now: datetime) -> bool:
    """Whether the calendar says of a limit what is known of it, and it is looked at (`look`) when its next alarm is due."""
    if known.clock is None or known.clock.paused is not None:
        return True
    if clock.due_by(known.clock, calendar) != (known.due_at, known.awaits_year):
        return False
    alarms, missing = _alarms(known.clock, calendar)
    upcoming = _upcoming(alarms, now)
    if missing is None:
        return look == upcoming
    return look is not None and (upcoming is None or look <= upcoming)


def stop_watching(case: Case, uow: UnitOfWork) -> None:
    """It is decided, or the last alarm is raised: nothing is due any more."""
    uow.unschedule(REVIEW_ALARM, case.id, tenant=case.tenant)


def _watched(case: Case) -> str:
    """What the alarms are of: each review has its own, so that one that began anew is reminded of anew."""
    return case.id if case.reopened_at is None else f"{case.id}/{case.reopened_at:%Y%m%d%H%M%S}"


def _alarms(running: SlaClock, calendar: Calendar) -> tuple[list[Alarm], NotYetPublished | None]:
    """All alarms of a running clock in their order, those that lie in the past included; and what keeps the others
    from being known.
    """
    found: list[Alarm] = []
    while (alarm := running.next_alarm(calendar, [each.level for each in found])) is not None:
        if isinstance(alarm, NotYetPublished):
            return found, alarm
        found.append(alarm)
    return found, None


def _upcoming(alarms: Sequence[Alarm], now: datetime) -> datetime | None:
    return next((alarm.at for alarm in alarms if alarm.at > now), None)
