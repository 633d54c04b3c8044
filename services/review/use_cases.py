"""What review does: one function per command or kind of event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import ApplicationSubmitted, Claim, EnterprisesNominated
from contracts.message import TenantId
from contracts.policies import PolicyPublished, PolicyRevised
from contracts.refusal import Refused, StaleVersion
from contracts.review import ApproveCase, CaseView, RecordInspection, RejectCase
from contracts.rule import ItemRules, Level
from services.review import deadline
from services.review.case import Case
from services.review.domain import AlreadyAwarded, Decision, Filing, Inspection, Payments
from services.review.earlier_claims import EarlierClaims
from services.review.store import AwardRegister, Cases, ItemVersion, ItemVersions

PayerOf = Callable[[Level, TenantId], TenantId]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a department's list, as a case that is about to be decided."""

    case: Case
    rules: ItemRules
    amount_fen: int
    decision: Decision


# -- what arrives -----------------------------------------------------------------------------------------


def remember_items(events: Sequence[Received[PolicyPublished | PolicyRevised]], uow: UnitOfWork) -> None:
    """Keep every version: a case is judged by the one it was filed under."""
    uow.of(ItemVersions).remember(event.data for event in events)


def open_cases(events: Sequence[Received[ApplicationSubmitted]], uow: UnitOfWork) -> None:
    """One case per application, with the department's tasks and the review limit's clock."""
    filings = {event.id: _application(event) for event in events}
    rules = _pinned(filings.values(), uow)
    known = set(uow.of(Cases).get_many([filing.case_id for filing in filings.values()]))
    earlier = EarlierClaims([filing.claim for filing in filings.values()], uow)
    opened: list[Case] = []
    for event in events:
        filing = filings[event.id]
        version = rules.get(_version(filing.claim))
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
    case = _accept(filing, rules, uow)
    _hand_to_department(case, rules, uow)
    return case


def decide_lists(events: Sequence[Received[EnterprisesNominated]], uow: UnitOfWork) -> None:
    """A department's list is its decision: each line is checked again and approved at once.

    A line that does not hold becomes an open case for the department to decide; its neighbours go on.
    """
    filings = {event.id: _lines(event) for event in events}
    rules = _pinned((each for lines in filings.values() for each in lines), uow)
    known = set(uow.of(Cases).get_many([each.case_id for lines in filings.values() for each in lines]))
    at_home = cache(uow.registry.lineage)
    listed: list[Listed] = []
    for event in events:
        lines = filings[event.id]
        if any(_version(filing.claim) not in rules for filing in lines):
            event.not_yet("名单所列事项的版本")
        elif not all(at_home(filing.claim.filed_in) for filing in lines):
            event.not_yet("名单所列企业的所在地区")
        else:
            decision = Decision(event.data.nominated_by, event.data.nominated_at, "")
            for filing, line in zip(lines, event.data.lines, strict=True):
                if filing.case_id not in known:
                    version = rules[_version(filing.claim)]
                    case = _accept(filing, version, uow)
                    listed.append(Listed(case, version, line.amount_fen, decision))
                    known.add(case.id)
    _decide(listed, uow)


def _decide(listed: Sequence[Listed], uow: UnitOfWork) -> None:
    payer_of: PayerOf = cache(uow.registry.payer)
    payments = {each.case.id: _payments(each.case, payer_of) for each in listed}
    sound = [
        each.case.award for each in listed if not each.case.obstacles(each.amount_fen) and not payments[each.case.id][1]
    ]
    reserved = uow.of(AwardRegister).reserve(sound)
    taken = {award.case_id for award in sound} - reserved
    for each in listed:
        orders, found = payments[each.case.id]
        if each.case.id in taken:
            found = [*found, AlreadyAwarded()]
        try:
            each.case.approve(each.amount_fen, each.decision, orders, found)
        except Refused as refusal:
            each.case.leave_open(refusal.reasons)
            _hand_to_department(each.case, each.rules, uow)
    uow.of(Cases).save_many([each.case for each in listed])


# -- what the department orders ---------------------------------------------------------------------------


