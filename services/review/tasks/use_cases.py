"""Giving tasks to somebody: one, or all of a person who is away."""

from __future__ import annotations

from datetime import date

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_tasks import (
    MOST_REASSIGNED,
    AssignTask,
    KeptTask,
    ReassignTasks,
    TasksReassigned,
    TaskView,
)
from contracts.duties import DutyKind
from contracts.message import Actor, Id
from copies.duties import KnownDuties
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import (
    AssigneeAbsent,
    CaseTask,
    GivenToTheSame,
    NotOfThisDuty,
    TaskNotFound,
)

DECIDERS: tuple[DutyKind, ...] = ("first_review", "review_check", "leader")
"""Whoever of a department may take a step that names no duty of its own, or the first review's."""


def duties_for(duty: DutyKind | None) -> tuple[DutyKind, ...]:
    """The duties that may do it: an approval is its own duty's alone, what is the first review's any decider's."""
    return DECIDERS if duty is None or duty == "first_review" else (duty,)


def assign_task(cmd: AssignTask, uow: UnitOfWork) -> TaskView:
    """Somebody of the department gives it to a person who could do it, or takes it back for all.

    Raises TaskNotFound, StaleVersion, TaskOver, NotOfThisDuty or AssigneeAbsent.
    """
    task = uow.of(CaseTasks).get(cmd.task_id)
    if not is_of_department(task, uow.actor):
        raise TaskNotFound()
    task = uow.of(CaseTasks).get(cmd.task_id, expected_version=cmd.expected_version)
    if cmd.person_id is not None:
        if not _able(cmd.person_id, [task], uow):
            raise NotOfThisDuty(department=task.department, field="person_id")
        _must_be_there(cmd.person_id, uow)
    task.give_to(cmd.person_id, cmd.reason, uow.actor.id, uow.now)
    uow.of(CaseTasks).save(task)
    return task.view()


def reassign_tasks(cmd: ReassignTasks, uow: UnitOfWork) -> TasksReassigned:
    """All that the department gave to one person goes to another, or back to everybody of its duty.

    Raises GivenToTheSame or AssigneeAbsent; what the other person could not do is kept, with the reason.
    """
    if cmd.to_person_id == cmd.from_person_id:
        raise GivenToTheSame(field="to_person_id")
    if cmd.to_person_id is not None:
        _must_be_there(cmd.to_person_id, uow, "to_person_id")
    found = uow.of(CaseTasks).given_to(cmd.from_person_id, uow.actor, MOST_REASSIGNED + 1)
    tasks = found[:MOST_REASSIGNED]
    able = _able(cmd.to_person_id, tasks, uow) if cmd.to_person_id is not None else {task.id for task in tasks}
    given = [task for task in tasks if task.id in able]
    for task in given:
        task.give_to(cmd.to_person_id, cmd.reason, uow.actor.id, uow.now)
    uow.of(CaseTasks).save_many(given)
    return TasksReassigned(
        given=len(given),
        kept=tuple(_kept(task) for task in tasks if task.id not in able),
        more=len(found) > len(tasks),
    )


def is_of_department(task: CaseTask, actor: Actor) -> bool:
    """Whether the actor's department has the task: by the register where both are in it, else by name."""
    if task.department_id is not None and actor.department_id is not None:
        return task.department_id == actor.department_id
    return task.department == actor.department


def _able(person_id: Id, tasks: list[CaseTask], uow: UnitOfWork) -> set[Id]:
    """Which of these tasks the person could do today."""
    asked = {(task.tenant, task.department_id, duty) for task in tasks for duty in duties_for(task.duty)}
    holders = uow.of(KnownDuties).holders(sorted(asked, key=str), _today(uow))
    held = {(each.department_id, each.kind) for each in holders if each.person_id == person_id}
    return {
        task.id
        for task in tasks
        if any(
            kind in duties_for(task.duty) and task.department_id in (None, department_id)
            for department_id, kind in held
        )
    }


def _must_be_there(person_id: Id, uow: UnitOfWork, field: str = "person_id") -> None:
    """Raises AssigneeAbsent."""
    if uow.actor.department_id is None:
        return
    for each in uow.of(KnownDuties).stand_ins(uow.tenant, uow.actor.department_id, _today(uow)):
        if each.absent_id == person_id:
            said = {"name": each.absent_name, "stand_in": each.person_name, "until": each.until}
            raise AssigneeAbsent(**said, field=field)


def _kept(task: CaseTask) -> KeptTask:
    reason = NotOfThisDuty(department=task.department).reasons[0]
    return KeptTask(task_id=task.id, receipt=task.claim.receipt, reason=reason)


def _today(uow: UnitOfWork) -> date:
    return uow.now.astimezone(CHINA).date()
