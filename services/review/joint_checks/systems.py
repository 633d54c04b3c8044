"""前店后厂: a check is first put to the department's own system, where it has one; its people answer where it has none, or where the
system gives no answer that counts. What it says is kept and brought into the case as a person's answer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.department_systems import CheckSaid
from contracts.joint_checks import AnswerJointCheck
from contracts.message import SYSTEM
from copies.departments import KnownDepartments
from services.review.cases.answering import with_items
from services.review.cases.task_times import tasks_of
from services.review.dispatches.answers import of_tasks
from services.review.dispatches.domain import CheckAsked, CheckQuestion
from services.review.dispatches.use_cases import dispatch_checks
from services.review.joint_checks.applying import grounds_of
from services.review.joint_checks.check import GivenAnswer, misfits
from services.review.joint_checks.store import JointAnswers
from services.review.joint_checks.use_cases import BRING_ANSWER, asked_about, keep
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

AGAIN = timedelta(seconds=5)
HANDED_OVER_BY = timedelta(days=1)
"""How long after a system was given up a task of it may still be on its way to the tenant that acts."""

UNUSABLE = "部门系统的答复不能采信（{why}），请人工核查后答复。"


def checks_opened(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Tasks of joint checks were given: see whether systems answer them. What is over meanwhile needs nothing."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        named = tasks_of(jobs, uow).values()
        items = {each.case.id: each.item for each in with_items([case for case, _task in named], uow)}
        asked = [
            CheckAsked(
                task_id=task.id,
                case_id=case.id,
                tenant=task.tenant,
                department_id=task.department_id,
                question=CheckQuestion(
                    receipt=case.claim.receipt,
                    uscc=case.claim.uscc,
                    enterprise_name=case.claim.enterprise_name,
                    grounds=grounds_of(items[case.id], task.step),
                ),
                asking_department_id=case.claim.department_id,
                traceparent=case.traceparent,
            )
            for case, task in named
            if task.department_id is not None
        ]
    with unit(sorted({*(each.tenant for each in asked), *(job.tenant for job in jobs)})) as uow:
        dispatch_checks(asked, uow)
        for job in jobs:
            uow.finish(job)


def take_from_systems(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Systems have answered, or given no answer that counts. A task of another tenant's case may not have been handed over yet."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            dispatch = of_tasks([(job.tenant, job.subject)], uow).get(job.subject)
            task = uow.of(CaseTasks).get_many([job.subject]).get(job.subject)
            if task is None and dispatch is not None and uow.now < dispatch.give_up_at + HANDED_OVER_BY:
                uow.schedule(job.kind, job.subject, at=uow.now + AGAIN, tenant=job.tenant)
                continue
            if task is not None and dispatch is not None and dispatch.said is not None:
                system_answered(task, _order(task, dispatch.said), uow)
            elif task is not None and dispatch is not None and dispatch.fall_back is not None:
                leave_to_a_person(task, dispatch.reason, uow)
            uow.finish(job)


def _order(task: CaseTask, said: CheckSaid) -> AnswerJointCheck:
    """The same as a person would say it. *Not ours* has no words of a system's own."""
    told = said.model_dump(include={"answer", "ground", "condition", "basis"})
    remark = "部门系统答复不属于本部门职责" if said.answer == "not_ours" else ""
    as_of = said.as_of.astimezone(CHINA).date()
    return AnswerJointCheck.model_construct(
        **told, source=said.source, as_of=as_of, remark=remark, task_id=task.id, expected_version=task.version
    )


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
        department=_called(task, uow),
        department_id=task.department_id,
        by=SYSTEM.id,
        by_system=True,
        at=uow.now,
    )
    keep(given, task, uow)
    uow.schedule(BRING_ANSWER, task.id, at=uow.now, tenant=task.tenant)


def _called(task: CaseTask, uow: UnitOfWork) -> str:
    """What its register calls the department today, as an answer of its people says it; the plan's word where nobody is registered."""
    if task.department_id is None:
        return task.department
    today = uow.now.astimezone(CHINA).date()
    known = uow.of(KnownDepartments).acting([task.tenant], [task.department_id], today)
    return known[0].name if known else task.department


def leave_to_a_person(task: CaseTask, why: str, uow: UnitOfWork) -> None:
    """The system gives no answer that counts: the task is open for the department's people, and says so."""
    if task.state == "open":
        task.notice(why)
        uow.of(CaseTasks).save(task)
