"""Answers that were given in another tenant than the case's are brought into it, in a unit of work that names both.

An answer reaches its case once, whatever number of times this is tried. What comes too late is kept where it was given, and its
department is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.review.cases.answering import Handled, with_items
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.joint_checks.applying import OVER, against, apply, next_owner, waiting_task
from services.review.joint_checks.check import GivenAnswer, NobodyElseToAsk
from services.review.joint_checks.store import JointAnswers
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def bring_answers(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Each by itself: one that fails holds up no other."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            task = uow.of(CaseTasks).seen(job.subject)
            if task is None:
                uow.finish(job)
                continue
        with unit(sorted({task.tenant, task.case_tenant})) as uow:
            _bring(task.case_id, task.id, uow)
            uow.finish(job)


def _bring(case_id: str, task_id: str, uow: UnitOfWork) -> None:
    case = uow.of(Cases).get_many([case_id]).get(case_id)
    task = uow.of(CaseTasks).get(task_id)
    given = uow.of(JointAnswers).of_task(task.tenant, task.id)
    if not given or (case is not None and _is_there(case, given[-1])):
        return
    handled = with_items([case], uow)[0] if case is not None else None
    refusal = OVER if handled is None else _against(handled, task, given[-1], uow)
    if handled is None or refusal is not None:
        _tell(task, handled, refusal or OVER, uow)
    else:
        apply(handled, given[-1], uow)


def _against(handled: Handled, task: CaseTask, given: GivenAnswer, uow: UnitOfWork) -> str | None:
    """Why this answer does not count."""
    if (refusal := against(handled, task, given.by)) is not None or given.answer != "not_ours":
        return refusal
    waiting = waiting_task(handled, task.id)
    if waiting is None:
        return OVER
    return None if next_owner(handled, waiting, uow) is not None else NobodyElseToAsk(slot=task.slot).message


def _is_there(case: Case, given: GivenAnswer) -> bool:
    """Whether this answer, or a later one to the task, has been brought."""
    brought = [each.evidence["number"] for each in case.answers if each.evidence.get("task_id") == given.task_id]
    return max(brought, default=0) >= given.number


def _tell(task: CaseTask, handled: Handled | None, why: str, uow: UnitOfWork) -> None:
    """Why the last answer does not count; where the case still waits for one, the task is open again."""
    if handled is not None and waiting_task(handled, task.id) is not None:
        task.ask_again()
    task.notice(why)
    uow.of(CaseTasks).save(task)
