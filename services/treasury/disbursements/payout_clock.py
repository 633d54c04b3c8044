"""The payout limit: the plan's, else what the tenant has set, from the decision to the money's arrival.

Nothing pauses this clock: neither a lack of budget nor of a second person. It stops when the bank has paid. A
failed payment keeps it running, because somebody has to do something about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chassis.observability.metrics import SLA_ALARMS
from chassis.tenancy.registry import TenantUnknown
from chassis.tenancy.working_days import ask_for
from chassis.time.calendar import Calendar
from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.time.sla import LEVELS, Alarm, Limit, NotYetPublished, SlaClock
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.rule import TimeUnit
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.store import Disbursements, OpenPayoutLimit

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

ALARM = "payout_alarm"
ASK_AGAIN = timedelta(hours=1)
"""How soon to look again for a calendar that is not published yet."""

CLOCK_STOPPED = frozenset({"settled", "returned", "cancelled"})

PART = 500
"""Open limits that are looked at in one transaction when the calendar has changed."""

DueDate = tuple[datetime | None, int | None]
"""When it is due; or not yet known, and the year whose working days it waits for."""


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
        each.due_at, each.awaits_year = _due_date(_clock(each), uow.calendar(each.tenant))


def watch(uow: UnitOfWork, disbursements: Iterable[Disbursement]) -> None:
    """See that somebody is told when 50, 80 and 100 % of the limit are gone, and asked for a calendar that it waits for."""
    for each in disbursements:
        clock, calendar = _clock(each), uow.calendar(each.tenant)
        alarm, due = clock.next_alarm(calendar, _told(each.alarmed)), clock.due(calendar)
        looks = [alarm.at] if isinstance(alarm, Alarm) else []
        if isinstance(due, NotYetPublished):
            ask_for(uow, each.tenant, due.year, "payout")
            looks.append(uow.now + ASK_AGAIN)
        if looks:
            uow.schedule(ALARM, each.id, at=min(looks), tenant=each.tenant)


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
        # A calendar that has changed since moves the instant; what counts is the calendar of today.
        _move(uow, running)
        told = {each.id for each in running if _tell(uow, each)}
        store.save_many([each for each in running if each.id in told or each.pending])
        for job in jobs:
            uow.finish(job)
        watch(uow, running)


def follow_calendar(uow: UnitOfWork, tenant: TenantId, after: str) -> str | None:
    """Let the open limits that come next after this id follow the calendar as it is now; returns how far it came.

    Only those are touched whose due date or next alarm it moves: the same calendar again changes nothing. A failed
    payment that another attempt has followed has no alarm any more, and stays as it is.
    """
    store, calendar = uow.of(Disbursements), uow.calendar(tenant)
    open_limits = store.open_limits(tenant, after, PART)
    looks = uow.scheduled(ALARM, [each.disbursement_id for each in open_limits], tenant=tenant)
    off = [each for each in open_limits if not in_step(each, looks.get(each.disbursement_id), calendar)]
    watched = [each.disbursement_id for each in off if each.state != "failed" or each.disbursement_id in looks]
    running = [each for each in store.get_many(watched).values() if each.state not in CLOCK_STOPPED]
    _move(uow, running)
    store.save_many([each for each in running if each.pending])
    watch(uow, running)
    return open_limits[-1].disbursement_id if len(open_limits) == PART else None


def in_step(known: OpenPayoutLimit, look: datetime | None, calendar: Calendar) -> bool:
    """Whether the calendar says of a limit what is known of it, and it is looked at (`look`) when its next alarm is due."""
    clock = _clock_of(known.payout_days, known.payout_unit, known.clock_started_at)
    if _due_date(clock, calendar) != (known.due_at, known.awaits_year):
        return False
    alarm = clock.next_alarm(calendar, _told(known.alarmed))
    reached = alarm.at if isinstance(alarm, Alarm) else None
    if known.awaits_year is None:
        return look == reached
    return look is not None and (reached is None or look <= reached)


def _move(uow: UnitOfWork, disbursements: Iterable[Disbursement]) -> None:
    for each in disbursements:
        calendar = uow.calendar(each.tenant)
        due, awaits_year = _due_date(_clock(each), calendar)
        if due is None:
            reason = f"待 {awaits_year} 年工作日安排公布后确定"
        else:
            first, last = each.clock_started_at.astimezone(CHINA).date(), due.astimezone(CHINA).date()
            reason = f"依据{calendar.basis(first, last)}计算"
        each.move_deadline(due, awaits_year, reason, uow.now)


def _tell(uow: UnitOfWork, disbursement: Disbursement) -> bool:
    """Record the level that is reached, if one is."""
    alarm = _clock(disbursement).next_alarm(uow.calendar(disbursement.tenant), _told(disbursement.alarmed))
    if not isinstance(alarm, Alarm) or alarm.at > uow.now:
        return False
    if uow.raise_alarm("disbursement", disbursement.id, "payout", alarm.level, tenant=disbursement.tenant):
        disbursement.warn(alarm.level)
        SLA_ALARMS.labels("treasury", "payout", str(alarm.level)).inc()
    return True


def _clock(disbursement: Disbursement) -> SlaClock:
    return _clock_of(disbursement.payout_days, disbursement.payout_unit, disbursement.clock_started_at)


def _clock_of(n: int, unit: TimeUnit, started_at: datetime) -> SlaClock:
    return SlaClock.start(Limit(n=n, unit=TimeUnit(unit).value), started_at)


def _due_date(clock: SlaClock, calendar: Calendar) -> DueDate:
    due = clock.due(calendar)
    return (None, due.year) if isinstance(due, NotYetPublished) else (due, None)


def _told(alarmed: int) -> tuple[int, ...]:
    return tuple(level for level in LEVELS if level <= alarmed)
