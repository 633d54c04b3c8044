"""A case whose plan is done is granted: its place in the register, its payments, and the events that say so.

Deciding and saying so are two things: a decision is held until its undo window closes, and `release` says it then, from what the
case keeps. Without a window both are one commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chassis.write.uow import UnitOfWork
from contracts.case_events import BenefitGranted
from contracts.refusal import Conflict, Refused
from contracts.review import CaseApproved, CaseRejected, Share
from contracts.rule import HeadlineState
from rules import headline_of
from services.review.cases import deadline, undo_window
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.entitlement import obstacles_in
from services.review.cases.payments import PayerOf, Payments
from services.review.cases.pinned import version_of
from services.review.cases.refusals import together
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions
from services.review.register.domain import AlreadyAwarded
from services.review.register.store import AwardRegister


class PayeeAccountNeeded(Conflict):
    """Nobody is paid to an account that is not confirmed."""

    code = "payee_account_needed"
    rests_on = ("payee_account", "holder_account")
    sentence = "收款人“{payee}”还没有经复核确认的收款账户，不能批准；请通知其登记账户并由第二人复核。"


@dataclass(frozen=True, slots=True)
class Grant:
    """A case that is about to be granted: the amount that was asked for, who decides, and what is already found against it."""

    case: Case
    item: PinnedItem
    amount_fen: int | None
    decision: CaseDecision
    found: tuple[Refused, ...] = ()


def grant_many(grants: Sequence[Grant], uow: UnitOfWork) -> Mapping[str, Refused]:
    """Grant these, each with its place in the register; → what stands against the others, by case. Those have not changed."""
    payer_of: PayerOf = cache(uow.registry.payer)
    payments = {each.case.id: each.case.payments(payer_of) for each in grants}
    against = {each.case.id: [*_against(each), *payments[each.case.id][1], *each.found] for each in grants}
    sound = [each.case.award for each in grants if not against[each.case.id] and each.case.amount_fen]
    reserved = uow.of(AwardRegister).reserve(sound) if sound else frozenset()
    for award in sound:
        if award.case_id not in reserved:
            against[award.case_id].append(AlreadyAwarded())
    for each in grants:
        if not against[each.case.id]:
            _grant(each, payments[each.case.id][0], uow)
    return {id: together(found) for id, found in against.items() if found}


def refuse(case: Case, decision: CaseDecision, uow: UnitOfWork) -> None:
    """Refuse it, with the reason. Raises AlreadyDecided."""
    case.decide("rejected", decision)
    deadline.stop_watching(case, uow)
    version = version_of(case.claim)
    _hold_or_release(case, uow.of(ItemVersions).items([version])[version], uow)


def release(case: Case, item: PinnedItem, uow: UnitOfWork, payments: Payments | None = None) -> None:
    """Say what was decided to whoever acts on it; from now on it can only be reopened. `payments`: as they were just worked out."""
    decision = case.decision
    assert decision is not None, "nothing is decided"
    case.undo_until = None
    if case.state == "rejected":
        case.report("accepted", _refusal(case, decision))
    elif is_in_kind(case, item):
        case.record(_benefit(case, item, decision))
    else:
        paid = payments or case.payments(cache(uow.registry.payer))[0]
        for part in paid.parts:
            case.report("accepted", _approval(part, paid, case, decision), to=part.payer)


def _hold_or_release(case: Case, item: PinnedItem, uow: UnitOfWork, payments: Payments | None = None) -> None:
    """Hold a decision back while it can be undone; what a machine or a list has decided is said at once."""
    case.undo_until = undo_window.ends_at(case, item, uow)
    if case.undo_until is None:
        release(case, item, uow, payments)
    else:
        undo_window.hold(case, case.undo_until, uow)


def _refusal(case: Case, decision: CaseDecision) -> CaseRejected:
    return CaseRejected(
        case_id=case.id,
        claim=case.claim,
        reason=decision.note,
        cites=decision.cites,
        how_to_object=decision.how_to_object,
        rejected_by=decision.by,
        rejected_at=decision.at,
        revision=case.revision,
        instalment=case.instalment,
    )


def is_in_kind(case: Case, item: PinnedItem) -> bool:
    """Whether what it grants is not money: a relief, a qualification, a service, a thing."""
    headline = case.assessment.headline or headline_of(case.assessment)
    return not item.pays_money or headline.state is HeadlineState.IN_KIND


def _against(grant: Grant) -> list[Refused]:
    case = grant.case
    in_kind = is_in_kind(case, grant.item)
    found = list(obstacles_in(case.assessment, None if in_kind else grant.amount_fen, in_kind=in_kind))
    if not in_kind and case.payee is None:
        found.append(PayeeAccountNeeded(payee=case.claim.enterprise_name))
    return found


def _grant(grant: Grant, payments: Payments, uow: UnitOfWork) -> None:
    case = grant.case
    case.decide("approved", grant.decision)
    if case.version:
        # What was granted as it came in was never watched.
        deadline.stop_watching(case, uow)
    _hold_or_release(case, grant.item, uow, payments)


def _approval(part: Share, payments: Payments, case: Case, decision: CaseDecision) -> CaseApproved:
    """The event that tells one payer what to pay, and who bears what of the whole."""
    assert case.payee is not None, "granted without an account"
    return CaseApproved(
        case_id=case.id,
        claim=case.claim,
        payer=part.payer,
        amount_fen=part.amount_fen,
        total_fen=case.amount_fen or 0,
        shares=payments.shares,
        payee=case.payee,
        revision=case.revision,
        instalment=case.instalment,
        approved_by=decision.by,
        approved_at=decision.at,
    )


def _benefit(case: Case, item: PinnedItem, decision: CaseDecision) -> BenefitGranted:
    given = "；".join(each.text_zh for each in case.assessment.amount.benefits)
    return BenefitGranted(
        case_id=case.id,
        claim=case.claim,
        benefit_kind=item.benefit_kind.value,
        text_zh=given or case.claim.item_title,
        certificate=decision.certificate,
        granted_by=decision.by,
        granted_at=decision.at,
    )
