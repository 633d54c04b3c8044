"""What the department decides in a case. Cases begin in `opening` and `lists`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.plan_terms import TermInPlan
from contracts.review import ApproveCase, CaseView, RejectCase
from services.review.cases import granting
from services.review.cases.answering import (
    Handled,
    answer_of,
    four_eyes,
    in_hand,
    place_to_answer,
    settle,
    told,
    unmapped_words,
    with_items,
)
from services.review.cases.awarding import judge_anew
from services.review.cases.case_view import view_of
from services.review.cases.finishing import finish
from services.review.cases.known_accounts import know_accounts
from services.review.cases.last_approval import against_last_approval
from services.review.cases.plan_terms import waiting_for
from services.review.cases.progress import against
from services.review.cases.refusals import together
from services.review.cases.refusing import refusing
from services.review.cases.store import Cases
from services.review.figure_settings import SetFigures
from services.review.grounds.choosing import SaidInRefusal

TAKE_UP_PLAN = "take_up_plan"
"""The job by which a case from before plans were run gets its tasks. Its subject is the case."""


def approve_case(cmd: ApproveCase, uow: UnitOfWork) -> CaseView:
    """Give one approval of the plan; the last that it asks for grants the case.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, or all that stands against it as one refusal.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    give_approval(handled, cmd, unmapped_words(handled.case, uow), uow)
    refused = finish([(handled.case, handled.item)], uow)
    if handled.case.id in refused:
        raise refused[handled.case.id]
    return _settled(handled, uow)


class ApprovalGiven(Protocol):
    """What an approver says: the amount that was looked at, an opinion, and the certificate of what is not money."""

    @property
    def amount_fen(self) -> int: ...
    @property
    def opinion(self) -> str: ...
    @property
    def certificate(self) -> str | None: ...


def give_approval(handled: Handled, said: ApprovalGiven, unmapped: Sequence[TermInPlan], uow: UnitOfWork) -> None:
    """Add the actor's approval to a case in hand; the caller finishes and settles it.

    Raises AlreadyDecided, or all that stands against it as one refusal.
    """
    case, item = handled.case, handled.item
    case.must_be_open()
    know_accounts([case], uow)
    judge_anew([(case, item)], uow)
    found = [*against(case, item, handled.standing, said.amount_fen)]
    found += [*waiting_for(unmapped), *four_eyes(case, uow)]
    if found:
        raise together(found)
    place = place_to_answer(handled, "approval", uow)
    evidence = {"amount_fen": said.amount_fen, "certificate": said.certificate}
    answer = answer_of(handled, place, "passed", uow, reason=said.opinion, evidence=evidence)
    in_kind = granting.is_in_kind(case, item)
    setters = uow.of(SetFigures).setters(case.id) if case.decisions else ()
    more = against_last_approval(
        case, handled.steps, answer, certificate=said.certificate, in_kind=in_kind, setters=setters
    )
    if more:
        raise together(more)
    last = case.standing(handled.steps, [answer]).passed
    case.answer(answer, None if last else told(case, answer, f"“{place.slot}”同意"))


def reject_case(cmd: RejectCase, uow: UnitOfWork) -> CaseView:
    """Refuse it, with the reason. It is for those who could approve it, at whatever step it is.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, RecorderDecides, RemediesNotSet, GroundUnknown or
    RefusalWithoutGround.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    handled.case.must_be_open()
    judge_anew([(handled.case, handled.item)], uow)
    refuse_in_hand(handled, cmd, uow)
    return _settled(handled, uow)


def refuse_in_hand(handled: Handled, said: SaidInRefusal, uow: UnitOfWork) -> None:
    """Refuse a case in hand, that was just judged; the caller settles it. Raises as `reject_case` does."""
    handled.case.must_be_open()
    if own := four_eyes(handled.case, uow):
        raise own[0]
    granting.refuse(handled.case, refusing(handled.case, handled.item, said, uow), uow)


def take_up_plans(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """Give the tasks of cases that were open before plans were run."""
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    settle(with_items([case for case in cases.values() if case.is_open], uow), uow)
    for job in jobs:
        uow.finish(job)


def _settled(handled: Handled, uow: UnitOfWork) -> CaseView:
    settle([handled], uow)
    return view_of(handled.case, unmapped_words(handled.case, uow) if handled.case.is_open else ())
