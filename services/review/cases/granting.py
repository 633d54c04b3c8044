"""A case whose plan is done is granted: its place in the register, its payments, and the events that say so.

The events leave the house with the commit that grants it; whoever wants to hold them back for a while does it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chassis.write.uow import UnitOfWork
from contracts.case_events import BenefitGranted
from contracts.refusal import Conflict, Refused
from contracts.review import CaseApproved, CaseRejected, Share
from contracts.rule import AwardHistory, HeadlineState
from rules import headline_of
from services.review.cases import deadline
from services.review.cases.awarding import asked_of, award_of, judge
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.entitlement import obstacles_in
from services.review.cases.payments import Payments
from services.review.cases.quota_places import Pairs, hold_quotas, leave_behind, leave_to_quotas, take_places
from services.review.cases.refusals import together
from services.review.item_copies.item import PinnedItem
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
    """Grant these, each with its place in the register; → what stands against the others, by case.

    Their persons in law, and then the quotas of their items, are held until the commit: each is judged beside all that they
    were granted, in this transaction too.
    """
    register = uow.of(AwardRegister)
    by_case = {each.case.id: each for each in grants}
    asked = [asked_of(each.case, each.item) for each in grants]
    register.hold(asked)
    in_hand = [(each.case, each.item) for each in grants]
    hold_quotas(in_hand, uow)
    refused: dict[str, Refused] = {}
    for turn in register.rounds(asked):
        refused |= _grant_turn([by_case[each.case_id] for each in turn], register.histories(turn), in_hand, uow)
    return refused


def _grant_turn(
    grants: Sequence[Grant], histories: Mapping[str, AwardHistory], in_hand: Pairs, uow: UnitOfWork
) -> Mapping[str, Refused]:
    """No two of these are one person's."""
    register, payer_of = uow.of(AwardRegister), cache(uow.registry.payer)
    for each in grants:
        judge(each.case, each.item, histories, uow)
    leave_to_quotas([(each.case, each.item) for each in grants], histories, uow, beside=in_hand)
    payments = {each.case.id: each.case.payments(payer_of) for each in grants}
    against = {each.case.id: [*_against(each), *payments[each.case.id][1], *each.found] for each in grants}
    awards = {
        each.case.id: award_of(each.case, each.item, histories.get(each.case.id), uow)
        for each in grants
        if not against[each.case.id]
    }
    for case_id in register.without_place(list(awards.values())):
        against[case_id].append(AlreadyAwarded())
        del awards[case_id]
    register.record(list(awards.values()))
    take_places([(each.case, each.item) for each in grants if each.case.id in awards], uow)
    for each in grants:
        if each.case.id in awards:
            _grant(each, payments[each.case.id][0], uow)
    return {id: together(found) for id, found in against.items() if found}


def refuse(case: Case, decision: CaseDecision, uow: UnitOfWork) -> None:
    """Refuse it, with the reason. Raises AlreadyDecided."""
    before = case.decide("rejected", decision)
    leave_behind(case, uow)
    told = CaseRejected(
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
    case.report(before, told)
    deadline.stop_watching(case, uow)


def is_in_kind(case: Case, item: PinnedItem) -> bool:
    """Whether what it grants is not money: a relief, a qualification, a service, a thing."""
    headline = case.assessment.headline or headline_of(case.assessment)
    return not item.pays_money or headline.state is HeadlineState.IN_KIND


def _against(grant: Grant) -> list[Refused]:
    case = grant.case
    in_kind = is_in_kind(case, grant.item)
    found = list(obstacles_in(case.assessment, None if in_kind else grant.amount_fen, in_kind=in_kind))
    found += case.quota.against if case.quota is not None else ()
    if not in_kind and case.payee is None:
        found.append(PayeeAccountNeeded(payee=case.claim.enterprise_name))
    return found


def _grant(grant: Grant, payments: Payments, uow: UnitOfWork) -> None:
    case, decision = grant.case, grant.decision
    before = case.decide("approved", decision)
    if is_in_kind(case, grant.item):
        case.record(_benefit(case, grant))
    else:
        for part in payments.parts:
            case.report(before, _approval(part, payments, case, decision), to=part.payer)
    if case.version:
        # What was granted as it came in was never watched.
        deadline.stop_watching(case, uow)


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


def _benefit(case: Case, grant: Grant) -> BenefitGranted:
    given = "；".join(each.text_zh for each in case.assessment.amount.benefits)
    return BenefitGranted(
        case_id=case.id,
        claim=case.claim,
        benefit_kind=grant.item.benefit_kind.value,
        text_zh=given or case.claim.item_title,
        certificate=grant.decision.certificate,
        granted_by=grant.decision.by,
        granted_at=grant.decision.at,
    )
