"""Fakes for unit tests of use cases: a unit of work in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import CursorResult, Executable

from chassis.events.received import Received
from chassis.foundation.ids import new_id
from chassis.operations.domain import Operation
from chassis.tenancy.registry import TenantUnknown
from chassis.time.calendar import Calendar
from chassis.write.unit import S
from contracts.aggregate import Aggregate, Recorded
from contracts.envelope import EventEnvelope
from contracts.flow import FLOW
from contracts.identity import TenantSettings
from contracts.message import SYSTEM, Actor, Event, TenantId
from contracts.refusal import NotFound, Refused, StaleVersion
from contracts.rule.shares import Level
from contracts.status_labels import LEVEL

A = TypeVar("A", bound=Aggregate)

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
"""Tuesday 2026-03-10, 12:00 in China: a working day with nothing special about it."""


class MemoryStore(Generic[A]):
    """Keeps aggregates in a dict, checks versions, and tells its unit of work what was recorded."""

    missing: type[Refused] = NotFound

    def __init__(self, *aggregates: A) -> None:
        self.rows: dict[str, A] = {each.id: each for each in aggregates}
        self.versions: dict[str, int] = {each.id: each.version for each in aggregates}
        self.unit: FakeUnit | None = None

    def get(self, id: str, *, expected_version: int | None = None) -> A:
        if id not in self.rows:
            raise self.missing()
        if expected_version is not None and self.rows[id].version != expected_version:
            raise StaleVersion()
        return self.rows[id]

    def get_many(self, ids: Collection[str]) -> dict[str, A]:
        return {id: self.rows[id] for id in sorted(ids) if id in self.rows}

    def save(self, aggregate: A) -> None:
        if self.versions.get(aggregate.id, 0) != aggregate.version:
            raise StaleVersion()
        aggregate.version += 1
        self.rows[aggregate.id] = aggregate
        self.versions[aggregate.id] = aggregate.version
        if self.unit is not None:
            self.unit.saved(aggregate, type(aggregate).__name__, {})
        else:
            _forget_pending(aggregate)

    def save_many(self, aggregates: Collection[A]) -> None:
        for aggregate in aggregates:
            self.save(aggregate)


def _forget_pending(aggregate: Aggregate) -> None:
    aggregate.sequence += len(aggregate.pending)
    aggregate.pending.clear()


@cache
def _seeded_calendar() -> Calendar:
    """Seven years of days, worked out once: a calendar never changes."""
    return Calendar.from_chinesecalendar()


class FakeRegistry:
    """Tenants in memory: id → (parent, level, settings)."""

    def __init__(self, tenants: Mapping[TenantId, tuple[TenantId | None, Level, TenantSettings]]) -> None:
        self.tenants = dict(tenants)

    def settings(self, tenant: TenantId) -> TenantSettings:
        if tenant not in self.tenants:
            raise TenantUnknown(tenant=tenant)
        return self.tenants[tenant][2]

    def name(self, tenant: TenantId) -> str:
        return tenant

    def lineage(self, tenant: TenantId) -> tuple[TenantId, ...]:
        line: list[TenantId] = []
        here: TenantId | None = tenant
        while here is not None and here in self.tenants:
            line.append(here)
            here = self.tenants[here][0]
        return tuple(line)

    def everybody(self) -> tuple[TenantId, ...]:
        return tuple(sorted(self.tenants))

    def payer(self, level: Level, tenant: TenantId) -> TenantId:
        for each in self.lineage(tenant):
            if self.tenants[each][1] == level:
                return each
        raise TenantUnknown(tenant=f"{tenant}（{LEVEL[level].staff_zh}）")


class FakeUnit:
    """Stands in for UnitOfWork: `of(Store)` gives the store that the test put there for that class."""

    def __init__(
        self,
        tenant: TenantId = "zhanggong",
        *,
        stores: Mapping[type, Any],
        now: datetime = NOON,
        actor: Actor = SYSTEM,
        calendar: Calendar | None = None,
        registry: FakeRegistry | None = None,
    ) -> None:
        self.tenant = tenant
        self.tenants = (tenant,)
        self.now = now
        self.actor = actor
        self.action = "test"
        self.traceparent: str | None = None
        self.recorded: list[Recorded] = []
        self.jobs: dict[tuple[TenantId, str, str], datetime] = {}
        self.alarms: set[tuple[str, ...]] = set()
        self.begun: list[Operation] = []
        self.left_by_refusal: list[Callable[[Any], None]] = []
        self._calendar = calendar
        self.registry = registry or FakeRegistry({tenant: (None, Level.COUNTY, TenantSettings())})
        self._stores = dict(stores)
        for store in self._stores.values():
            store.unit = self

    @property
    def events(self) -> list[Event]:
        """What has been recorded so far, in order."""
        return [each.event for each in self.recorded]

    def of(self, store: type[S]) -> S:
        found: S = self._stores[store]
        return found

    def execute(self, sql: str | Executable, parameters: Any = None) -> CursorResult[Any]:
        """A fake has no database: whoever needs one is tested with one (tests/integration)."""
        raise AssertionError(f"a unit test reached for the database: {sql}")

    def saved(self, aggregate: Aggregate, aggregate_type: str, state: Mapping[str, Any]) -> None:
        self.recorded += aggregate.pending
        _forget_pending(aggregate)

    def entered(self, tenant: TenantId, kind: str, id: str, state: Mapping[str, Any]) -> None:
        """A fake keeps no audit."""

    def new_id(self) -> str:
        return new_id()

    def if_refused(self, write: Callable[[Any], None]) -> None:
        self.left_by_refusal.append(write)

    def calendar(self, tenant: TenantId) -> Calendar:
        if self._calendar is None:
            self._calendar = _seeded_calendar()
        return self._calendar

    def begin_operation(self, kind: str, *, title: str, parameters: Mapping[str, Any]) -> Operation:
        """Long work is only noted: `begun` lists it."""
        run = Operation(
            id=new_id(),
            tenant=self.tenant,
            version=1,
            kind=kind,
            title=title,
            parameters=dict(parameters),
            begun_by=self.actor,
            begun_at=self.now,
        )
        self.begun.append(run)
        return run

    def schedule(self, kind: str, subject: str, *, at: datetime, tenant: TenantId) -> None:
        self.jobs[(tenant, kind, subject)] = at

    def schedule_many(self, kind: str, rows: Iterable[tuple[TenantId, str, datetime]]) -> None:
        for tenant, subject, at in rows:
            self.schedule(kind, subject, at=at, tenant=tenant)

    def unschedule(self, kind: str, subject: str, *, tenant: TenantId) -> None:
        self.jobs.pop((tenant, kind, subject), None)

    def scheduled(self, kind: str, subjects: Iterable[str], *, tenant: TenantId) -> dict[str, datetime]:
        wanted = set(subjects)
        return {
            subject: at
            for (whose, of_kind, subject), at in self.jobs.items()
            if (whose, of_kind) == (tenant, kind) and subject in wanted
        }

    def forget_calendars(self) -> None:
        """A fake has the calendar that it was given."""

    def finish(self, job: Any) -> None:
        if self.jobs.get((job.tenant, job.kind, job.subject)) == job.due_at:
            del self.jobs[(job.tenant, job.kind, job.subject)]

    def raise_alarm(self, subject_type: str, subject: str, clock: str, level: int, *, tenant: TenantId) -> bool:
        key = (tenant, subject_type, subject, clock, str(level))
        if key in self.alarms:
            return False
        self.alarms.add(key)
        return True

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        yield

    def __enter__(self) -> FakeUnit:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def received(
    event: Event, *, tenant: TenantId = "zhanggong", subject: str | None = None, sequence: int = 1
) -> Received[Any]:
    """An event as a handler gets it."""
    producer = FLOW[type(event)].producer
    envelope = EventEnvelope(
        id=new_id(),
        source=f"/zhida/{producer}",
        type=f"zhida.{producer}.{type(event).__name__}",
        subject=subject or new_id(),
        time=NOON,
        tenant=tenant,
        origin=tenant,
        aggregatetype=event.aggregate,
        sequence=sequence,
        data=event.model_dump(mode="json"),
    )
    return Received(envelope=envelope, data=event, body=envelope.model_dump_json())
