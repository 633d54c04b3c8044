"""How a department's no-application list is decided: it is the department's decision, checked line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import EnterprisesNominated
from contracts.refusal import Refused
from contracts.rule import ItemRules
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.filing import Filing
from services.review.cases.opening import accept, hand_to_department, pinned_rules, version_of
from services.review.cases.payments import PayerOf
from services.review.cases.store import Cases
from services.review.register.domain import AlreadyAwarded
from services.review.register.store import AwardRegister


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a department's list, as a case that is about to be decided."""

    case: Case
    rules: ItemRules
    amount_fen: int
    decision: CaseDecision


def decide_lists(events: Sequence[Received[EnterprisesNominated]], uow: UnitOfWork) -> None:
    """A department's list is its decision: each line is checked again and approved at once.

    A line that does not hold becomes an open case for the department to decide; its neighbours go on.
    """
    filings = {event.id: _lines(event) for event in events}
    rules = pinned_rules((each for lines in filings.values() for each in lines), uow)
    known = set(uow.of(Cases).get_many([each.case_id for lines in filings.values() for each in lines]))
    at_home = cache(uow.registry.lineage)
    listed: list[Listed] = []
    for event in events:
        lines = filings[event.id]
        if any(version_of(filing.claim) not in rules for filing in lines):
            event.not_yet("名单所列事项的版本")
        elif not all(at_home(filing.claim.filed_in) for filing in lines):
            event.not_yet("名单所列企业的所在地区")
        else:
            decision = CaseDecision(event.data.nominated_by, event.data.nominated_at, "")
            for filing, line in zip(lines, event.data.lines, strict=True):
                if filing.case_id not in known:
                    version = rules[version_of(filing.claim)]
                    case = accept(filing, version, uow)
                    listed.append(Listed(case, version, line.amount_fen, decision))
                    known.add(case.id)
    _decide(listed, uow)


def _decide(listed: Sequence[Listed], uow: UnitOfWork) -> None:
    payer_of: PayerOf = cache(uow.registry.payer)
    payments = {each.case.id: each.case.payments(payer_of) for each in listed}
    sound = [
        each.case.award for each in listed if not each.case.obstacles(each.amount_fen) and not payments[each.case.id][1]
    ]
    reserved = uow.of(AwardRegister).reserve(sound)
    taken = {award.case_id for award in sound} - reserved
    for each in listed:
        parts, found = payments[each.case.id]
        if each.case.id in taken:
            found = [*found, AlreadyAwarded()]
        try:
            each.case.approve(each.amount_fen, each.decision, parts, found)
        except Refused as refusal:
            each.case.leave_open(refusal.reasons)
            hand_to_department(each.case, each.rules, uow)
    uow.of(Cases).save_many([each.case for each in listed])


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
