"""The unit of work: one transaction, for exactly the tenants it names, committed here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

import orjson
from sqlalchemy import Connection, CursorResult, Engine, Executable, Row, TextClause, text

from chassis.foundation import open_units
from chassis.foundation.crash import crash_point
from chassis.foundation.database import statement
from chassis.foundation.ids import new_id
from chassis.observability.metrics import SLA_ALARMS
from chassis.observability.telemetry import current_traceparent, start_span
from chassis.operations.domain import Operation
from chassis.operations.runs import begin
from chassis.tenancy.registry import Tenants
from chassis.time.calendar import Calendar
from chassis.time.clock import Clock
from chassis.time.jobs import Job, JobBook
from chassis.write.audit import INSERT_FACTS, AuditFact, facts_parameter
from chassis.write.idempotency import INSERT_RESULT
from chassis.write.outbox import INSERT_ROWS, OutboxRow, outbox_parameter, outbox_rows
from chassis.write.unit import S
from contracts.aggregate import Aggregate
from contracts.message import SYSTEM, Actor, TenantId


class NoTenant(Exception):
    """A unit of work was asked for without saying whose data it is about."""


SET_TENANTS = text("SELECT set_config('zhida.tenants', :tenants, true)")
BEGIN_COMMAND = text("SELECT held, name, body_hash, result FROM begin_command(:tenants, :lock, :tenant, :key)")
"""Names the tenants, takes the command's id for this transaction, and brings what came of it if it was carried
out before (null if not). Ids and their locks: chassis/write/idempotency.py."""


INSERTS = {"outbox": INSERT_ROWS, "audit": INSERT_FACTS, "result": INSERT_RESULT}


@cache
def _writing(kinds: tuple[str, ...]) -> TextClause:
    """One statement for all of them: each costs a round trip, and a submission makes all three."""
    *others, last = (INSERTS[kind] for kind in kinds)
    named = ", ".join(f"part{number} AS ({insert})" for number, insert in enumerate(others))
    return text(f"WITH {named} {last}" if named else last)


class UnitOfWork:
    """Use as a context manager: it commits when the block ends well and rolls back when it does not.

    `tenants` has no default: row-level security shows the rows of these tenants and of no others.
    `actor`, `action` and `now` go into the audit fact of every aggregate saved. `idempotency_key` is that
    of the command that it carries out, if it does: `earlier` then says whether it is ours alone and what came of it before.
    """

    def __init__(
        self,
        engine: Engine,
        tenants: Sequence[TenantId],
        *,
        clock: Clock,
        action: str,
        actor: Actor = SYSTEM,
        calendar_of: Callable[[TenantId], Calendar] | None = None,
        on_commit: Callable[[UnitOfWork], None] | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        if not tenants or not all(tenants):
            raise NoTenant(f"unit of work for {action} names no tenant")
        self.tenants: tuple[TenantId, ...] = tuple(sorted(set(tenants)))
        self.actor = actor
        self.action = action
        self.now: datetime = clock.now()
        self.calendar_of = calendar_of
        self.joins_traces = False
        self.changes_calendars = False
        self._earlier: Row[Any] | None = None
        self._idempotency_key = idempotency_key
        self._result: dict[str, Any] | None = None
        self._engine = engine
        self._on_commit = on_commit
        self._connection: Connection | None = None
        self._stores: dict[type, Any] = {}
        self._events: list[OutboxRow] = []
        self._facts: list[AuditFact] = []
        self._if_refused: list[Callable[[UnitOfWork], None]] = []
        self._written = (0, 0)
        self.registry = Tenants(self)
        self._jobs = JobBook(self)

    # -- the transaction ----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._connection = self._engine.connect()
        try:
            self._begin(self._connection, ",".join(self.tenants))
        except BaseException:
            self._connection.close()
            raise
        open_units.opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection = self.connection
        try:
            if kind is None:
                self._write_staged()
                crash_point(f"{self.action}.before_commit")
                connection.commit()
                crash_point(f"{self.action}.after_commit")
        finally:
            open_units.closed()
            connection.close()
            self._connection = None
        if kind is None and self._on_commit is not None:
            self._on_commit(self)

    def _begin(self, connection: Connection, tenants: str) -> None:
        if self._idempotency_key is None:
            connection.execute(SET_TENANTS, {"tenants": tenants})
            return
        asked = {"tenants": tenants, "tenant": self.tenant, "key": self._idempotency_key}
        self._earlier = connection.execute(
            BEGIN_COMMAND, {**asked, "lock": f"{self.tenant}/{self._idempotency_key}"}
        ).one()

    @property
    def connection(self) -> Connection:
        """The open connection; only stores and the frame use it."""
        assert self._connection is not None, "the unit of work is not open"
        return self._connection

    def execute(self, sql: str | Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        return self.connection.execute(statement(sql) if isinstance(sql, str) else sql, parameters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did, staged events and facts included, if it raises.

        What the commit would find wrong is found here already, where it can be undone alone: what is staged is
        written, and deferred constraints are checked.
        """
        events, facts, written, jobs = len(self._events), len(self._facts), self._written, self._jobs.mark()
        try:
            with self.connection.begin_nested():
                yield
                self._write_staged()
                self.execute("SET CONSTRAINTS ALL IMMEDIATE")
                self.execute("SET CONSTRAINTS ALL DEFERRED")
        except BaseException:
            del self._events[events:]
            del self._facts[facts:]
            self._written = written
            self._jobs.rewind(jobs)
            # A store may have kept what it read or wrote in there.
            self._stores.clear()
            raise

    def _write_staged(self) -> None:
        """Write the events, facts and the result staged since the last time, in one statement."""
        events, facts = self._written
        staged = {
            "outbox": outbox_parameter(self._events[events:]),
            "audit": facts_parameter(self._facts[facts:]),
            "result": self._result,
        }
        kinds = tuple(kind for kind, rows in staged.items() if rows is not None)
        if kinds:
            parameters: dict[str, Any] = {}
            for kind in kinds:
                parameters |= staged[kind] or {}
            self.execute(_writing(kinds), parameters)
        self._written, self._result = (len(self._events), len(self._facts)), None

    # -- what use cases ask of it -------------------------------------------------------------------------

    @property
    def tenant(self) -> TenantId:
        """The one tenant of a command. An event batch has several and must not ask."""
        if len(self.tenants) != 1:
            raise NoTenant(f"{self.action} works for several tenants; ask the event which one")
        return self.tenants[0]

    @property
    def traceparent(self) -> str | None:
        """The trace that is running now, to be kept on an aggregate that begins a story."""
        return current_traceparent()

    def new_id(self) -> str:
        return new_id()

    def of(self, store: type[S]) -> S:
        """The store of that class, on this transaction."""
        found = self._stores.get(store)
        if found is None:
            found = self._stores[store] = store(self)
        return found

    def if_refused(self, write: Callable[[UnitOfWork], None]) -> None:
        """Should this command be refused, have this written all the same: with the refusal, in its transaction.

        For what somebody has to learn of an attempt; everything else that a refused command did is undone. The same
        command given again gets the same refusal and writes nothing more. `write` may not refuse.
        """
        self._if_refused.append(write)

    def calendar(self, tenant: TenantId) -> Calendar:
        """The tenant's working days."""
        assert self.calendar_of is not None, "this unit of work was made without a calendar"
        return self.calendar_of(tenant)

    def schedule(self, kind: str, subject: str, *, at: datetime, tenant: TenantId) -> None:
        """See that `@due(kind)` is called for `subject` at `at` or soon after; a later call moves the date."""
        self._jobs.schedule_many(kind, ((tenant, subject, at),))

    def schedule_many(self, kind: str, rows: Iterable[tuple[TenantId, str, datetime]]) -> None:
        """The same for many (tenant, subject, at), in one statement."""
        self._jobs.schedule_many(kind, rows)

    def unschedule(self, kind: str, subject: str, *, tenant: TenantId) -> None:
        """Nothing needs to be done about `subject` any more."""
        self._jobs.unschedule(kind, subject, tenant=tenant)

    def scheduled(self, kind: str, subjects: Sequence[str], *, tenant: TenantId) -> dict[str, datetime]:
        """When each of these is looked at next, as far as it is."""
        return self._jobs.scheduled(kind, subjects, tenant=tenant)

    def finish(self, job: Job) -> None:
        """The job is done: it goes away with this transaction's effect, unless it was scheduled anew."""
        self._jobs.finish(job)

    def forget_calendars(self) -> None:
        """This transaction changes what calendars are made of: after its commit they are read anew."""
        self.changes_calendars = True

    def begin_operation(self, kind: str, *, title: str, parameters: Mapping[str, Any]) -> Operation:
        """Begin long work, to be done in chunks by `@operation(kind)` after this commit. `title` is Chinese."""
        return begin(self, kind, title, parameters)

    def raise_alarm(self, subject_type: str, subject: str, clock: str, level: int, *, tenant: TenantId) -> bool:
        """Claim one alarm; True for exactly one caller ever, whatever number of replicas tries."""
        claimed = self.execute(
            "INSERT INTO alarm (tenant, subject_type, subject, clock, level, raised_at)"
            " VALUES (:tenant, :subject_type, :subject, :clock, :level, :at) ON CONFLICT DO NOTHING",
            {
                "tenant": tenant,
                "subject_type": subject_type,
                "subject": subject,
                "clock": clock,
                "level": level,
                "at": self.now,
            },
        )
        if claimed.rowcount == 1:
            SLA_ALARMS.labels(subject_type, clock, str(level)).inc()
        return claimed.rowcount == 1

    # -- what the frame and stores tell it ----------------------------------------------------------------

    @property
    def earlier(self) -> Row[Any]:
        """What is known of the command that this unit of work was made for (chassis/write/idempotency.py)."""
        assert self._earlier is not None, "this unit of work was not made for a command"
        return self._earlier

    def conclude(self, result: dict[str, Any]) -> None:
        """Stage the row by which the result of the command is remembered."""
        self._result = result

    @property
    def left_by_refusal(self) -> tuple[Callable[[UnitOfWork], None], ...]:
        """What is to be written although the command is refused."""
        return tuple(self._if_refused)

    def saved(self, aggregate: Aggregate, aggregate_type: str, state: Mapping[str, Any]) -> None:
        """Stage the audit fact and the events of an aggregate whose row has just been written."""
        traceparent = self._trace_of(aggregate)
        self._events += outbox_rows(aggregate, aggregate_type, self.now, traceparent)
        self._note(aggregate.tenant, aggregate_type, aggregate.id, aggregate.version, state)
        aggregate.sequence += len(aggregate.pending)
        aggregate.pending.clear()

    def entered(self, tenant: TenantId, kind: str, id: str, state: Mapping[str, Any]) -> None:
        """Stage the audit fact of what is entered once and never changed: its first version is its only one."""
        self._note(tenant, kind, id, 1, state)

    def _note(self, tenant: TenantId, kind: str, id: str, version: int, state: Mapping[str, Any]) -> None:
        self._facts.append(
            AuditFact(
                tenant=tenant,
                aggregate_type=kind,
                aggregate_id=id,
                version=version,
                action=self.action,
                actor=self.actor.id,
                at=self.now,
                body=orjson.dumps(state, default=str, option=orjson.OPT_SORT_KEYS).decode(),
            )
        )

    def _trace_of(self, aggregate: Aggregate) -> str | None:
        """Events carry the trace of the submission that the aggregate belongs to.

        A command given later, in an HTTP trace of its own, leaves a span in that trace, linked to its own.
        """
        here = current_traceparent()
        if aggregate.traceparent is None:
            return here
        if not self.joins_traces or here is None or here[3:35] == aggregate.traceparent[3:35]:
            return here if here is not None and here[3:35] == aggregate.traceparent[3:35] else aggregate.traceparent
        with start_span(self.action, parent=aggregate.traceparent, links=(here,)):
            return current_traceparent()

    @property
    def events(self) -> Sequence[OutboxRow]:
        """What it says to others once it is committed."""
        return self._events

    @property
    def has_events(self) -> bool:
        """Whether this unit of work staged events that the relay should be woken for."""
        return bool(self._events)

    def kinds_due(self, now: datetime) -> set[str]:
        """The kinds of jobs that this unit of work scheduled for `now` or earlier: their loops should be woken."""
        return self._jobs.kinds_due(now)
