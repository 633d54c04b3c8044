"""Giving a task to somebody."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_tasks import AssignTask, TaskView
from contracts.duties import DutyKind
from contracts.message import Actor
from copies.duties import KnownDuties
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask, NotOfThisDuty, TaskNotFound

DECIDERS: tuple[DutyKind, ...] = ("first_review", "review_check", "leader")
"""Whoever of a department may take a step that names no duty of its own, or the first review's."""


def duties_for(duty: DutyKind | None) -> tuple[DutyKind, ...]:
    """The duties that may do it: an approval is its own duty's alone, what is the first review's any decider's."""
    return DECIDERS if duty is None or duty == "first_review" else (duty,)


def assign_task(cmd: AssignTask, uow: UnitOfWork) -> TaskView:
    """Somebody of the department gives it to a person who could do it, or takes it back for all.

    Raises TaskNotFound, StaleVersion, TaskOver or NotOfThisDuty.
    """
    task = uow.of(CaseTasks).get(cmd.task_id)
    if not is_of_department(task, uow.actor):
        raise TaskNotFound()
    task = uow.of(CaseTasks).get(cmd.task_id, expected_version=cmd.expected_version)
    if cmd.person_id is not None and not _could_do(task, cmd.person_id, uow):
        raise NotOfThisDuty(department=task.department, field="person_id")
    task.give_to(cmd.person_id, cmd.reason)
    uow.of(CaseTasks).save(task)
    return task.view()


def is_of_department(task: CaseTask, actor: Actor) -> bool:
    """Whether the actor's department has the task: by the register where both are in it, else by name."""
    if task.department_id is not None and actor.department_id is not None:
        return task.department_id == actor.department_id
    return task.department == actor.department


def _could_do(task: CaseTask, person_id: str, uow: UnitOfWork) -> bool:
    asked = [(task.tenant, task.department_id, duty) for duty in duties_for(task.duty)]
    holders = uow.of(KnownDuties).holders(asked, uow.now.astimezone(CHINA).date())
    return any(each.person_id == person_id for each in holders)
