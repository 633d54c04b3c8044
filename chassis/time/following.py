"""Open deadlines follow a calendar that has arrived, or office hours that have changed.

Never in the transaction of the event: a tenant may have a hundred thousand of them. The event leaves a job; a pass goes
over the tenant's open clocks in the order of their ids, some hundred at a time, each part in a transaction that also
says where the next one begins. A pass that is broken off goes on there; one that is done twice finds nothing to change.

    @due(FOLLOW, batch=1)
    def follow_calendar(self, jobs: list[Job], unit: UnitMaker) -> None:
        follow(jobs, unit, deadline.follow_calendar)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from chassis.time.calendars import KEPT_SECONDS
from chassis.time.jobs import Job
from chassis.write.unit import Unit
from chassis.write.uow import UnitOfWork
from contracts.calendars import NATION
from contracts.message import TenantId

FOLLOW = "follow_calendar"

AFTERWARDS = timedelta(seconds=2 * KEPT_SECONDS)
"""When a second pass looks for clocks that another process has started by the calendar that it still remembered."""

BEGINNING = ""
"""Before every id."""

LookAtSome = Callable[[UnitOfWork, TenantId, str], str | None]
"""(unit of work, tenant, id) → recompute the open clocks that come next after this id; the last one's id, or None if
there are no more."""


def follow_soon(uow: Unit, occasion: str, *, tenant: TenantId) -> None:
    """Have the tenant's open deadlines computed anew; for NATION those of all. `occasion` names what happened."""
    uow.schedule(FOLLOW, f"{occasion}/{BEGINNING}", at=uow.now, tenant=tenant)
    uow.schedule(FOLLOW, f"{occasion}-again/{BEGINNING}", at=uow.now + AFTERWARDS, tenant=tenant)


def follow(jobs: Sequence[Job], unit: Callable[[Sequence[TenantId]], UnitOfWork], look: LookAtSome) -> None:
    """One part of each pass that is due; what happened to the nation becomes a pass for each tenant."""
    for job in jobs:
        if job.tenant == NATION:
            _spread(job, unit)
        else:
            _go_on(job, unit, look)


def _spread(job: Job, unit: Callable[[Sequence[TenantId]], UnitOfWork]) -> None:
    with unit([NATION]) as uow:
        tenants = [str(id) for (id,) in uow.execute("SELECT id FROM tenant ORDER BY id")]
    with unit([NATION, *tenants]) as uow:
        uow.schedule_many(FOLLOW, [(tenant, job.subject, uow.now) for tenant in tenants])
        uow.finish(job)


def _go_on(job: Job, unit: Callable[[Sequence[TenantId]], UnitOfWork], look: LookAtSome) -> None:
    occasion, _, after = job.subject.partition("/")
    with unit([job.tenant]) as uow:
        last = look(uow, job.tenant, after)
        if last is not None:
            uow.schedule(FOLLOW, f"{occasion}/{last}", at=uow.now, tenant=job.tenant)
        uow.finish(job)
