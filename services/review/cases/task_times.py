"""Until when tasks are to be answered: by the step's own clock and by the case's, and who is told on the way.

A step's own clock is told at 50, 80 and 100 % once each, to the duty that answers; a step without one ends with the case, whose
alarms are told by `deadline`. Both stand still while the case does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chassis.time.calendar import Calendar
from chassis.time.jobs import Job
from chassis.time.sla import Alarm, SlaClock
from chassis.write.uow import UnitOfWork
from contracts.case_events import TaskDeadlineApproaching, TaskDeadlineMissed
from contracts.case_steps import PauseCause
from services.review.cases import clock
from services.review.cases.case import Case
from services.review.cases.open_tasks import OpenTask
from services.review.cases.store import Cases
from services.review.tasks.standing import StandsStill
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

TASK_ALARM = "task_alarm"
"""The job by which a task's own clock is looked at. Its subject is `subject_of` the task, its tenant the case's."""

ACCEPTANCE_OPENED = "acceptance_opened"
"""The job by which the limit for acceptance is looked at. Its subject is `subject_of` the task, its tenant the case's."""

HAND_OVER = "hand_over_tasks"
"""The job by which tasks of other tenants are given, changed and taken back. Its subject is the case."""


def subject_of(case: Case, task: OpenTask) -> str:
    """How a job names a task of a case: a task of another tenant is found by its case alone."""
    return f"{case.id}/{task.id}"


def tasks_of(jobs: Sequence[Job], uow: UnitOfWork) -> dict[str, tuple[Case, OpenTask]]:
    """The cases, locked, and their open tasks that these jobs name, by subject; what is over is not there."""
    cases = uow.of(Cases).get_many([job.subject.partition("/")[0] for job in jobs])
    return {subject_of(case, task): (case, task) for case in cases.values() for task in case.tasks}


def clock_of_task(task: OpenTask) -> SlaClock | None:
    """The step's own clock as it has run so far; None where it has none."""
    if task.kept_clock is not None:
        return SlaClock.model_validate(task.kept_clock)
    return None if task.clock is None else clock.clock_from(task.clock, task.opened_at)


HOLDS_TASKS: Mapping[PauseCause, str] = {"supplement": "等待企业补正", "objection": "收到对公示的异议，正在核查"}
"""What lets every task of a case stand still, and in which words. A step that the item excludes from the review limit has its
own clock, which goes on."""


def held_by(case: Case) -> PauseCause | None:
    """Why no task of the case counts time now, if none does."""
    return next((cause for cause in HOLDS_TASKS if cause in case.pauses), None)


def until(case: Case, own: SlaClock | None, calendar: Calendar) -> clock.DueDate:
    """The earlier end of a step's own clock and of the case's; neither while all tasks stand still."""
    if held_by(case) is not None:
        return None, None
    return earlier_end([clock.due_by(own, calendar), (case.due_at, case.awaits_year)])


def in_step_with(case: Case, task: OpenTask, now: datetime) -> OpenTask:
    """The task with its own clock standing still while the enterprise is waited for or an objection is looked into, and going on
    afterwards: time in which nobody of the department could answer is not counted."""
    own, cause = clock_of_task(task), held_by(case)
    if own is None or (own.paused is not None) == (cause is not None):
        return task
    moved = own.pause(now, HOLDS_TASKS[cause]) if cause is not None else own.resume(now)
    return replace(task, kept_clock=moved.model_dump(mode="json"))


def stands_still(case: Case, task: OpenTask) -> dict[str, Any] | None:
    """Why the task counts no time now and what it would end by; None while any clock of it runs, or nothing limits it."""
    own, review = clock_of_task(task), clock.clock_of(case)
    still = [each for each in (own, review) if each is not None and each.paused is not None]
    if not still or (own is not None and own.paused is None):
        return None
    pause = still[-1].paused
    assert pause is not None, "a clock that stands still says why"
    said = StandsStill(causes=case.pauses, why=pause.reason, since=pause.since, clocks=tuple(still))
    return said.model_dump(mode="json")


def earlier_end(ends: Sequence[clock.DueDate]) -> clock.DueDate:
    """The earliest of these. An end that is not known yet lies behind every one that is."""
    due = min((at for at, _year in ends if at is not None), default=None)
    years = [year for _at, year in ends if year is not None]
    return due, min(years) if due is None and years else None


