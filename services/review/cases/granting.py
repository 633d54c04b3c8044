"""A case whose plan is done is granted: its place in the register, its payments, and the events that say so.

Deciding and saying so are two things: a decision is held until its undo window closes, and `release` says it then, from what the
case keeps. Without a window both are one commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_events import BenefitGranted
from contracts.message import Id, TenantId
from contracts.refusal import Refused
from contracts.review import CaseRejected
from contracts.rule import AwardHistory, HeadlineState
from copies.plan_terms import KnownPlanTerms
from rules import headline_of
from services.review.cases import deadline, undo_window
from services.review.cases.answers import SupplementAwaited
from services.review.cases.approvals import Cells, GrantedCase, approvals_of, kept_after, lessened, none_of
from services.review.cases.awarding import asked_of, award_of, judge
from services.review.cases.case import Case
from services.review.cases.claim_instalments import beyond_whole, look_at_earlier
from services.review.cases.decision import CaseDecision
from services.review.cases.entitlement import obstacles_in
from services.review.cases.known_accounts import know_accounts
from services.review.cases.payee_refusals import in_the_way
from services.review.cases.payments import Payments
from services.review.cases.pinned import version_of
from services.review.cases.quota_places import Pairs, hold_quotas, leave_behind, leave_to_quotas, take_places
from services.review.cases.refusals import together
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions
from services.review.register.domain import AlreadyAwarded
from services.review.register.store import AwardRegister

Departments = Mapping[tuple[TenantId, str], Id]
"""By paying tenant and the plan's word for the department: the department there."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A case that is about to be granted: the amount that was asked for, who decides, and what is already found against it."""

    case: Case
    item: PinnedItem
    amount_fen: int | None
    decision: CaseDecision
    found: tuple[Refused, ...] = ()


def hold_persons(cases: Pairs, uow: UnitOfWork) -> None:
    """Until the commit nobody else grants anything to the persons in law of these."""
    uow.of(AwardRegister).hold([asked_of(case, item) for case, item in cases])


def grant_many(grants: Sequence[Grant], uow: UnitOfWork) -> Mapping[str, Refused]:
    """Grant these, each with its place in the register; → what stands against the others, by case.

    Their persons in law are held, and now the quotas of their items are too, until the commit: each is judged beside all that they
    were granted, in this transaction too.
    """
    register = uow.of(AwardRegister)
    by_case = {each.case.id: each for each in grants}
    asked = [asked_of(each.case, each.item) for each in grants]
    know_accounts([each.case for each in grants], uow)
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
    look_at_earlier([each.case for each in grants], uow)
    payments = {each.case.id: each.case.payments(payer_of) for each in grants}
    against = {
        each.case.id: [
            *_against(each),
            *beyond_whole(each.case, histories.get(each.case.id, each.case.paid_before)),
            *payments[each.case.id][1],
            *each.found,
        ]
        for each in grants
    }
    awards = {
        each.case.id: award_of(each.case, each.item, histories.get(each.case.id), uow)
        for each in grants
        if not against[each.case.id]
    }
    for case_id in register.without_place(list(awards.values())):
        against[case_id].append(AlreadyAwarded())
        del awards[case_id]
    register.record(list(awards.values()))
    granted = [each for each in grants if each.case.id in awards]
    take_places([(each.case, each.item) for each in granted], uow)
    paying = _paying_departments([(each.case, each.item, payments[each.case.id][0]) for each in granted], uow)
    for each in granted:
        _grant(each, payments[each.case.id][0], paying, uow)
    return {id: together(found) for id, found in against.items() if found}


def refuse(case: Case, decision: CaseDecision, uow: UnitOfWork) -> None:
    """Refuse it, with the reason. Raises AlreadyDecided."""
    case.decide("rejected", decision)
    deadline.stop_watching(case, uow)
    version = version_of(case.claim)
    _hold_or_release(case, uow.of(ItemVersions).items([version])[version], uow)


