"""What stores, jobs, long work and fakes ask of a unit of work: enough for all of them, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import CursorResult, Executable

from contracts.aggregate import Aggregate
from contracts.message import Actor, TenantId


class Unit(Protocol):
    """One transaction for the tenants that it names (`chassis.write.uow`), or a fake of one (`chassis.testing`)."""

    @property
    def tenants(self) -> tuple[TenantId, ...]: ...

    @property
    def tenant(self) -> TenantId:
        """The one tenant of a command. Raises NoTenant where there are several."""

    @property
    def actor(self) -> Actor: ...

    @property
    def now(self) -> datetime: ...

    @property
    def traceparent(self) -> str | None:
        """The trace that is running now."""

    def new_id(self) -> str: ...

    def execute(self, sql: str | Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement in this transaction."""

    def of(self, store: type[S]) -> S:
        """The store of that class, on this transaction."""

    def saved(self, aggregate: Aggregate, aggregate_type: str, state: Mapping[str, Any]) -> None:
        """Stage the audit fact and the events of an aggregate whose row has just been written."""

    def entered(self, tenant: TenantId, kind: str, id: str, state: Mapping[str, Any]) -> None:
        """Stage the audit fact of what is entered once and never changed."""

    def schedule(self, kind: str, subject: str, *, at: datetime, tenant: TenantId) -> None:
        """See that `@due(kind)` is called for `subject` at `at` or soon after; a later call moves the date."""

    def schedule_many(self, kind: str, rows: Iterable[tuple[TenantId, str, datetime]]) -> None:
        """The same for many (tenant, subject, at), in one statement."""

    def unschedule(self, kind: str, subject: str, *, tenant: TenantId) -> None:
        """Nothing needs to be done about `subject` any more."""

    def raise_alarm(self, subject_type: str, subject: str, clock: str, level: int, *, tenant: TenantId) -> bool:
        """Claim one alarm; True for exactly one caller ever."""

    def forget_calendars(self) -> None:
        """This transaction changes what calendars are made of: after its commit they are read anew."""


class Storing(Protocol):
    """A store is made from its unit of work."""

    def __init__(self, uow: Unit) -> None: ...


S = TypeVar("S", bound=Storing)
