"""Cases and the quotas of their items: what a quota leaves of a case, the place that a grant takes, and what stays behind.

Whoever grants holds the persons in law first, then the quotas of all items at once, and nothing after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.money import ZERO
from contracts.rule import AwardHistory, FactSheet, State
from rules.batches import needs_batch
from rules.items import brought_down
from services.review.cases.case import Case
from services.review.cases.pinned import version_of
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions
from services.review.quotas.domain import QuotaClaim, QuotasKnown, QuotaStanding, kept_takes
from services.review.quotas.standing import left_over, stand, with_parts
from services.review.quotas.store import QuotaPlaces

Pairs = Sequence[tuple[Case, PinnedItem]]


def hold_quotas(cases: Pairs, uow: UnitOfWork) -> None:
    """Until the commit nobody else takes a place of theirs. The persons in law are held before."""
    if families := {(case.tenant, item.family) for case, item in cases if under_quota(case)}:
        uow.of(QuotaPlaces).hold(families)


def leave_to_quotas(
    cases: Pairs, histories: Mapping[str, AwardHistory], uow: UnitOfWork, *, beside: Pairs = ()
) -> None:
    """Let these be worth what their quotas leave them, and keep what stands against them. `beside`: cases that are in hand as
    well, of which the database may not know yet."""
    for case, _item in cases:
        case.quota = None
    claims = [quota_claim(case, item) for case, item in cases if under_quota(case)]
    if not claims:
        return
    known = uow.of(QuotaPlaces).known(claims, uow.tenants)
    found = stand(claims, _with_those_in_hand(known, [*beside, *cases]), uow.now.astimezone(CHINA).date())
    by_id = {each.case_id: each for each in claims}
    for case, item in cases:
        if case.id in found:
            case.quota = found[case.id]
            _bring_down(case, item, by_id[case.id], histories.get(case.id), uow)


def take_places(cases: Pairs, uow: UnitOfWork) -> None:
    """What is granted takes its places."""
    rows = [row for case, item in cases if case.quota is not None for row in _rows(case, item, case.quota, "held")]
    if rows:
        uow.of(QuotaPlaces).take(rows)


def leave_behind(case: Case, uow: UnitOfWork) -> None:
    """It is said that it is refused: its place is free; where the pot did not reach it, those who filed later are not served in its
    stead."""
    if not under_quota(case):
        return
    item = uow.of(ItemVersions).items({version_of(case.claim)})[version_of(case.claim)]
    hold_quotas([(case, item)], uow)
    places = uow.of(QuotaPlaces)
    if all(needs_batch(quota) for quota in item.rules.quotas):
        places.free([case.id])
        return
    claim = quota_claim(case, item)
    standing = stand([claim], places.known([claim], uow.tenants), uow.now.astimezone(CHINA).date()).get(case.id)
    places.free([case.id])
    if standing is not None and standing.used_up and case.assessment.verdict.state is State.MET:
        places.take(_rows(case, item, standing, "short"))


def queue_moved(cases: Pairs, uow: UnitOfWork) -> None:
    """Those of these that are decided or withdrawn wait no more: who was filed behind them is looked at again."""
    left = {(case.tenant, item.family) for case, item in cases if under_quota(case) and not _waits(case)}
    if left:
        uow.of(QuotaPlaces).moved(left)


def _waits(case: Case) -> bool:
    """Whether it stands in the queue of its item: until it is granted, or it is said that it is refused."""
    return case.is_open or (case.state == "rejected" and case.is_held)


def under_quota(case: Case) -> bool:
    """Later instalments of what was served meet no quota again."""
    return bool(case.assessment.subject_to) and case.instalment == 1


def quota_claim(case: Case, item: PinnedItem) -> QuotaClaim:
    """The case as quotas see it; what is not money asks for a place and takes nothing of a pot."""
    sheet = FactSheet(
        facts=case.facts,
        reference_year=item.rules.reference_year or case.received_at.astimezone(CHINA).year,
        parameters=case.parameters,
    )
    claim = QuotaClaim(
        case_id=case.id,
        tenant=case.tenant,
        family=item.family,
        item_id=case.claim.item_id,
        filed_at=case.received_at,
        money=case.assessment.amount.money if item.pays_money else ZERO,
        parts={each.part: each.money for each in case.assessment.amount.parts if each.part is not None},
        facts=sheet,
        rules=item.rules,
    )
    return with_parts(claim, item.rules, case.received_at.astimezone(CHINA).date())


def _with_those_in_hand(known: QuotasKnown, cases: Pairs) -> QuotasKnown:
    """Cases in hand stand in the queue as they are now, and not at all once they are decided."""
    queue = {key: {each.case_id: each for each in line} for key, line in known.queue.items()}
    for case, item in cases:
        key = (case.tenant, item.family)
        if key in queue:
            queue[key].pop(case.id, None)
            if _waits(case) and under_quota(case):
                queue[key][case.id] = quota_claim(case, item)
    return replace(known, queue={key: tuple(line.values()) for key, line in queue.items()})


def _bring_down(case: Case, item: PinnedItem, claim: QuotaClaim, history: AwardHistory | None, uow: UnitOfWork) -> None:
    assert case.quota is not None
    if claim.facts is None or not item.pays_money:
        return
    today = item.rules.plan.reference_date or uow.now.astimezone(CHINA).date()
    for said, money, part in left_over(claim, case.quota):
        case.assessment = brought_down(
            item.rules,
            claim.facts,
            today,
            case.assessment,
            money,
            said.text_zh,
            part=part,
            awards=history,
            decisions=case.decisions,
        )


def _rows(case: Case, item: PinnedItem, standing: QuotaStanding, state: str) -> list[dict[str, Any]]:
    return [
        {
            "tenant": case.tenant,
            "family": item.family,
            "number": said.number,
            "case_id": case.id,
            "filed_at": case.received_at,
            "fen": said.money.fen,
            "takes": kept_takes(said.takes),
            "state": state,
            "batch_id": said.batch_id,
            "revision": case.revision if state == "held" else None,
        }
        for said in standing.said
        if said.serves or (state == "short" and said.outcome == "used_up")
    ]
