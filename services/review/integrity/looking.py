"""The times of findings: looked at every day while any runs, so that they follow the calendar, and told of once at their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from chassis.tenancy.working_days import ask_for
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.review.integrity import requests
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.store import IntegrityFindings
from services.review.integrity.times import follow

LOOK = "integrity_look"
"""The job by which the times of a finding are looked at. Its subject is the finding."""

DAY = timedelta(days=1)
OVER = 100


def watch(finding: IntegrityFinding, uow: UnitOfWork) -> None:
    """Look at it when the next of its times is over, and tomorrow at the latest; not at all while none runs."""
    times = [(due, year) for due, year in _running(finding) if due is None or due > uow.now]
    if not times:
        uow.unschedule(LOOK, finding.id, tenant=finding.tenant)
        return
    ahead = [uow.now + DAY, *(due for due, _year in times if due is not None)]
    uow.schedule(LOOK, finding.id, at=min(ahead), tenant=finding.tenant)
    for year in {year for _due, year in times if year is not None}:
        ask_for(uow, finding.tenant, year, "integrity")


def look_at_findings(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """Say which times are over, each once."""
    for job in jobs:
        uow.finish(job)
    store = uow.of(IntegrityFindings)
    found = list(store.get_many([job.subject for job in jobs]).values())
    changed = [each for each in found if _look(each, uow)]
    store.save_many(changed)
    for each in found:
        watch(each, uow)


def _look(finding: IntegrityFinding, uow: UnitOfWork) -> bool:
    moved = follow(finding, uow.calendar(finding.tenant))
    if finding.may_be_heard and finding.time_is_over(uow.now) and _once(finding, "defence", finding.id, uow):
        finding.end_of_time()
    for request in finding.requests:
        over = request.state == "open" and request.due_at is not None and request.due_at <= uow.now
        if over and _once(finding, "record", request.request_id, uow):
            requests.overdue(finding, request)
    return moved or bool(finding.pending)


def _once(finding: IntegrityFinding, clock: str, subject: str, uow: UnitOfWork) -> bool:
    return uow.raise_alarm("integrity_finding", subject, clock, OVER, tenant=finding.tenant)


def _running(finding: IntegrityFinding) -> Iterator[tuple[datetime | None, int | None]]:
    """The ends of all times that run."""
    if finding.may_be_heard and finding.notice is not None:
        yield finding.notice.due_at, finding.notice.awaits_year
    for request in finding.requests:
        if request.state == "open":
            yield request.due_at, request.awaits_year