def approve_case(cmd: ApproveCase, uow: UnitOfWork) -> CaseView:
    """Grant it, and take its place in the award register, once per firm, item and period."""
    case = _to_handle(cmd, uow)
    case.must_be_open()
    payments, found = _payments(case, uow.registry.payer)
    if case.amount_fen and case.id not in uow.of(AwardRegister).reserve([case.award]):
        found.append(AlreadyAwarded())
    case.approve(cmd.amount_fen, Decision(uow.actor.id, uow.now, cmd.opinion), payments, found)
    return _decided(case, uow)


def reject_case(cmd: RejectCase, uow: UnitOfWork) -> CaseView:
    """Refuse it, with the reason."""
    case = _to_handle(cmd, uow)
    case.reject(Decision(uow.actor.id, uow.now, cmd.reason))
    return _decided(case, uow)


def record_inspection(cmd: RecordInspection, uow: UnitOfWork) -> CaseView:
    """Enter what a site inspection found."""
    case = _to_handle(cmd, uow)
    inspection = Inspection(
        passed=cmd.passed,
        findings=cmd.findings,
        place=cmd.place,
        inspected_at=cmd.inspected_at,
        recorded_by=uow.actor.id,
    )
    case.record_inspection(inspection, now=uow.now)
    uow.of(Cases).save(case)
    return case.view()


def _to_handle(cmd: ApproveCase | RejectCase | RecordInspection, uow: UnitOfWork) -> Case:
    """The case, locked. Whose it is is checked before its version: nobody learns of a stranger's case."""
    case = uow.of(Cases).get(cmd.case_id)
    case.must_be_handled_by(uow.actor)
    if case.version != cmd.expected_version:
        raise StaleVersion()
    return case


def _decided(case: Case, uow: UnitOfWork) -> CaseView:
    deadline.stop_watching(case, uow)
    uow.of(Cases).save(case)
    return case.view()


# -- what several of them need ----------------------------------------------------------------------------


def _application(event: Received[ApplicationSubmitted]) -> Filing:
    data = event.data
    return Filing(
        tenant=event.tenant,
        claim=data.claim,
        facts=data.facts,
        figures=data.figures,
        payee=data.payee,
        asked_fen=data.estimated_fen,
        filed_at=data.submitted_at,
        filed_on=data.submitted_at.astimezone(CHINA).date(),
        traceparent=event.traceparent,
    )


def _lines(event: Received[EnterprisesNominated]) -> list[Filing]:
    data = event.data
    return [
        Filing(
            tenant=event.tenant,
            claim=line.claim,
            facts=line.facts,
            figures=line.figures,
            payee=line.payee,
            asked_fen=line.amount_fen,
            filed_at=data.nominated_at,
            filed_on=data.nominated_at.astimezone(CHINA).date(),
            traceparent=event.traceparent,
        )
        for line in data.lines
    ]


def _version(claim: Claim) -> ItemVersion:
    return claim.item_id, claim.item_version


def _pinned(filings: Iterable[Filing], uow: UnitOfWork) -> Mapping[ItemVersion, ItemRules]:
    versions: Collection[ItemVersion] = {_version(filing.claim) for filing in filings}
    return uow.of(ItemVersions).get_many(versions)


def _accept(filing: Filing, rules: ItemRules, uow: UnitOfWork) -> Case:
    due = deadline.due_at(rules.plan.review_limit, filing.filed_at, uow.calendar(filing.tenant))
    return Case.accept(filing, rules, due)


def _hand_to_department(case: Case, rules: ItemRules, uow: UnitOfWork) -> None:
    calendar = uow.calendar(case.tenant)
    case.assign(deadline.tasks_of(rules.plan, case.due_at, case.accepted_at, calendar))
    deadline.watch(case, uow)


def _payments(case: Case, payer_of: PayerOf) -> tuple[Payments, list[Refused]]:
    """Who pays and who bears; or nobody, and what is in the way."""
    try:
        return case.payments(lambda level: payer_of(level, case.claim.filed_in)), []
    except Refused as unknown:
        return Payments((), ()), [unknown]
