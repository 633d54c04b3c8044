"""When a place is taken or given back: the other open cases of the item are looked at again, so that their people see what is left.

Without it the first claim that the pot does not cover in full would be shown with an amount that nobody can approve.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.review.batches.store import items_of
from services.review.cases.answering import settle, with_items
from services.review.cases.awarding import judge_anew
from services.review.cases.case import Case
from services.review.cases.store import Cases

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

PART = 100
"""Cases that are changed in one transaction; the first in the order of filing."""


def look_again(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Those whose amount or obstacles are not what they were are worked out anew; the others are not touched."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            changed = _changed(job, uow)
            found = uow.of(Cases).get_many(changed[:PART])
            settle(with_items([case for case in found.values() if case.is_open], uow), uow)
            uow.finish(job)
            if len(changed) > PART:
                uow.schedule(job.kind, job.subject, at=uow.now + timedelta(seconds=1), tenant=job.tenant)


def _changed(job: Job, uow: UnitOfWork) -> list[str]:
    ever = uow.now + timedelta(days=1)
    cases = [
        case for item in items_of(uow, job.tenant, job.subject) for case in uow.of(Cases).accepted_of_item(item, ever)
    ]
    before = {case.id: (case.amount_fen, _said(case)) for case in cases}
    judge_anew([(each.case, each.item) for each in with_items(cases, uow)], uow)
    now = {
        case.id: (case.amount_fen, {each.code for each in case.quota.against} if case.quota is not None else set())
        for case in cases
    }
    moved = [case for case in cases if now[case.id] != before[case.id]]
    return [case.id for case in sorted(moved, key=lambda case: (case.received_at, case.id))]


def _said(case: Case) -> set[str]:
    """What its quotas said against it when it was worked out last."""
    codes = {
        "quota_used_up",
        "quota_waits_for_earlier",
        "batch_not_fixed",
        "not_served_by_batch",
        "quota_measure_missing",
    }
    return codes & {reason.code for reason in case.against}