def release(
    case: Case, item: PinnedItem, uow: UnitOfWork, payments: Payments | None = None, paying: Departments | None = None
) -> None:
    """Say what was decided to whoever acts on it; from now on it can only be reopened. `payments`, `paying`: as they were just
    worked out; what was held is paid to the accounts that count now."""
    decision = case.decision
    assert decision is not None, "nothing is decided"
    case.undo_until = None
    if case.state == "rejected":
        leave_behind(case, uow)
        case.report("accepted", _refusal(case, decision))
        case.emitted = none_of(case.emitted)
    elif is_in_kind(case, item):
        case.record(_benefit(case, item, decision))
    else:
        if payments is None:
            know_accounts([case], uow)
        paid = payments or case.payments(cache(uow.registry.payer))[0]
        departments = _paying_departments([(case, item, paid)], uow) if paying is None else paying
        _tell_payers(case, item, decision, paid, departments)


def tell_less(case: Case, item: PinnedItem, kept: Cells, uow: UnitOfWork) -> None:
    """Say to payers that only `kept` of what they were told stays, by receiver and payer, as the case's revision is now."""
    decision = case.decision
    assert decision is not None, "nothing is decided"
    payments = case.payments(cache(uow.registry.payer))[0]
    departments = _paying_departments([(case, item, payments)], uow)
    word = item.rules.plan.department
    approval = GrantedCase(case, item, decision, case.receivers_by(item), payments)
    told, case.emitted = lessened(
        approval, kept, {tenant: id for (tenant, of), id in departments.items() if of == word}
    )
    for each in told:
        case.report("accepted", each, to=each.payer)


def _tell_payers(
    case: Case, item: PinnedItem, decision: CaseDecision, payments: Payments, departments: Departments
) -> None:
    approval = GrantedCase(case, item, decision, case.receivers_by(item), payments)
    word = item.rules.plan.department
    told = approvals_of(approval, {tenant: id for (tenant, of), id in departments.items() if of == word})
    for each in told:
        case.report("accepted", each, to=each.payer)
    case.emitted = kept_after(approval, told)


def _hold_or_release(
    case: Case, item: PinnedItem, uow: UnitOfWork, payments: Payments | None = None, paying: Departments | None = None
) -> None:
    """Hold a decision back while it can be undone; what a machine or a list has decided is said at once."""
    case.undo_until = undo_window.ends_at(case, item, uow)
    if case.undo_until is None:
        release(case, item, uow, payments, paying)
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
        grounds=decision.grounds,
        remedies=decision.remedies,
    )


def is_in_kind(case: Case, item: PinnedItem) -> bool:
    """Whether what it grants is not money: a relief, a qualification, a service, a thing."""
    headline = case.assessment.headline or headline_of(case.assessment)
    return not item.pays_money or headline.state is HeadlineState.IN_KIND


def _against(grant: Grant) -> list[Refused]:
    case = grant.case
    in_kind = is_in_kind(case, grant.item)
    found = list(obstacles_in(case.assessment, None if in_kind else grant.amount_fen, in_kind=in_kind))
    if case.waits_for_enterprise:
        found.append(SupplementAwaited())
    found += case.materials.obstacles(checked=True)
    found += case.quota.against if case.quota is not None else ()
    found += case.earlier
    return found if in_kind else [*found, *in_the_way(case.receivers_by(grant.item), case.assessment)]


def _grant(grant: Grant, payments: Payments, paying: Departments, uow: UnitOfWork) -> None:
    case = grant.case
    case.decide("approved", grant.decision)
    if case.version:
        # What was granted as it came in was never watched.
        deadline.stop_watching(case, uow)
    _hold_or_release(case, grant.item, uow, payments, paying)


def _paying_departments(granted: Sequence[tuple[Case, PinnedItem, Payments]], uow: UnitOfWork) -> Departments:
    """Which department of another payer the plan's word for the department means there: its line pays."""
    asked = {
        (part.payer, item.rules.plan.department)
        for case, item, payments in granted
        for part in payments.parts
        if part.payer != case.tenant
    }
    return uow.of(KnownPlanTerms).departments(asked, uow.now.astimezone(CHINA).date()) if asked else {}


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
