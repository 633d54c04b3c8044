"""How a department's no-application list is decided: it is the department's decision, checked line by line.

Each line is a case of its own and runs through its whole plan: the list answers for the materials and gives the department's own
approvals; what other departments have to answer is a task of theirs before anything is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import EnterprisesNominated
from services.review.cases.answering import Handled
from services.review.cases.filing import Filing
from services.review.cases.finishing import finish
from services.review.cases.held_lines import look_again
from services.review.cases.known_accounts import ask_elsewhere, know_accounts
from services.review.cases.opening import accept, pinned_items
from services.review.cases.pinned import version_of
from services.review.cases.progress import advance
from services.review.cases.receiving import receive
from services.review.cases.store import Cases


def decide_lists(events: Sequence[Received[EnterprisesNominated]], uow: UnitOfWork) -> None:
    """Every line is checked again, and granted at once if nothing of its plan is left to others.

    A line that does not hold becomes an open case for the department to decide; its neighbours go on. One whose plan
    has words that mean nothing yet waits for them (`held_lines`).
    """
    filings = {event.id: _lines(event) for event in events}
    items = pinned_items((each for lines in filings.values() for each in lines), uow)
    known = set(uow.of(Cases).get_many([each.case_id for lines in filings.values() for each in lines]))
    at_home = cache(uow.registry.lineage)
    listed: list[Handled] = []
    for event in events:
        lines = filings[event.id]
        if any(version_of(filing.claim) not in items for filing in lines):
            event.not_yet("名单所列事项的版本")
        elif not all(at_home(filing.claim.filed_in) for filing in lines):
            event.not_yet("名单所列企业的所在地区")
        else:
            for filing in lines:
                if filing.case_id not in known:
                    item = items[version_of(filing.claim)]
                    listed.append(Handled(receive(filing, item), item))
                    known.add(filing.case_id)
    _settle(listed, uow)


def _settle(listed: Sequence[Handled], uow: UnitOfWork) -> None:
    """Accept all, grant what is done, and give the tasks of all others; nobody is asked about what is granted at once."""
    payer_of = cache(uow.registry.payer)
    for each in listed:
        accept(each.case, uow, asks=False, item=each.item, payer_of=payer_of)
    know_accounts([each.case for each in listed], uow)
    finish([(each.case, each.item) for each in listed], uow)
    open_lines = [each for each in listed if each.case.is_open]
    advance([(each.case, each.item) for each in listed], uow)
    for each in open_lines:
        look_again(each.case, uow)
    uow.of(Cases).save_many([each.case for each in listed])
    ask_elsewhere([each.case for each in open_lines], uow)


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
