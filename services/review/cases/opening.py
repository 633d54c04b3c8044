"""How a case begins: what was filed is received, and accepted at once where a machine can check it whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import ApplicationSubmitted
from contracts.rule import State
from services.review.cases import clock
from services.review.cases.answering import Handled, settle
from services.review.cases.case import Case
from services.review.cases.earlier_claims import EarlierClaims
from services.review.cases.filed_materials import FiledMaterials
from services.review.cases.filing import Filing
from services.review.cases.forecasting import forecast_of
from services.review.cases.known_accounts import ask_elsewhere, know_accounts
from services.review.cases.payments import PayerOf
from services.review.cases.pinned import PinnedVersion, version_of
from services.review.cases.receiving import receive
from services.review.cases.refusing import turning_away
from services.review.cases.store import Cases
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions


def open_cases(events: Sequence[Received[ApplicationSubmitted]], uow: UnitOfWork) -> None:
    """One case per application, with its first tasks and, once it is accepted, the review limit's clock."""
    filings = {event.id: _application(event) for event in events}
    items = pinned_items(filings.values(), uow)
    known = set(uow.of(Cases).get_many([filing.case_id for filing in filings.values()]))
    earlier = EarlierClaims([filing.claim for filing in filings.values()], uow)
    payer_of = cache(uow.registry.payer)
    opened: list[Handled] = []
    turned_away: list[Case] = []
    for event in events:
        filing = filings[event.id]
        item = items.get(version_of(filing.claim))
        if item is None:
            event.not_yet(f"事项 {filing.claim.item_id} 第 {filing.claim.item_version} 版")
        elif receipt := earlier.awaited_by(filing.claim):
            event.not_yet(f"所替代的办件 {receipt}")
        elif filing.case_id not in known:
            case = receive(filing, item)
            objection, decision = earlier.objection_to(filing.claim), None
            if objection is not None:
                decision = turning_away(case, item, objection, uow)
            if decision is not None:
                case.refuse_acceptance(decision)
                turned_away.append(case)
            else:
                if not objection and can_be_accepted_by_machine(case, item):
                    accept(case, uow, item=item, payer_of=payer_of)
                opened.append(Handled(case, item))
            earlier.add(case)
            known.add(case.id)
    uow.of(Cases).save_many(turned_away)
    cases = [each.case for each in opened]
    know_accounts(cases, uow)
    settle(opened, uow)
    file_materials([*turned_away, *cases], filings.values(), uow)
    ask_elsewhere(cases, uow)


def file_materials(cases: Iterable[Case], filings: Iterable[Filing], uow: UnitOfWork) -> None:
    """Keep what has come with these claims beside their cases."""
    given = {filing.case_id: filing.materials for filing in filings if filing.materials}
    if filed := [(case, given[case.id]) for case in cases if case.id in given]:
        uow.of(FiledMaterials).file(filed)


def accept(
    case: Case,
    uow: UnitOfWork,
    *,
    at: datetime | None = None,
    asks: bool = True,
    silent: bool = False,
    item: PinnedItem | None = None,
    payer_of: PayerOf | None = None,
) -> None:
    """Accept it and start the review limit, which runs from acceptance: `at`, or as of the effective receipt where no person had to look
    at it, or nobody has within the limit. `item` is what it is judged by and `payer_of` who pays, where whoever accepts several
    has looked them up."""
    since = at or case.counts_from
    if case.review_limit is not None:
        clock.keep(case, clock.clock_from(case.review_limit, since))
    due_at, awaits_year = clock.due_date(case.review_limit, since, uow.calendar(case.tenant))
    pinned = item or uow.of(ItemVersions).items({version_of(case.claim)})[version_of(case.claim)]
    expected = forecast_of(case, pinned, payer_of or uow.registry.payer)
    case.accept(since, due_at, awaits_year, asks=asks, silent=silent, forecast=expected)


def pinned_items(filings: Iterable[Filing], uow: UnitOfWork) -> Mapping[PinnedVersion, PinnedItem]:
    """What these were filed under, as far as it has arrived."""
    return uow.of(ItemVersions).items({version_of(filing.claim) for filing in filings})


def can_be_accepted_by_machine(case: Case, item: PinnedItem) -> bool:
    """Whether the plan lets a machine accept it, and the machine finds everything that the rules ask for."""
    whole = case.assessment.verdict.state is not State.UNDETERMINED
    return item.rules.plan.acceptance.by == "machine" and whole


def _application(event: Received[ApplicationSubmitted]) -> Filing:
    data = event.data
    return Filing(
        tenant=event.tenant,
        claim=data.claim,
        facts=data.facts,
        figures=data.figures,
        recorders=data.recorders,
        commitments=data.commitments,
        credit_commitment=data.credit_commitment,
        materials=data.materials,
        named_payees=data.payees,
        payee=data.payee,
        asked_fen=data.estimated_fen,
        filed_at=data.submitted_at,
        filed_on=data.submitted_at.astimezone(CHINA).date(),
        traceparent=event.traceparent,
    )
