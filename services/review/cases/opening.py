"""How a case begins: an application is accepted, or turned away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import ApplicationSubmitted, Claim
from contracts.rule import ItemRules
from services.review.cases import deadline
from services.review.cases.case import Case
from services.review.cases.earlier_claims import EarlierClaims
from services.review.cases.filing import Filing
from services.review.cases.store import Cases
from services.review.cases.tasks import tasks_of
from services.review.item_copies.store import ItemVersion, ItemVersions


def open_cases(events: Sequence[Received[ApplicationSubmitted]], uow: UnitOfWork) -> None:
    """One case per application, with the department's tasks and the review limit's clock."""
    filings = {event.id: _application(event) for event in events}
    rules = pinned_rules(filings.values(), uow)
    known = set(uow.of(Cases).get_many([filing.case_id for filing in filings.values()]))
    earlier = EarlierClaims([filing.claim for filing in filings.values()], uow)
    opened: list[Case] = []
    for event in events:
        filing = filings[event.id]
        version = rules.get(version_of(filing.claim))
        if version is None:
            event.not_yet(f"事项 {filing.claim.item_id} 第 {filing.claim.item_version} 版")
        elif receipt := earlier.awaited_by(filing.claim):
            event.not_yet(f"所替代的办件 {receipt}")
        elif filing.case_id not in known:
            case = _open(filing, version, earlier, uow)
            earlier.add(case)
            opened.append(case)
            known.add(case.id)
    uow.of(Cases).save_many(opened)


def _open(filing: Filing, rules: ItemRules, earlier: EarlierClaims, uow: UnitOfWork) -> Case:
    if objection := earlier.objection_to(filing.claim):
        return Case.turn_away(filing, rules, objection, uow.now)
    case = accept(filing, rules, uow)
    hand_to_department(case, rules, uow)
    return case


def _application(event: Received[ApplicationSubmitted]) -> Filing:
    data = event.data
    return Filing(
        tenant=event.tenant,
        claim=data.claim,
        facts=data.facts,
        figures=data.figures,
        recorders=data.recorders,
        commitments=data.commitments,
        payee=data.payee,
        asked_fen=data.estimated_fen,
        filed_at=data.submitted_at,
        filed_on=data.submitted_at.astimezone(CHINA).date(),
        traceparent=event.traceparent,
    )


def version_of(claim: Claim) -> ItemVersion:
    """The version that the claim was filed under."""
    return claim.item_id, claim.item_version


def pinned_rules(filings: Iterable[Filing], uow: UnitOfWork) -> Mapping[ItemVersion, ItemRules]:
    """What these were filed under, as far as it has arrived."""
    versions: Collection[ItemVersion] = {version_of(filing.claim) for filing in filings}
    return uow.of(ItemVersions).get_many(versions)


def accept(filing: Filing, rules: ItemRules, uow: UnitOfWork, *, asks: bool = True) -> Case:
    """The case, with the deadline that its filing set; `asks`: the department has to decide it."""
    due_at, awaits_year = deadline.due_date(rules.plan.review_limit, filing.filed_at, uow.calendar(filing.tenant))
    return Case.accept(filing, rules, due_at, awaits_year, asks=asks)


def hand_to_department(case: Case, rules: ItemRules, uow: UnitOfWork) -> None:
    """Give the department its tasks, and watch the deadline."""
    calendar = uow.calendar(case.tenant)
    case.assign(tasks_of(rules.plan, case.accepted_at, calendar))
    deadline.watch(case, uow)
