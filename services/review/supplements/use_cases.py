"""Asking an enterprise to mend its claim, and its answer."""

from __future__ import annotations

from typing import Literal

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.rule.plan import SupplementTerms
from contracts.supplements import AnswerSupplement, RequestSupplement, SupplementView
from services.review.acceptance.silence import accepted_by_silence
from services.review.cases import clock
from services.review.cases.answering import Handled, in_hand, settle, with_items
from services.review.cases.answers import ACCEPTANCE, StepAnswer
from services.review.cases.case import Case
from services.review.cases.claimants import case_of_claimant
from services.review.cases.refusals import NotYourDepartment, is_of
from services.review.cases.whose import may_answer
from services.review.supplements.going_on import take_in
from services.review.supplements.lapse import watch
from services.review.supplements.points import askable, must_be_whole, of_offices, points_of
from services.review.supplements.store import Supplements
from services.review.supplements.supplement import Supplement, SupplementNotFound, must_fit, supplement_id_of
from services.review.supplements.times import set_due

WAITING = "等待企业补正"


def request_supplement(cmd: RequestSupplement, uow: UnitOfWork) -> SupplementView:
    """Ask for all of it at once; the clocks stand still until it is answered or the time for that is over.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, SupplementOpen or SupplementAsksUnknown.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    case, plan = handled.case, handled.item.rules.plan
    _must_be_asked_by(handled, uow)
    case.must_be_open()
    accepted_by_silence(case, uow)
    points = askable(handled.item.rules, case.received_at.astimezone(CHINA).year)
    earlier = uow.of(Supplements).of_cases([case.id])
    known = of_offices(points, case.facts, uow.now.astimezone(CHINA).date())
    must_fit(cmd.points, points, known, earlier, plan.supplement.rounds)
    number = max((each.round for each in earlier), default=0) + 1
    supplement = Supplement(
        id=supplement_id_of(case.id, number),
        tenant=case.tenant,
        traceparent=case.traceparent,
        case_id=case.id,
        round=number,
        claim=case.claim,
        points=points_of(cmd.points, points),
        clock=clock.clock_from(plan.supplement.limit, uow.now).model_dump(mode="json"),
        then_follows=_on_silence(case, plan.supplement),
        before_acceptance=case.state == "received",
        department=uow.actor.department or case.claim.department,
        requested_by=uow.actor.id,
        requested_at=uow.now,
    )
    set_due(supplement, uow.calendar(case.tenant))
    case.record(supplement.request())
    if case.state == "received":
        # Whoever had to accept it has answered in time: by this.
        case.answer(StepAnswer(0, "", "acceptance", "withdrawn", uow.actor.id, supplement.department, uow.now, WAITING))
    clock.suspend(case, "supplement", WAITING, uow.now, uow.calendar(case.tenant), then=plan.supplement.clock)
    settle([handled], uow)
    uow.of(Supplements).save(supplement)
    watch(supplement, uow)
    return supplement.view


def answer_supplement(cmd: AnswerSupplement, uow: UnitOfWork) -> SupplementView:
    """Answer every point; the case goes on at once, with what was corrected.

    Raises CaseNotFound, SupplementNotFound, AlreadyDecided, SupplementOver or SupplementNotWhole.
    """
    case = case_of_claimant(cmd.application_id, uow)
    supplement = next((each for each in uow.of(Supplements).of_cases([case.id]) if each.id == cmd.supplement_id), None)
    if supplement is None:
        raise SupplementNotFound()
    supplement.must_be_open()
    case.must_be_open()
    must_be_whole(supplement.points, cmd.points, uow.actor)
    handled = with_items([case], uow)[0]
    case.record(supplement.answer(cmd.points, uow.actor.id, uow.now, case.own_owner.attention))
    take_in(supplement, handled, uow.actor, uow)
    settle([handled], uow)
    uow.of(Supplements).save(supplement)
    return supplement.view


def _on_silence(case: Case, rounds: SupplementTerms) -> Literal["withdrawn", "decided_as_filed"]:
    """What the plan says; but what may have been paid is decided anew, never withdrawn by silence."""
    return "decided_as_filed" if case.was_said else rounds.on_silence


def _must_be_asked_by(handled: Handled, uow: UnitOfWork) -> None:
    """By the item's department, or whoever has to accept the claim or to check its materials. Raises NotYourDepartment."""
    case, claim = handled.case, handled.case.claim
    if "department" in uow.actor.roles and is_of(uow.actor, claim.department, claim.department_id, handled.names):
        return
    asking = [task.owner for task in case.tasks if task.place == ACCEPTANCE or task.kind == "material_check"]
    if not any(may_answer(uow.actor, owner, handled.names) for owner in asking):
        raise NotYourDepartment.but_of(claim.department, claim.department_id)
