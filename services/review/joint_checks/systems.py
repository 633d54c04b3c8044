"""前店后厂: a check is first put to the department's own system, where it has one; a person answers where it has none, or does not.

`send` is the one place that knows how systems are reached; until a department has one, its people answer at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.joint_checks import AnswerJointCheck
from contracts.message import SYSTEM, Id, TenantId
from services.review.cases.answering import with_items
from services.review.cases.task_times import tasks_of
from services.review.joint_checks.applying import grounds_of
from services.review.joint_checks.check import GivenAnswer, misfits
from services.review.joint_checks.store import JointAnswers
from services.review.joint_checks.use_cases import BRING_ANSWER, asked_about, keep
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

UNUSABLE = "部门系统的答复不能采信（{why}），请人工核查后答复。"


class CheckToSend(NamedTuple):
    """What a department's system would be asked; `tenant` and `department_id` are those of the department that acts."""

    task_id: Id
    case_id: Id
    tenant: TenantId
    department_id: Id
    receipt: str
    uscc: str
    enterprise_name: str
    grounds: tuple[str, ...]
    asking_department_id: Id | None
    traceparent: str | None


def send(asked: Sequence[CheckToSend], uow: UnitOfWork) -> None:
    """Put these to their departments' systems, as far as they have one. The unit of work names the tenants that act."""


def checks_opened(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Tasks of joint checks were given: see whether systems answer them. What is over meanwhile needs nothing."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        named = tasks_of(jobs, uow).values()
        items = {each.case.id: each.item for each in with_items([case for case, _task in named], uow)}
        asked = [
            CheckToSend(
                task_id=task.id,
                case_id=case.id,
                tenant=task.tenant,
                department_id=task.department_id,
                receipt=case.claim.receipt,
                uscc=case.claim.uscc,
                enterprise_name=case.claim.enterprise_name,
                grounds=grounds_of(items[case.id], task.step),
                asking_department_id=case.claim.department_id,
                traceparent=case.traceparent,
            )
            for case, task in named
            if task.department_id is not None
        ]
    with unit(sorted({*(each.tenant for each in asked), *(job.tenant for job in jobs)})) as uow:
        send(asked, uow)
        for job in jobs:
            uow.finish(job)


def system_answered(task: CaseTask, said: AnswerJointCheck, uow: UnitOfWork) -> None:
    """Keep what a department's system has said, as long as the task waits for it; it reaches the case as a person's does.

    What cannot be taken, and what only a person can judge, leaves the task to a person, with a notice.
    """
    if task.state != "open":
        return
    grounds, today = asked_about(task, uow), uow.now.astimezone(CHINA).date()
    found = misfits(said, task.view(), grounds, [said.source], today)
    if found:
        leave_to_a_person(task, UNUSABLE.format(why="；".join(each.message for each in found)), uow)
        return
    given = GivenAnswer(
        tenant=task.tenant,
        task_id=task.id,
        number=len(uow.of(JointAnswers).of_task(task.tenant, task.id)) + 1,
        case_id=task.case_id,
        step=task.step,
        slot=task.slot,
        **said.model_dump(include={"answer", "source", "as_of", "ground", "condition", "basis", "remark"}),
        department=task.department,
        department_id=task.department_id,
        by=SYSTEM.id,
        by_system=True,
        at=uow.now,
    )
    keep(given, task, uow)
    uow.schedule(BRING_ANSWER, task.id, at=uow.now, tenant=task.tenant)


def leave_to_a_person(task: CaseTask, why: str, uow: UnitOfWork) -> None:
    """The system gives no answer that counts: the task is open for the department's people, and says so."""
    if task.state == "open":
        task.notice(why)
        uow.of(CaseTasks).save(task)
