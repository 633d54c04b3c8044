"""How an answer to a step is taken: whose it is, that it may be given by this person, and what comes of it.

Rooms of steps (joint checks, panels, notices, …) call `to_answer`, `give` and `settle`; so does what is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_events import StepAnswered
from contracts.case_steps import SlotVerdict, StepKind
from contracts.message import SYSTEM, Event, Id
from contracts.plan_terms import TermInPlan
from contracts.refusal import Refused, StaleVersion
from copies.plan_terms import KnownPlanTerms
from rules.plan_run import PlannedStep, PlanStanding, SlotPlace
from services.review.cases.answers import StepAnswer, StepNotOpen, must_differ, name_of
from services.review.cases.awarding import judge_anew
from services.review.cases.case import Case
from services.review.cases.deciders import against_decider
from services.review.cases.decision import CaseDecision
from services.review.cases.finishing import finish
from services.review.cases.pinned import version_of
from services.review.cases.progress import Progressed, advance
from services.review.cases.quota_places import queue_moved
from services.review.cases.refusals import NotYourDepartment
from services.review.cases.store import Cases
from services.review.cases.whose import SlotsAsked, may_answer, owners_of
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.plan_words import PlanWords
from services.review.item_copies.store import ItemVersions


@dataclass(slots=True)
class Handled:
    """A case in somebody's hands, locked, with what it is judged by. `names` is what else the actor's department is known by."""

    case: Case
    item: PinnedItem
    names: Collection[str] = ()

    @property
    def steps(self) -> tuple[PlannedStep, ...]:
        return self.item.steps(self.case.instalment)

    @property
    def standing(self) -> PlanStanding:
        return self.case.standing(self.steps)


def with_items(cases: Sequence[Case], uow: UnitOfWork) -> list[Handled]:
    """These cases with what they are judged by: their versions have arrived, or they would not be open."""
    items = uow.of(ItemVersions).items({version_of(case.claim) for case in cases})
    return [Handled(case, items[version_of(case.claim)]) for case in cases]


def in_hand(case_id: Id, expected_version: int, uow: UnitOfWork) -> Handled:
    """The case, locked, for somebody of the item's department or of one that has a task in it.

    Whose it is is checked before its version: nobody learns of a stranger's case. Raises CaseNotFound, NotYourDepartment or
    StaleVersion.
    """
    case = uow.of(Cases).get(case_id)
    names = must_be_in_hand(case, expected_version, uow)
    handled = with_items([case], uow)[0]
    handled.names = names
    return handled


def must_be_in_hand(case: Case, expected_version: int, uow: UnitOfWork) -> Collection[str]:
    """The same of a case that is locked already; → what else the actor's department is known by."""
    names = _names_of_department(case, uow)
    if not any(may_answer(uow.actor, task.owner, names) for task in case.tasks if task.tenant == case.tenant):
        case.must_be_handled_by(uow.actor, names)
    if case.version != expected_version:
        raise StaleVersion()
    return names


def place_to_answer(handled: Handled, kind: StepKind, uow: UnitOfWork) -> SlotPlace:
    """The slot of a step of this kind that the actor may answer now; one that has an answer may be answered again until what
    follows it is decided.

    Raises AlreadyDecided, StepNotOpen, NotYourDepartment or StepsMustDiffer.
    """
    case, standing = handled.case, handled.standing
    case.must_be_open()
    places = [
        SlotPlace(each.step.number, slot)
        for each in standing.steps
        if each.step.kind == kind
        for slot, state in each.slots.items()
        if state == "open" or (state in ("passed", "failed") and kind != "approval")
    ]
    if case.state != "accepted" or not places:
        raise StepNotOpen(step=name_of(kind), why=_why_not_open(handled, kind))
    owners = owners_of([SlotsAsked(case, handled.steps, places)], uow)[case.id]
    own = [place for place in places if may_answer(uow.actor, owners[place], handled.names)]
    if not own:
        first = owners[places[0]]
        raise NotYourDepartment.but_of(first.department, first.department_id)
    refusals = [must_differ(handled.steps, case.answers, place, uow.actor.id) for place in own]
    free = [place for place, refusal in zip(own, refusals, strict=True) if refusal is None]
    if not free:
        raise next(each for each in refusals if each is not None)
    by_state = sorted(free, key=lambda place: standing.state_of(place) != "open")
    return by_state[0]


def answer_of(
    handled: Handled,
    place: SlotPlace,
    verdict: SlotVerdict,
    uow: UnitOfWork,
    *,
    by: str | None = None,
    department: str | None = None,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
) -> StepAnswer:
    """An answer of the actor's, or of the system where `by` says so, as it is kept."""
    kind = next(step.kind for step in handled.steps if step.number == place.step)
    return StepAnswer(
        step=place.step,
        slot=place.slot,
        kind=kind,
        verdict=verdict,
        by=by or uow.actor.id,
        department=department or uow.actor.department or handled.case.claim.department,
        at=uow.now,
        reason=reason,
        evidence=evidence or {},
    )


def told(case: Case, answer: StepAnswer, text_zh: str) -> Event:
    """The event that tells whoever follows the case of an answer, without records or names of persons."""
    return StepAnswered(
        case_id=case.id,
        claim=case.claim,
        task=answer.kind,
        slot=answer.slot,
        verdict=answer.verdict,
        department=answer.department,
        text_zh=text_zh,
        answered_by=answer.by,
        answered_at=answer.at,
    )


def settle(handled: Sequence[Handled], uow: UnitOfWork) -> list[Progressed]:
    """What comes of answers that were given: what is done is granted, all else goes on to its next tasks; then all is saved.

    A case whose plan is done and that cannot be granted as it stands goes back to its approval, with the reasons.
    """
    judge_anew([(each.case, each.item) for each in handled], uow)
    finish([(each.case, each.item) for each in handled], uow)
    progressed = advance([(each.case, each.item) for each in handled], uow)
    queue_moved([(each.case, each.item) for each in handled], uow)
    uow.of(Cases).save_many([each.case for each in handled])
    return progressed


def unmapped_words(case: Case, uow: UnitOfWork) -> tuple[TermInPlan, ...]:
    """The words of its plan that mean nothing today."""
    version = version_of(case.claim)
    return uow.of(PlanWords).unmapped([version], uow.now.astimezone(CHINA).date()).get(version, ())


def decision_of(uow: UnitOfWork, note: str, **more: Any) -> CaseDecision:
    """The actor's decision, now."""
    return CaseDecision(uow.actor.id, uow.now, note, **more)


def four_eyes(case: Case, uow: UnitOfWork) -> list[Refused]:
    """What stands against a decision of the actor's: facts that are its own word."""
    return list(against_decider(case, uow)) if uow.actor.id != SYSTEM.id else []


def _why_not_open(handled: Handled, kind: StepKind) -> str:
    if not any(step.kind == kind for step in handled.steps):
        return "办理方案没有这一步骤"
    if handled.case.state == "received":
        return "尚未受理"
    waiting = [each for each in handled.standing.steps if each.state == "open" and each.step.kind != kind]
    return f"须先办结{'、'.join(name_of(each.step.kind) for each in waiting)}" if waiting else "该步骤已经办结"


def _names_of_department(case: Case, uow: UnitOfWork) -> Collection[str]:
    """What else the actor's department is known by, where the claim names its department by another name only."""
    actor, claim = uow.actor, case.claim
    if actor.department_id is None or claim.department_id is not None or actor.department == claim.department:
        return ()
    return uow.of(KnownPlanTerms).names_of(case.tenant, actor.department_id)
