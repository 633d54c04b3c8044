"""A case whose plan is done is granted: its place in the register, its payments, and the events that say so.

The events leave the house with the commit that grants it; whoever wants to hold them back for a while does it here.
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
from services.review.cases import deadline
from services.review.cases.answers import SupplementAwaited
from services.review.cases.approvals import GrantedCase, approvals_of, kept_after, none_of
from services.review.cases.awarding import asked_of, award_of, judge
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.entitlement import obstacles_in
from services.review.cases.known_accounts import know_accounts
from services.review.cases.payee_refusals import in_the_way
from services.review.cases.payments import Payments
from services.review.cases.refusals import together
from services.review.item_copies.item import PinnedItem
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


def grant_many(grants: Sequence[Grant], uow: UnitOfWork) -> Mapping[str, Refused]:
    """Grant these, each with its place in the register; → what stands against the others, by case.

    Their persons in law are held until the commit: each is judged beside all that they were granted, in this transaction too.
    """
    register = uow.of(AwardRegister)
    by_case = {each.case.id: each for each in grants}
    asked = [asked_of(each.case, each.item) for each in grants]
    register.hold(asked)
    know_accounts([each.case for each in grants], uow)
    refused: dict[str, Refused] = {}
    for turn in register.rounds(asked):
        refused |= _grant_turn([by_case[each.case_id] for each in turn], register.histories(turn), uow)
    return refused


def _grant_turn(
    grants: Sequence[Grant], histories: Mapping[str, AwardHistory], uow: UnitOfWork
) -> Mapping[str, Refused]:
    """No two of these are one person's."""
    register, payer_of = uow.of(AwardRegister), cache(uow.registry.payer)
    for each in grants:
        judge(each.case, each.item, histories, uow)
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
    granted = [each for each in grants if each.case.id in awards]
    paying = _paying_departments([(each, payments[each.case.id][0]) for each in granted], uow)
    for each in granted:
        _grant(each, payments[each.case.id][0], paying, uow)
    return {id: together(found) for id, found in against.items() if found}


def refuse(case: Case, decision: CaseDecision, uow: UnitOfWork) -> None:
    """Refuse it, with the reason. Raises AlreadyDecided."""
    before = case.decide("rejected", decision)
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
    case.emitted = none_of(case.emitted)
    deadline.stop_watching(case, uow)


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
    return found if in_kind else [*found, *in_the_way(case.receivers_by(grant.item), case.assessment)]


def _grant(grant: Grant, payments: Payments, paying: Departments, uow: UnitOfWork) -> None:
    case, decision = grant.case, grant.decision
    before = case.decide("approved", decision)
    if is_in_kind(case, grant.item):
        case.record(_benefit(case, grant))
    else:
        approval = GrantedCase(case, grant.item, decision, case.receivers_by(grant.item), payments)
        word = grant.item.rules.plan.department
        told = approvals_of(approval, {tenant: id for (tenant, of), id in paying.items() if of == word})
        for each in told:
            case.report(before, each, to=each.payer)
        case.emitted = kept_after(approval, told)
    if case.version:
        # What was granted as it came in was never watched.
        deadline.stop_watching(case, uow)


def _paying_departments(grants: Sequence[tuple[Grant, Payments]], uow: UnitOfWork) -> Departments:
    """Which department of another payer the plan's word for the department means there: its line pays."""
    asked = {
        (part.payer, grant.item.rules.plan.department)
        for grant, payments in grants
        for part in payments.parts
        if part.payer != grant.case.tenant
    }
    return uow.of(KnownPlanTerms).departments(asked, uow.now.astimezone(CHINA).date()) if asked else {}


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
