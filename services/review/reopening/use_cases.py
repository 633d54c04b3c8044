"""A decided case is looked at again: one person proposes it, another of the department agrees."""

from __future__ import annotations

from dataclasses import replace

from chassis.write.uow import UnitOfWork
from contracts.message import Id
from contracts.refusal import StaleVersion
from contracts.reopening import ConfirmReopening, DeclineReopening, ProposeReopening, ReopeningView
from services.review.cases import clock
from services.review.cases.answering import Handled, four_eyes, in_hand, settle
from services.review.cases.awarding import asked_of
from services.review.cases.case import Case
from services.review.cases.looking_again import reopen
from services.review.cases.refusals import together
from services.review.cases.store import Cases
from services.review.fact_changes.use_cases import INSTALMENT_LOOK
from services.review.register.store import AwardRegister
from services.review.reopening.domain import Reopening, against_reopening, withdrawn
from services.review.reopening.store import ReopeningProposals


def propose_reopening(cmd: ProposeReopening, uow: UnitOfWork) -> ReopeningView:
    """Raises ReopeningByStaffOnly, CaseNotFound, NotYourDepartment, StaleVersion, ReopeningAskedAlready, or all that stands
    against it as one refusal."""
    Reopening.refuse_enterprises(uow.actor)
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    _must_stand(handled, cmd.steps, uow)
    proposed = Reopening(
        id=uow.new_id(),
        tenant=handled.case.tenant,
        traceparent=handled.case.traceparent,
        case_id=handled.case.id,
        reason=cmd.reason,
        source=cmd.source,
        steps=tuple(dict.fromkeys(cmd.steps)),
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    uow.of(ReopeningProposals).save(proposed)
    return proposed.view(handled.case.version)


def confirm_reopening(cmd: ConfirmReopening, uow: UnitOfWork) -> ReopeningView:
    """The case is open again as its next revision.

    Raises ReopeningNotFound, NotYourDepartment, StaleVersion, ReopeningByStaffOnly, ReopeningDecidedAlready,
    ReopeningSecondPersonRequired, or all that stands against it as one refusal.
    """
    proposed, handled = _proposed(cmd.reopening_id, cmd.expected_version, uow)
    proposed.refuse_second(uow.actor)
    _must_stand(handled, proposed.steps, uow)
    proposed.agree(by=uow.actor, at=uow.now)
    _reopen(handled, proposed, uow)
    uow.of(ReopeningProposals).save(proposed)
    return proposed.view(handled.case.version)


def decline_reopening(cmd: DeclineReopening, uow: UnitOfWork) -> ReopeningView:
    """Raises ReopeningNotFound, NotYourDepartment, StaleVersion, ReopeningByStaffOnly or ReopeningDecidedAlready."""
    proposed, handled = _proposed(cmd.reopening_id, cmd.expected_version, uow)
    proposed.decline(by=uow.actor, at=uow.now, why=cmd.reason)
    uow.of(ReopeningProposals).save(proposed)
    return proposed.view(handled.case.version)


def _proposed(reopening_id: Id, expected_version: int, uow: UnitOfWork) -> tuple[Reopening, Handled]:
    """The proposal with its case as it is now, for somebody of its department: whose it is is checked before its version."""
    proposed = uow.of(ReopeningProposals).get(reopening_id)
    Reopening.refuse_enterprises(uow.actor)
    handled = in_hand(proposed.case_id, uow.of(Cases).get(proposed.case_id).version, uow)
    if proposed.version != expected_version:
        raise StaleVersion()
    return proposed, handled


def _must_stand(handled: Handled, steps: tuple[int, ...], uow: UnitOfWork) -> None:
    found = [*against_reopening(handled.case, handled.steps, steps), *four_eyes(handled.case, uow)]
    if found:
        raise together(found)


def _reopen(handled: Handled, proposed: Reopening, uow: UnitOfWork) -> None:
    """Take back what is to be done again, begin the review limit anew, and give the tasks."""
    case = handled.case
    if handled.item.rules.instalments is not None:
        # Whoever grants a later instalment holds the person, and looks at this one then.
        uow.of(AwardRegister).hold([asked_of(case, handled.item)])
        uow.schedule(INSTALMENT_LOOK, case.first_case_id or case.id, at=uow.now, tenant=case.tenant)
    for answer in withdrawn(case, handled.steps, proposed.steps, proposed.reason, uow.actor.id, uow.now):
        case.answer(answer)
    redone = {step.kind for step in handled.steps if step.number in proposed.steps}
    # What a machine would answer for a step from what the case keeps is to be said anew as well.
    if "material_check" in redone:
        case.materials = replace(case.materials, confirmed=())
    if "site_inspection" in redone:
        case.inspection = None
    _start_clock(case, uow)
    reopen(case, proposed.reason, proposed.proposed_by, uow.actor.id, uow.now)
    settle([handled], uow)


def _start_clock(case: Case, uow: UnitOfWork) -> None:
    case.pauses = ()
    if case.review_limit is None:
        return
    clock.keep(case, clock.clock_from(case.review_limit, uow.now))
    case.due_at, case.awaits_year = clock.due_date(case.review_limit, uow.now, uow.calendar(case.tenant))
