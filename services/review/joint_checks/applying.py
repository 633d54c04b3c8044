"""How an answer reaches its case, locked: it is an answer of the plan, or another department is asked."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.message import Id
from contracts.rule import JointCheck
from rules.plan_run import SlotPlace
from services.review.cases.answering import Handled, settle, told
from services.review.cases.answers import StepAnswer, must_differ
from services.review.cases.open_tasks import OpenTask, StepOwner
from services.review.cases.whose import SlotsAsked, department_of, owners_of
from services.review.item_copies.item import PinnedItem
from services.review.joint_checks.check import GivenAnswer
from services.review.tasks.task import CaseTask

OVER = "本办件已经办结，最后一次答复已存档，未被采用。"
PASSED_ON = "该步骤已由其他任务办理，最后一次答复已存档，未被采用。"


def grounds_of(item: PinnedItem | None, step: int) -> tuple[str, ...]:
    """The published conditions that the step asks about."""
    steps = item.rules.plan.steps if item is not None else ()
    asked = steps[step - 1] if 0 < step <= len(steps) else None
    return asked.grounds if isinstance(asked, JointCheck) else ()


def against(handled: Handled, task: CaseTask, person: Id) -> str | None:
    """Why an answer to this task cannot count any more, or not this person's."""
    case, place = handled.case, SlotPlace(task.step, task.slot)
    if case.state != "accepted":
        return OVER
    if any(each.place == place and each.id != task.id for each in case.tasks):
        return PASSED_ON
    refusal = must_differ(handled.steps, case.answers, place, person)
    return refusal.message if refusal is not None else None


def apply(handled: Handled, given: GivenAnswer, uow: UnitOfWork) -> None:
    """Bring the answer into the case, and let it go on. Nothing stands against it (`against`). *Not ours* answers nothing: the case
    asks the next (`whose.owners_of`)."""
    case = handled.case
    answer = StepAnswer(
        step=given.step,
        slot=given.slot,
        kind="joint_check",
        verdict=given.verdict,
        by=given.by,
        department=given.department,
        at=given.at,
        reason=given.words(),
        evidence=given.evidence,
    )
    case.answer(answer, told(case, answer, given.public_words(grounds_of(handled.item, given.step))))
    settle([handled], uow)


def waiting_task(handled: Handled, task_id: Id) -> OpenTask | None:
    """The task, while the case waits for it."""
    return next((each for each in handled.case.tasks if each.id == task_id), None)


def next_owner(handled: Handled, task: OpenTask, uow: UnitOfWork) -> StepOwner | None:
    """Who is asked where this department has nothing to say: whom the plan's words mean now, else the item's own department, which
    answers for what is nobody else's. Nobody is asked who has said so before."""
    own = department_of(task.owner)
    asked = [SlotsAsked(handled.case, handled.steps, [task.place])]
    found = owners_of(asked, uow, [own])[handled.case.id][task.place]
    return None if department_of(found) == own else found
