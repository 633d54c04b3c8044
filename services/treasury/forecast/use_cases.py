"""What becomes of what review expects. The rows are the payers', and who has ended a case does not name them: a job does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_events import CaseNotAccepted, CaseWithdrawn
from contracts.message import TenantId
from contracts.review import CaseAccepted, CaseRejected
from services.treasury.forecast.store import EndedCase, Forecasts

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

END_FORECAST = "end_forecast"
"""The job by which nothing is expected of a case any more. Its subject is the case, and the instalment if it is one only."""

CaseEnded = Received[CaseRejected] | Received[CaseWithdrawn] | Received[CaseNotAccepted]


def payers_of(event: Received[CaseAccepted]) -> Collection[TenantId]:
    """Whose money is expected."""
    return sorted({each.payer for each in event.data.forecast})


def keep_forecasts(events: Sequence[Received[CaseAccepted]], uow: UnitOfWork) -> None:
    """Remember what may have to be paid. Versions before 0.6 say nothing of it."""
    uow.of(Forecasts).keep([event.data for event in events if event.data.forecast or event.data.first_case_id])


def end_of_cases(events: Sequence[CaseEnded], uow: UnitOfWork) -> None:
    """Refused, withdrawn, not accepted: with the first instalment all later ones end, with a later one it alone."""
    subjects = {
        (tenant, _subject(event)) for event in events for tenant in (event.data.claim.filed_in, event.data.claim.tenant)
    }
    uow.schedule_many(END_FORECAST, [(tenant, subject, uow.now) for tenant, subject in sorted(subjects)])


def places_of(event: CaseEnded) -> tuple[TenantId, TenantId]:
    """From where payers are looked for."""
    return (event.data.claim.filed_in, event.data.claim.tenant)


def end_forecasts(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Payers are the place of the case and the levels above it."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        payers = {tenant for job in jobs for tenant in (job.tenant, *uow.registry.lineage(job.tenant))}
    with unit(sorted(payers)) as uow:
        uow.of(Forecasts).end(payers, [_ended(job.subject) for job in jobs])
        for job in jobs:
            uow.finish(job)


def _subject(event: CaseEnded) -> str:
    ended = event.data
    instalment = ended.instalment if isinstance(ended, CaseRejected) else 1
    return ended.case_id if instalment == 1 else f"{ended.case_id}\x1f{instalment}"


def _ended(subject: str) -> EndedCase:
    case_id, _, instalment = subject.partition("\x1f")
    return EndedCase(case_id, int(instalment) if instalment else None)
