"""The payout limit: one working day, or what the tenant has set, from the approval to the money's arrival.

Nothing pauses this clock: neither a lack of budget nor of a second person. It stops when the bank has paid. A
failed payment keeps it running, because somebody has to do something about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chassis.observability.metrics import SLA_ALARMS
from chassis.observability.telemetry import get_logger
from chassis.tenancy.registry import TenantUnknown
from chassis.time.jobs import Job
from chassis.time.sla import LEVELS, Limit, NotYetPublished, SlaClock
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.store import Disbursements

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

log = get_logger(__name__)

ALARM = "payout_alarm"
ASK_AGAIN = timedelta(hours=1)
"""How soon to look again for a calendar that is not published yet."""

CLOCK_STOPPED = frozenset({"settled", "returned", "cancelled"})


def limits(uow: UnitOfWork, tenants: Iterable[TenantId]) -> dict[TenantId, int]:
    """How many working days each of these tenants may take to pay; those not onboarded here yet are left out."""
    known = {}
    for tenant in sorted(set(tenants)):
        with suppress(TenantUnknown):
            known[tenant] = uow.registry.settings(tenant).payout_working_days
    return known


def start(uow: UnitOfWork, disbursements: Iterable[Disbursement]) -> None:
    """Work out until when each is to be paid. Where the calendar is not published yet that stays open."""
    for each in disbursements:
        each.due_at = _instant(_clock(each).due(uow.calendar(each.tenant)))


def watch(uow: UnitOfWork, disbursements: Iterable[Disbursement]) -> None:
    """See that somebody is told when 50, 80 and 100 % of the limit are gone."""
    for each in disbursements:
        alarm = _clock(each).next_alarm(uow.calendar(each.tenant), _told(each))
        if isinstance(alarm, NotYetPublished):
            _ask_for_calendar(uow, each.tenant, alarm)
            uow.schedule(ALARM, each.id, at=uow.now + ASK_AGAIN, tenant=each.tenant)
        elif alarm is not None:
            uow.schedule(ALARM, each.id, at=alarm.at, tenant=each.tenant)


def unwatch(uow: UnitOfWork, disbursements: Iterable[Disbursement]) -> None:
    """It is paid, or somebody else's turn: nobody needs to be told any more."""
    for each in disbursements:
        uow.unschedule(ALARM, each.id, tenant=each.tenant)


def raise_alarms(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Tell what is due, once per level and disbursement, and wait for the next level."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        store = uow.of(Disbursements)
        found = store.get_many([job.subject for job in jobs])
        running = [each for each in found.values() if each.state not in CLOCK_STOPPED]
        before = {each.id: each.due_at for each in running}
        # A calendar that has changed since moves the instant; what counts is the calendar of today.
        start(uow, running)
        told = {each.id for each in running if _tell(uow, each)}
        store.save_many([each for each in running if each.id in told or each.due_at != before[each.id]])
        for job in jobs:
            uow.finish(job)
        watch(uow, running)


def _tell(uow: UnitOfWork, disbursement: Disbursement) -> bool:
    """Record the level that is reached, if one is."""
    alarm = _clock(disbursement).next_alarm(uow.calendar(disbursement.tenant), _told(disbursement))
    if alarm is None or isinstance(alarm, NotYetPublished) or alarm.at > uow.now or disbursement.due_at is None:
        return False
    if uow.raise_alarm("disbursement", disbursement.id, "payout", alarm.level, tenant=disbursement.tenant):
        disbursement.warn(alarm.level, disbursement.due_at)
        SLA_ALARMS.labels("treasury", "payout", str(alarm.level)).inc()
    return True


def _clock(disbursement: Disbursement) -> SlaClock:
    limit = Limit(n=disbursement.payout_days, unit="working_days")
    return SlaClock.start(limit, disbursement.clock_started_at)


def _told(disbursement: Disbursement) -> tuple[int, ...]:
    return tuple(level for level in LEVELS if level <= disbursement.alarmed)


def _instant(due: datetime | NotYetPublished) -> datetime | None:
    return None if isinstance(due, NotYetPublished) else due


def _ask_for_calendar(uow: UnitOfWork, tenant: TenantId, missing: NotYetPublished) -> None:
    if uow.raise_alarm("calendar", str(missing.year), "payout", 100, tenant=tenant):
        log.error("calendar is not loaded: payout deadlines wait for it", tenant=tenant, year=missing.year)
