"""The steps' own clocks follow the calendar: when it changes, tasks end and are reminded of as it says now.

What was told of a task stays told: an alarm is raised once per level, whatever the calendar says later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.time.calendar import Calendar
from chassis.time.sla import Alarm, SlaClock
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.review.cases import clock
from services.review.cases.case import Case
from services.review.cases.store import OpenReviewLimit
from services.review.cases.task_times import TASK_ALARM, clock_of_task, earlier_end, retime, watch_task


def out_of_step(open_cases: Sequence[OpenReviewLimit], uow: UnitOfWork, tenant: TenantId) -> list[str]:
    """Those of these cases of whose tasks the calendar says something else now."""
    subjects = [f"{each.case_id}/{task.id}" for each in open_cases for task in each.tasks]
    if not subjects:
        return []
    looks, calendar = uow.scheduled(TASK_ALARM, subjects, tenant=tenant), uow.calendar(tenant)
    return [each.case_id for each in open_cases if not tasks_in_step(each, looks, calendar, uow.now)]


def follow_tasks(case: Case, uow: UnitOfWork) -> None:
    """Let its tasks end, and be reminded of, as the calendar says now; the caller saves it."""
    retime(case, uow)
    for task in case.tasks:
        watch_task(case, task, uow)


def tasks_in_step(known: OpenReviewLimit, looks: Mapping[str, datetime], calendar: Calendar, now: datetime) -> bool:
    """Whether the calendar says of the tasks what is known of them, and each is looked at when its next alarm is due."""
    for task in known.tasks:
        own = clock_of_task(task)
        if own is None or own.paused is not None:
            continue
        ends = [clock.due_by(own, calendar), (known.due_at, known.awaits_year)]
        if earlier_end(ends) != (task.due_at, task.awaits_year):
            return False
        look, upcoming = looks.get(f"{known.case_id}/{task.id}"), _upcoming(own, calendar, now)
        if upcoming is not None and (look is None or now < look != upcoming):
            return False
    return True


def _upcoming(own: SlaClock, calendar: Calendar, now: datetime) -> datetime | None:
    """When the next alarm of a step's own clock is due, as far as that is known."""
    found: list[int] = []
    while isinstance(alarm := own.next_alarm(calendar, found), Alarm):
        if alarm.at > now:
            return alarm.at
        found.append(alarm.level)
    return None
