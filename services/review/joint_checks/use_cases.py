"""A department answers a joint check, in its own tenant; a case of another tenant hears of it by a job (`bringing`)."""

from __future__ import annotations

from collections.abc import Collection

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.fact_sources import SPOKEN_FOR_NAMES, SpokenFor
from contracts.joint_checks import AnswerJointCheck, JointCheckView
from contracts.message import Actor
from contracts.refusal import Refused, StaleVersion
from contracts.status_labels import TASK
from copies.plan_terms import KnownPlanTerms
from rules.plan_run import SlotPlace
from services.review.cases.answering import Handled, with_items
from services.review.cases.answers import must_differ
from services.review.cases.refusals import is_of, together
from services.review.cases.store import Cases
from services.review.dispatches.use_cases import call_off
from services.review.item_copies.store import ItemVersions
from services.review.joint_checks.applying import apply, grounds_of, next_owner, waiting_task
from services.review.joint_checks.check import AGAINST, GivenAnswer, NobodyElseToAsk, NotAJointCheck, misfits
from services.review.joint_checks.shown import view_of
from services.review.joint_checks.store import JointAnswers
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask, TaskNotFound, TaskOfOthers, TaskOver
from services.review.tasks.use_cases import duties_for

BRING_ANSWER = "bring_joint_answer"
"""The job by which an answer reaches its case. Its subject is the task, its tenant the one that acts."""


def answer_joint_check(cmd: AnswerJointCheck, uow: UnitOfWork) -> JointCheckView:
    """Keep the answer, and bring it into the case: at once where the case is of the same tenant.

    Raises TaskNotFound, NotAJointCheck, TaskOfOthers, TaskOver, StaleVersion, AlreadyDecided, StepsMustDiffer, or all that does not
    fit of the answer as one refusal.
    """
    task = own_task(cmd.task_id, uow)
    # The case is locked before its task, as everybody else does.
    handled = _in_hand(task, uow) if task.case_tenant == task.tenant else None
    task = uow.of(CaseTasks).get(cmd.task_id)
    _must_be_answerable(task, cmd, handled)
    grounds = asked_about(task, uow) if handled is None else grounds_of(handled.item, task.step)
    sources = sources_of(uow.actor)
    found = misfits(cmd, task.view(), grounds, sources, uow.now.astimezone(CHINA).date())
    found += _against_in_case(cmd, task, handled, uow) if handled is not None else []
    if found:
        raise together(found)
    answers = uow.of(JointAnswers).of_task(task.tenant, task.id)
    given = _given(cmd, task, len(answers) + 1, uow)
    keep(given, task, uow)
    call_off([(task.tenant, task.id)], uow)
    if handled is not None:
        apply(handled, given, uow)
    else:
        uow.schedule(BRING_ANSWER, task.id, at=uow.now, tenant=task.tenant)
    given_now = [*answers, given]
    return view_of(task.view(), task.brief, grounds=grounds, sources=sources, answers=given_now)


def own_task(task_id: str, uow: UnitOfWork) -> CaseTask:
    """The task, not locked, for whoever may answer it. Raises TaskNotFound, NotAJointCheck or TaskOfOthers."""
    task = uow.of(CaseTasks).seen(task_id)
    if task is None or not is_of(uow.actor, task.department, task.department_id, _names(task, uow)):
        raise TaskNotFound()
    if task.kind != "joint_check":
        raise NotAJointCheck()
    if not uow.actor.duties.intersection(duties_for(task.duty)):
        raise TaskOfOthers(department=task.department, duty=TASK[task.kind].staff_zh)
    return task


def keep(given: GivenAnswer, task: CaseTask, uow: UnitOfWork) -> None:
    """Add the answer, and let the task say that it was given."""
    uow.of(JointAnswers).add(given)
    if given.answer == "not_ours":
        task.close("void", given.by, given.at)
    else:
        task.answer(given.by, given.at)
    task.notice("")
    uow.of(CaseTasks).save(task)


def sources_of(actor: Actor) -> tuple[str, ...]:
    """In whose name the actor may speak: its own department's, and the kinds of source that it speaks for."""
    kinds: list[SpokenFor] = [each for each in SPOKEN_FOR_NAMES if each in actor.speaks_for and each != "others"]
    own = [actor.department] if actor.department else []
    return tuple(dict.fromkeys([*own, *(SPOKEN_FOR_NAMES[each] for each in kinds)]))


def asked_about(task: CaseTask, uow: UnitOfWork) -> tuple[str, ...]:
    """The published conditions of the task's step: items are public, whose tenant's case it is does not matter."""
    version = (task.claim.item_id, task.claim.item_version)
    return grounds_of(uow.of(ItemVersions).items({version}).get(version), task.step)


def _in_hand(task: CaseTask, uow: UnitOfWork) -> Handled:
    return with_items([uow.of(Cases).get(task.case_id)], uow)[0]


def _must_be_answerable(task: CaseTask, cmd: AnswerJointCheck, handled: Handled | None) -> None:
    """What is void or superseded is told before a stale version is: there is nothing to read anew."""
    if task.state == "void":
        raise TaskOver()
    if handled is not None:
        handled.case.must_be_open()
        if any(each.place == (task.step, task.slot) and each.id != task.id for each in handled.case.tasks):
            raise TaskOver()
    if task.version != cmd.expected_version:
        raise StaleVersion()


def _against_in_case(cmd: AnswerJointCheck, task: CaseTask, handled: Handled, uow: UnitOfWork) -> list[Refused]:
    """What the case itself has against this answer, where it can be seen."""
    found: list[Refused] = []
    waiting = waiting_task(handled, task.id)
    refusal = must_differ(handled.steps, handled.case.answers, SlotPlace(task.step, task.slot), uow.actor.id)
    if refusal is not None:
        found.append(refusal)
    if cmd.answer == "not_ours" and waiting is not None and next_owner(handled, waiting, uow) is None:
        found.append(NobodyElseToAsk(slot=task.slot, field="answer"))
    return found


def _given(cmd: AnswerJointCheck, task: CaseTask, number: int, uow: UnitOfWork) -> GivenAnswer:
    against = {name: getattr(cmd, name) if cmd.answer == "barred" else None for name in AGAINST}
    return GivenAnswer(
        tenant=task.tenant,
        task_id=task.id,
        number=number,
        case_id=task.case_id,
        step=task.step,
        slot=task.slot,
        answer=cmd.answer,
        source=cmd.source,
        as_of=cmd.as_of,
        remark=cmd.remark.strip(),
        department=uow.actor.department or task.department,
        department_id=task.department_id,
        by=uow.actor.id,
        by_system=False,
        at=uow.now,
        **against,
    )


def _names(task: CaseTask, uow: UnitOfWork) -> Collection[str]:
    """What else the actor's department is known by, where the task names its department by name only."""
    actor = uow.actor
    if actor.department_id is None or task.department_id is not None or actor.department == task.department:
        return ()
    return uow.of(KnownPlanTerms).names_of(task.tenant, actor.department_id)