def retime(case: Case, uow: UnitOfWork) -> None:
    """Let the open tasks end as the case's clock says now, or stand still with it; the caller saves the case."""
    calendar = uow.calendar(case.tenant)
    moved: list[OpenTask] = []
    for before in case.tasks:
        task = in_step_with(case, before, uow.now)
        due_at, awaits_year = until(case, clock_of_task(task), calendar)
        task = replace(task, due_at=due_at, awaits_year=awaits_year)
        if task != before or stands_still(case, task) is not None:
            moved.append(task)
        if (task.kept_clock, task.due_at) != (before.kept_clock, before.due_at):
            watch_task(case, task, uow)
    if not moved:
        return
    by_id = {task.id: task for task in moved}
    case.tasks = tuple(by_id.get(task.id, task) for task in case.tasks)
    rows = uow.of(CaseTasks).get_many([task.id for task in moved if task.tenant == case.tenant])
    uow.of(CaseTasks).save_many([row for id, row in rows.items() if keep_time(row, case, by_id[id])])
    if any(task.tenant != case.tenant for task in moved):
        uow.schedule(HAND_OVER, case.id, at=uow.now, tenant=case.tenant)


def keep_time(row: CaseTask, case: Case, task: OpenTask) -> bool:
    """Let the row end, or stand still, as the case says of the task; returns whether that is anything new."""
    said = (task.due_at, task.awaits_year, stands_still(case, task))
    if (row.due_at, row.awaits_year, row.still) == said:
        return False
    row.due_at, row.awaits_year, row.still = said
    return True


def watch_task(case: Case, task: OpenTask, uow: UnitOfWork) -> None:
    """See that somebody is told when so much of the step's own time is gone: what was told is not told again (`_tell`)."""
    if task.clock is None or held_by(case) is not None:
        return
    alarm = _next_alarm(task, uow.calendar(case.tenant), ())
    if alarm is not None:
        uow.schedule(TASK_ALARM, subject_of(case, task), at=max(alarm.at, uow.now), tenant=case.tenant)


def raise_task_alarms(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Tell what is due, once per level and task, and wait for the next level. What was answered meanwhile needs nothing."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        named = tasks_of(jobs, uow)
        for job in jobs:
            uow.finish(job)
            if job.subject in named:
                _tell(*named[job.subject], uow)
        cases = {case.id: case for case, _task in named.values()}
        uow.of(Cases).save_many([case for case in cases.values() if case.pending])


def _tell(case: Case, task: OpenTask, uow: UnitOfWork) -> None:
    if held_by(case) is not None or task.clock is None:
        return
    calendar = uow.calendar(case.tenant)
    told: list[int] = []
    while (alarm := _next_alarm(task, calendar, told)) is not None and alarm.at <= uow.now:
        told.append(alarm.level)
    fresh = [level for level in told if uow.raise_alarm("case_task", task.id, "task", level, tenant=case.tenant)]
    due = clock.due_by(clock_of_task(task), calendar)[0]
    if fresh and due is not None:
        _say(case, task, fresh[-1], due)
    if alarm is not None:
        uow.schedule(TASK_ALARM, subject_of(case, task), at=alarm.at, tenant=case.tenant)


def tell_tasks(case: Case, used_percent: int) -> None:
    """So much of the case's own time is gone: whoever has to answer a step that ends with the case is told as well, if that is
    not whom the case's own alarm reaches. The case's alarm is raised once per level, so they are too."""
    for task in case.tasks:
        if task.clock is None and case.due_at is not None and task.owner.attention != case.own_owner.attention:
            _say(case, task, used_percent, case.due_at)


def _say(case: Case, task: OpenTask, used_percent: int, due_at: datetime) -> None:
    said = {"case_id": case.id, "claim": case.claim, "task_id": task.id, "task": task.kind, "due_at": due_at}
    said |= {"department": task.department, "attention": task.owner.attention}
    missed = used_percent >= 100
    event = TaskDeadlineMissed(**said) if missed else TaskDeadlineApproaching(**said, used_percent=used_percent)
    case.record(event, to=task.tenant)


def _next_alarm(task: OpenTask, calendar: Calendar, already: Sequence[int]) -> Alarm | None:
    """The next level of the step's own clock; nothing while its year is not published: the case's own alarms ask for it."""
    own = clock_of_task(task)
    alarm = own.next_alarm(calendar, already) if own is not None else None
    return alarm if isinstance(alarm, Alarm) else None
