"""Money of a case has to come back: its next revision grants less, and treasury does the rest as with any revision.

What is not sent is cancelled, what is at the bank is waited for, of what is paid the difference becomes a recovery. The place in the
award register stays held until that has come in.
"""

from __future__ import annotations

from dataclasses import replace

from chassis.write.uow import UnitOfWork
from contracts.integrity import ConfirmRecovery, DeclineRecovery, FindingView, ProposeRecovery
from contracts.integrity_events import RecoveryDecided
from contracts.message import Id
from contracts.refusal import StaleVersion
from services.review.cases.answering import with_items
from services.review.cases.awarding import asked_of, award_of
from services.review.cases.case import Case
from services.review.cases.granting import tell_less
from services.review.cases.refusals import together
from services.review.cases.store import Cases
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.recovery import RecoveryProposal, against_recovering, kept_of, of_instalment
from services.review.integrity.refusals import NotEstablished
from services.review.integrity.showing import shown
from services.review.integrity.store import IntegrityFindings, RecoveryProposals
from services.review.integrity.whose import of_department
from services.review.register.awards import proportioned
from services.review.register.store import AwardRegister


def propose_recovery(cmd: ProposeRecovery, uow: UnitOfWork) -> FindingView:
    """Raises RecoveryByStaffOnly, FindingNotFound, StaleVersion, NotEstablished, NothingToRecover, RecoveryTooMuch or
    RecoveryAskedAlready."""
    RecoveryProposal.refuse_enterprises(uow.actor)
    case = uow.of(Cases).get(uow.of(IntegrityFindings).seen(cmd.finding_id).case_id)
    finding = of_department(cmd.finding_id, uow, cmd.expected_version)
    _must_stand(finding, case, cmd.amount_fen)
    proposed = RecoveryProposal(
        id=uow.new_id(),
        tenant=finding.tenant,
        traceparent=finding.traceparent,
        finding_id=finding.id,
        case_id=case.id,
        claim=finding.claim,
        amount_fen=cmd.amount_fen,
        number=cmd.number,
        basis_zh=cmd.basis_zh,
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    uow.of(RecoveryProposals).save(proposed)
    return shown(finding, uow)


def confirm_recovery(cmd: ConfirmRecovery, uow: UnitOfWork) -> FindingView:
    """Raises RecoveryByStaffOnly, RecoveryNotFound, StaleVersion, RecoveryDecidedAlready, RecoverySecondPersonRequired,
    NothingToRecover or RecoveryTooMuch."""
    proposed, finding, case = _proposed(cmd.recovery_id, cmd.expected_version, uow)
    proposed.refuse_second(uow.actor)
    _must_stand(finding, case, proposed.amount_fen)
    proposed.agree(by=uow.actor, at=uow.now)
    _take_back(case, proposed, uow)
    proposed.revision = case.revision
    uow.of(RecoveryProposals).save(proposed)
    uow.of(Cases).save(case)
    return shown(finding, uow)


def decline_recovery(cmd: DeclineRecovery, uow: UnitOfWork) -> FindingView:
    """Raises RecoveryByStaffOnly, RecoveryNotFound, StaleVersion or RecoveryDecidedAlready."""
    proposed, finding, _case = _proposed(cmd.recovery_id, cmd.expected_version, uow)
    proposed.decline(by=uow.actor, at=uow.now, why=cmd.reason)
    uow.of(RecoveryProposals).save(proposed)
    return shown(finding, uow)


def _take_back(case: Case, proposed: RecoveryProposal, uow: UnitOfWork) -> None:
    """Its next revision: who was told of money is told of what is left, in proportion, and the register keeps the lower award
    beside the one that counts until the money is back."""
    (handled,) = with_items([case], uow)
    register, asked = uow.of(AwardRegister), asked_of(case, handled.item)
    register.hold([asked])
    granted = of_instalment(case)
    kept = kept_of(granted, proposed.amount_fen)
    case.revision += 1
    case.record(
        RecoveryDecided(
            case_id=case.id,
            claim=case.claim,
            finding_id=proposed.finding_id,
            number=proposed.number,
            basis_zh=proposed.basis_zh,
            amount_fen=proposed.amount_fen,
            revision=case.revision,
            instalment=case.instalment,
            proposed_by=proposed.proposed_by,
            decided_by=uow.actor.id,
            decided_at=uow.now,
        )
    )
    tell_less(case, handled.item, kept, uow)
    award = award_of(case, handled.item, register.histories([asked]).get(case.id), uow)
    left = sum(kept.values())
    parts = proportioned(left, award.parts) if left else []
    register.record([replace(award, parts=parts)])


def _must_stand(finding: IntegrityFinding, case: Case, amount_fen: int) -> None:
    if finding.state != "established":
        raise NotEstablished()
    if found := against_recovering(case, amount_fen):
        raise together(found)


def _proposed(
    recovery_id: Id, expected_version: int, uow: UnitOfWork
) -> tuple[RecoveryProposal, IntegrityFinding, Case]:
    """The proposal with its finding and case, for somebody of the department: whose it is is checked before its version."""
    RecoveryProposal.refuse_enterprises(uow.actor)
    recoveries = uow.of(RecoveryProposals)
    seen = recoveries.seen(recovery_id)
    case = uow.of(Cases).get(seen.case_id)
    finding = of_department(seen.finding_id, uow)
    proposed = recoveries.get(recovery_id)
    if proposed.version != expected_version:
        raise StaleVersion()
    return proposed, finding, case
