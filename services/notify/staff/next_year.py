"""Whoever keeps calendars is asked for the next year's, in time: before anything waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.observability.telemetry import get_logger
from chassis.time.clock import CHINA
from chassis.time.jobs import STANDING, Job
from chassis.time.next_year import YearAskedFor, next_morning, year_asked_for
from chassis.write.uow import UnitOfWork
from contracts.calendars import NATION
from contracts.duties import DutyKind
from contracts.identity import PLATFORM
from contracts.message import TenantId
from contracts.notify import DutySubject
from copies.duties import KnownDuties
from services.notify.staff.domain import DutyNotice
from services.notify.staff.store import DutyMessages

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

log = get_logger(__name__)

NEXT_YEAR = "next_year"
"""The kind of the job, and the clock by which its alarm is known."""

KEEPER: DutyKind = "system_admin"

LEVELS = {"reminder": 80, "alarm": 100}


def ask_for_next_year(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """What the `next_year` job asks for every morning: nothing while the year is there, or it is early."""
    for job in jobs:
        with unit([NATION]) as uow:
            places = [str(id) for (id,) in uow.execute("SELECT id FROM tenant ORDER BY id")]
        with unit([NATION, PLATFORM, *places]) as uow:
            asked = year_asked_for(uow.now.astimezone(CHINA).date(), uow.calendar(NATION).years)
            if asked is not None:
                _ask(asked, places, uow)
            uow.schedule(NEXT_YEAR, STANDING, at=next_morning(uow.now), tenant=NATION)
            uow.finish(job)


def _ask(asked: YearAskedFor, places: Sequence[TenantId], uow: UnitOfWork) -> None:
    uow.of(DutyMessages).add([_notice(tenant, asked, uow) for tenant in _kept_in(places, uow)])
    if uow.raise_alarm("calendar", str(asked.year), NEXT_YEAR, LEVELS[asked.urgency], tenant=NATION):
        tell = log.error if asked.urgency == "alarm" else log.warning
        tell("the working days of the next year are not loaded", year=asked.year, since=str(asked.since))


def _kept_in(places: Sequence[TenantId], uow: UnitOfWork) -> list[TenantId]:
    """The tenants in which somebody keeps calendars, and always the platform's own."""
    held = [(tenant, None, KEEPER) for tenant in (PLATFORM, *places)]
    holders = uow.of(KnownDuties).holders(held, uow.now.astimezone(CHINA).date())
    return sorted({PLATFORM, *(each.tenant for each in holders)})


def _notice(tenant: TenantId, asked: YearAskedFor, uow: UnitOfWork) -> DutyNotice:
    day = uow.now.astimezone(CHINA).date()
    text = f"{asked.year} 年工作日历（国务院办公厅放假安排）"
    return DutyNotice(
        tenant=tenant,
        department_id=None,
        department=None,
        duty=KEEPER,
        kind=f"calendar_{asked.urgency}",
        at=uow.now,
        occasion=f"calendar/{asked.year}/{asked.occasion(day)}",
        subject=DutySubject(text=text, subject_type="calendar", subject_id=str(asked.year)),
    )
