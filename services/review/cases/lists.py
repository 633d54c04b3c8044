"""How a department's no-application list is decided: it is the department's decision, checked line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import EnterprisesNominated
from contracts.rule import ItemRules
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.filing import Filing
from services.review.cases.held_lines import HELD_LINE, LOOK_AGAIN, approve_lines, leave_open, today
from services.review.cases.opening import accept, hand_to_department, pinned_rules, version_of
from services.review.cases.store import Cases
from services.review.item_copies.plan_words import PlanWords


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a department's list, as a case that is about to be decided."""

    case: Case
    filing: Filing
    rules: ItemRules
    amount_fen: int
    decision: CaseDecision


def decide_lists(events: Sequence[Received[EnterprisesNominated]], uow: UnitOfWork) -> None:
    """A department's list is its decision: each line is checked again and approved at once.

    A line that does not hold becomes an open case for the department to decide; its neighbours go on. One whose plan
    has words that mean nothing yet waits for them (`held_lines`).
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
                    case = accept(filing, version, uow, asks=False)
                    listed.append(Listed(case, filing, version, line.amount_fen, decision))
                    known.add(case.id)
    uow.of(Cases).save_many(_decided(listed, uow))


def _decided(listed: Sequence[Listed], uow: UnitOfWork) -> list[Case]:
    """The cases of these lines, each approved or left open."""
    unmapped = uow.of(PlanWords).unmapped([version_of(each.case.claim) for each in listed], today(uow))
    refused = approve_lines([(each.case, each.amount_fen, each.decision) for each in listed], unmapped, uow)
    cases = []
    for each in listed:
        case = each.case
        if (refusal := refused.get(case.id)) is not None:
            case = accept(each.filing, each.rules, uow)
            leave_open(case, refusal, each.decision.by)
            hand_to_department(case, each.rules, uow)
            if case.listed_by is not None:
                uow.schedule(HELD_LINE, case.id, at=uow.now + LOOK_AGAIN, tenant=case.tenant)
        cases.append(case)
    return cases


def _lines(event: Received[EnterprisesNominated]) -> list[Filing]:
    data = event.data
    return [
        Filing(
            tenant=event.tenant,
            claim=line.claim,
            facts=line.facts,
            figures=line.figures,
            recorders=line.recorders,
            payee=line.payee,
            asked_fen=line.amount_fen,
            listed_by=data.nominated_by,
            filed_at=data.nominated_at,
            filed_on=data.nominated_at.astimezone(CHINA).date(),
            traceparent=event.traceparent,
        )
        for line in data.lines
    ]
