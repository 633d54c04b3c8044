"""The steps' own clocks follow the calendar: when it changes, tasks end and are reminded of as it says now.

What was told of a task stays told: an alarm is raised once per level, whatever the calendar says later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.time.calendar import Calendar
from chassis.time.jobs import Job
from chassis.time.sla import Alarm, SlaClock
from chassis.write.uow import UnitOfWork
from services.review.cases import clock
from services.review.cases.store import Cases, OpenTaskClocks
from services.review.cases.task_times import TASK_ALARM, clock_of_task, earlier_end, retime, watch_task

FOLLOW_TASKS = "follow_tasks"
"""The job by which the tasks of a tenant's cases learn that its calendar has changed; its subject ends with the id of the case
after which to go on."""

PART = 500


def follow_tasks(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """Let tasks with clocks of their own follow the calendar, so many cases at a time; those that it does not move stay untouched."""
    for job in jobs:
        after = job.subject.partition("/")[2]
        known = uow.of(Cases).task_clocks(job.tenant, after, PART)
        subjects = [f"{each.case_id}/{task.id}" for each in known for task in each.tasks]
        looks = uow.scheduled(TASK_ALARM, subjects, tenant=job.tenant)
        calendar = uow.calendar(job.tenant)
        moved = [each.case_id for each in known if not in_step(each, looks, calendar, uow.now)]
        changed = [case for case in uow.of(Cases).get_many(moved).values() if case.is_open]
        for case in changed:
            retime(case, uow)
            for task in case.tasks:
                watch_task(case, task, uow)
        uow.of(Cases).save_many(changed)
        uow.finish(job)
        if len(known) == PART:
            uow.schedule(FOLLOW_TASKS, f"calendar/{known[-1].case_id}", at=uow.now, tenant=job.tenant)


def in_step(known: OpenTaskClocks, looks: Mapping[str, datetime], calendar: Calendar, now: datetime) -> bool:
    """Whether the calendar says of the tasks what is known of them, and each is looked at when its next alarm is due."""
    for task in known.tasks:
        own = clock_of_task(task)
        if own is None or own.paused is not None:
            continue
        ends = [clock.due_by(own, calendar), (known.due_at, known.awaits_year)]
        if earlier_end(ends) != (task.due_at, task.awaits_year):
            return False
        look, upcoming = looks.get(f"{known.case_id}/{task.id}"), _upcoming(task_alarms(own, calendar), now)
        if upcoming is not None and (look is None or now < look != upcoming):
            return False
    return True


def task_alarms(own: SlaClock, calendar: Calendar) -> list[Alarm]:
    """The alarms of a step's own clock whose instants are known, in their order."""
    found: list[Alarm] = []
    while isinstance(alarm := own.next_alarm(calendar, [each.level for each in found]), Alarm):
        found.append(alarm)
    return found


def _upcoming(alarms: Sequence[Alarm], now: datetime) -> datetime | None:
    return next((alarm.at for alarm in alarms if alarm.at > now), None)
