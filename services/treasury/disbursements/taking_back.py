"""What becomes of payments when a decision that was looked at again ends in a refusal: it is of every payer and receiver.

The refusal is told to the case's own tenant, and payments are the payers'; so whoever hears it leaves a job, which works in a
unit of work that names the place of the case and the levels above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.review import CaseRejected
from services.treasury.disbursements import payout_clock
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds
from services.treasury.disbursements.moves import IN_FLIGHT
from services.treasury.disbursements.standings import Standings
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.use_cases import cancel_unsent
from services.treasury.forecast.use_cases import end_of_cases
from services.treasury.places import Place
from services.treasury.revisions.domain import WHOLE_CASE, LatestApproval

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

TAKE_BACK = "take_back_refused"
"""The job by which what was granted before is not paid, or has to come back. Its subject is a `RefusedApproval`."""

LOOK_AGAIN = timedelta(minutes=1)
"""Until what is at the bank, or stands in contradiction to it, is looked at again."""


class RefusedApproval(NamedTuple):
    """What a refusal takes back: an instalment of a case, up to before this revision."""

    case_id: str
    instalment: int
    revision: int

    @property
    def subject(self) -> str:
        return "\x1f".join(map(str, self))

    @classmethod
    def of(cls, subject: str) -> RefusedApproval:
        case_id, instalment, revision = subject.split("\x1f")
        return cls(case_id, int(instalment), int(revision))


def hear_refusals(events: Sequence[Received[CaseRejected]], uow: UnitOfWork) -> None:
    """Nothing more is expected of it. A first decision that is a refusal has granted nothing that could be taken back."""
    end_of_cases(events, uow)
    again = [event for event in events if event.data.revision > 1]
    subjects = {
        (tenant, RefusedApproval(each.data.case_id, each.data.instalment, each.data.revision).subject)
        for each in again
        for tenant in (each.data.claim.filed_in, each.data.claim.tenant)
    }
    uow.schedule_many(TAKE_BACK, [(tenant, subject, uow.now) for tenant, subject in sorted(subjects)])


def refused_for(event: Received[CaseRejected]) -> tuple[TenantId, TenantId]:
    """From where payers are looked for: where the enterprise is at home, and where the case is decided."""
    return (event.data.claim.filed_in, event.data.claim.tenant)


def take_back(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """What is not sent is cancelled, what is paid has to come back; what is at the bank is waited for."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        payers = {job.tenant: {job.tenant, *uow.registry.lineage(job.tenant)} for job in jobs}
    refused = {job: RefusedApproval.of(job.subject) for job in jobs}
    cases = {each.case_id for each in refused.values()}
    with unit(sorted(set().union(*payers.values()))) as uow:
        store = uow.of(Disbursements)
        funds = Funds(uow, {each.line_id for each in store.of_cases(cases, lock=False) if each.line_id})
        standings = Standings(uow, cases)
        cancelled: list[Disbursement] = []
        for job, each in refused.items():
            uow.finish(job)
            cancelled += _take_back(each, payers[job.tenant], standings, funds)
            if any(_waits(standings.attempts[place]) for place in _places(each, payers[job.tenant], standings)):
                uow.schedule(TAKE_BACK, job.subject, at=uow.now + LOOK_AGAIN, tenant=job.tenant)
        store.save_many(cancelled)
        funds.close()
        standings.close()
        payout_clock.unwatch(uow, cancelled)


def _take_back(
    refused: RefusedApproval, payers: Iterable[TenantId], standings: Standings, funds: Funds
) -> list[Disbursement]:
    cancelled: list[Disbursement] = []
    payers = sorted(payers)
    for place in _places(refused, payers, standings):
        attempts = standings.attempts[place]
        if not _waits(attempts):
            cancelled += cancel_unsent(attempts, funds, "批准经重新审核后不予批准")
            standings.hear(LatestApproval(place, refused.revision, 0))
            standings.recover(place)
    # Earlier approvals that arrive only now find it.
    for payer in payers:
        whole = Place(payer, refused.case_id, refused.instalment, WHOLE_CASE)
        latest = standings.latest(whole)
        if latest is None or latest.revision < refused.revision:
            standings.hear(LatestApproval(whole, refused.revision, 0))
    return cancelled


def _places(refused: RefusedApproval, payers: Iterable[TenantId], standings: Standings) -> list[Place]:
    """Where something was attempted under an earlier revision, and nothing newer has been said of that place itself."""
    return [
        place
        for place in sorted(standings.attempts)
        if place.tenant in payers
        and (place.case_id, place.instalment) == (refused.case_id, refused.instalment)
        and standings.said_of(place) < refused.revision
    ]


def _waits(attempts: Sequence[Disbursement]) -> bool:
    """Whether the bank has to say first what came of it, or a person what is true."""
    return any(each.state in IN_FLIGHT or each.contradiction is not None for each in attempts)
