"""One service's frame: its engines, its way to write, its way to read, and its loops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Engine, text

from chassis.events.broker import reachable
from chassis.events.consumer import EventConsumer
from chassis.events.hearing import note_hearers
from chassis.events.inbox import Inbox, Subscription
from chassis.events.relay import Relay
from chassis.events.replay import Replayer
from chassis.events.sweeper import Sweeper
from chassis.foundation.crash import crash_point
from chassis.foundation.database import connect_engine, is_infrastructure_fault, refuse_strong_role
from chassis.foundation.reasons import reasons_for
from chassis.foundation.secrecy import AesCipher
from chassis.foundation.settings import Settings
from chassis.keeping.keeper import Keeper
from chassis.observability.health import HealthServer
from chassis.observability.loops import Loop
from chassis.observability.metrics import COMMAND_SECONDS, COMMANDS
from chassis.observability.telemetry import bind, get_logger, start_span
from chassis.read.reader import Reader
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.time.calendars import Calendars
from chassis.time.clock import Clock, SystemClock
from chassis.time.following import FOLLOW
from chassis.time.scheduler import DueWork, Scheduler
from chassis.write.idempotency import Wire, earlier_result, result_parameter
from chassis.write.sealer import Sealer
from chassis.write.uow import UnitOfWork
from contracts.envelope import CommandEnvelope, QueryEnvelope
from contracts.flow import ORDER
from contracts.message import SYSTEM, Actor, Command, Model, Query, ServiceName, TenantId, snake_case
from contracts.refusal import CommandInProgress, IdempotencyKeyReused, Invalid, Refused

log = get_logger(__name__)

C = TypeVar("C", bound=Command)
Q = TypeVar("Q", bound=Query)
REDELIVERY_SECONDS = 10.0
"""How long a redelivered command waits for the copy of it that still runs: as long as its caller does."""


class Frame:
    """Built once per process. `start` runs the loops that the settings' roles ask for."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.service = settings.service
        self.clock = clock or SystemClock()
        self.cipher = AesCipher.from_key(settings.data_key)
        name = f"zhida-{settings.service}"
        self.engine = connect_engine(settings.database_url, size=settings.rpc_workers, name=name)
        self.event_engine = connect_engine(settings.database_url, size=8, name=f"{name}-events")
        self.read_engine = connect_engine(
            settings.database_url, size=settings.rpc_workers, name=f"{name}-read", isolation_level="AUTOCOMMIT"
        )
        self.frame_engine = connect_engine(settings.frame_database_url, size=8, name=f"{name}-frame")
        # The loops look for work several times a second, mostly in vain. In a transaction each look would be three
        # questions to the server instead of one (docs/performance.md).
        self.look_engine = connect_engine(
            settings.frame_database_url, size=4, name=f"{name}-look", isolation_level="AUTOCOMMIT"
        )
        self.relay = Relay(self.frame_engine, settings.amqp_url, poll=settings.relay_poll, look=self.look_engine)
        self._schedulers: list[Scheduler] = []
        self._loops: list[Loop] = []
        self._threads: list[threading.Thread] = []
        self._health: HealthServer | None = None
        self.calendars = Calendars(self.frame_engine)

    # -- units of work ------------------------------------------------------------------------------------

    def unit(
        self,
        tenants: Sequence[TenantId],
        *,
        action: str,
        actor: Actor = SYSTEM,
        engine: Engine | None = None,
        idempotency_key: str | None = None,
    ) -> UnitOfWork:
        """A unit of work for `tenants`; its commit wakes the relay and the timers."""
        return UnitOfWork(
            engine or self.engine,
            tenants,
            clock=self.clock,
            action=action,
            actor=actor,
            calendar_of=self.calendars.of,
            on_commit=self._committed,
            idempotency_key=idempotency_key,
        )

    def event_unit(self, tenants: Sequence[TenantId], *, action: str) -> UnitOfWork:
        """The same from the pool that is kept for events and timers, so that neither starves commands."""
        return self.unit(tenants, action=action, engine=self.event_engine)

    def reader(self, tenants: Sequence[TenantId], *, actor: Actor = SYSTEM) -> Reader:
        return Reader(self.read_engine, tenants, clock=self.clock, actor=actor)

    def _committed(self, uow: UnitOfWork) -> None:
        if uow.changes_calendars:
            self.calendars.forget()
        if uow.has_events:
            self.relay.wake()
        if uow.earliest_job is not None and uow.earliest_job <= self.clock.now():
            for scheduler in self._schedulers:
                scheduler.wake()

    # -- commands and queries -----------------------------------------------------------------------------

    def run_command(
        self, contract: type[C], handle: Callable[[C, UnitOfWork], Model], message: Any, *, redelivered: bool = False
    ) -> Wire:
        """One way to change anything: → {"ok": result} | {"refused": refusal} | {"fault": {...}}, always answered.

        A copy that the broker delivers once more, because the connection that brought the first was closed, waits
        for what comes of the first: both are answered, and the caller hears only one.
        """
        name = snake_case(contract.__name__)
        try:
            envelope = CommandEnvelope.model_validate(message)
        except ValidationError as error:
            return {"refused": malformed(error).refusal().model_dump(mode="json")}
        with (
            bind(tenant=envelope.tenant),
            start_span(f"{self.service}.{name}"),
            COMMAND_SECONDS.labels(self.service, name).time(),
        ):
            try:
                wire = self._execute(contract, handle, envelope, name)
                give_up_at = time.monotonic() + REDELIVERY_SECONDS
                while redelivered and _is_in_progress(wire) and time.monotonic() < give_up_at:
                    time.sleep(0.1)
                    wire = self._execute(contract, handle, envelope, name)
                outcome = "refused" if "refused" in wire else "ok"
            except Exception as error:
                outcome = "fault"
                retryable = is_infrastructure_fault(error)
                log.exception("command failed", command=name, retryable=retryable)
                wire = {"fault": {"retryable": retryable}}
        COMMANDS.labels(self.service, name, outcome).inc()
        return wire

    def _execute(
        self, contract: type[C], handle: Callable[[C, UnitOfWork], Model], envelope: CommandEnvelope, name: str
    ) -> Wire:
        uow = self._unit_for(envelope, name)
        try:
            with uow:
                uow.joins_traces = True
                earlier = earlier_result(uow.earlier, envelope, self.cipher)
                if earlier is not None:
                    return earlier
                wire: Wire = {"ok": handle(_parse(contract, envelope.body), uow).model_dump(mode="json")}
                uow.conclude(result_parameter(envelope, wire, self.cipher, uow.now))
                crash_point(f"{self.service}.{name}.before_commit")
            crash_point(f"{self.service}.{name}.after_commit")
            return wire
        except (CommandInProgress, IdempotencyKeyReused) as refusal:
            return {"refused": refusal.refusal().model_dump(mode="json")}
        except Refused as refusal:
            log.info("command refused", command=name, code=refusal.code)
            wire = {"refused": refusal.refusal().model_dump(mode="json")}
            return self._keep_refusal(envelope, name, wire, uow.left_by_refusal)

    def _unit_for(self, envelope: CommandEnvelope, name: str) -> UnitOfWork:
        return self.unit(
            (envelope.tenant,), action=name, actor=envelope.actor, idempotency_key=envelope.idempotency_key
        )

    def _keep_refusal(
        self, envelope: CommandEnvelope, name: str, wire: Wire, left: Sequence[Callable[[UnitOfWork], None]]
    ) -> Wire:
        try:
            with self._unit_for(envelope, name) as uow:
                # Another copy may have been refused at the same time: the first answer stands.
                earlier = earlier_result(uow.earlier, envelope, self.cipher)
                if earlier is not None:
                    return earlier
                for write in left:
                    write(uow)
                uow.conclude(result_parameter(envelope, wire, self.cipher, uow.now))
            return wire
        except (CommandInProgress, IdempotencyKeyReused) as refusal:
            return {"refused": refusal.refusal().model_dump(mode="json")}

    def run_query(self, contract: type[Q], handle: Callable[[Q, Reader], Model], message: Any) -> Wire:
        """Answers a question, with the same three shapes of answer."""
        try:
            envelope = QueryEnvelope.model_validate(message)
            query = contract.model_validate(envelope.body)
        except ValidationError as error:
            return {"refused": malformed(error).refusal().model_dump(mode="json")}
        tenants = (envelope.tenant,) if envelope.tenant else ()
        with start_span(f"{self.service}.{snake_case(contract.__name__)}"):
            try:
                with self.reader(tenants, actor=envelope.actor) as reader:
                    return {"ok": handle(query, reader).model_dump(mode="json")}
            except Refused as refusal:
                return {"refused": refusal.refusal().model_dump(mode="json")}
            except Exception as error:
                log.exception("query failed", query=contract.__name__)
                return {"fault": {"retryable": is_infrastructure_fault(error)}}

    # -- life ---------------------------------------------------------------------------------------------

    def wait_for_database(self) -> None:
        """Returns once the database has said who we are there; waits for ever for one that is away.

        To be called before anything is consumed or served. Raises RoleTooStrong.
        """
        while True:
            try:
                return self._refuse_strong_roles()
            except Exception as error:
                if not is_infrastructure_fault(error):
                    raise
                log.warning("waiting for the database", error=str(error)[:200])
                time.sleep(1.0)

    def _refuse_strong_roles(self) -> None:
        refuse_strong_role(self.engine)
        refuse_strong_role(self.frame_engine)

    def start(
        self, subscriptions: Sequence[Subscription], due: Sequence[DueWork], *, service: ServiceName | None = None
    ) -> None:
        """Check who we are in the database, then start health and the loops. Raises RoleTooStrong."""
        self._refuse_strong_roles()
        self._note_hearers()
        roles = set(self.settings.roles)
        if "relay" in roles:
            self._loops += self._telling()
        if "events" in roles and service is not None:
            follows = any(work.kind == FOLLOW for work in due)
            learning = [tenant_subscription(follows=follows), calendar_subscription(follows=follows)]
            inbox = Inbox(self.service, [*subscriptions, *learning], self.event_unit, self.settings.max_attempts)
            sweeper = Sweeper(self.look_engine, inbox, self.clock, batch=self.settings.event_batch)
            consumer = EventConsumer(
                service,
                self.settings.amqp_url,
                inbox,
                sweeper,
                self.frame_engine,
                batch=self.settings.event_batch,
                prefetch=self.settings.event_prefetch,
            )
            self._loops += [consumer, sweeper]
        if "timers" in roles:
            self._schedulers = [Scheduler(self.look_engine, work, self.clock) for work in due]
            self._loops += self._schedulers
            self._loops.append(Keeper(self.frame_engine, self.look_engine, self.clock, self.settings.terms))
        for loop in self._loops:
            thread = threading.Thread(target=loop.run, name=loop.heartbeat.name, daemon=True)
            thread.start()
            self._threads.append(thread)
        self._health = HealthServer(
            self.settings.health_host,
            self.settings.health_port,
            {"database": self.database_answers, "broker": reachable(self.settings.amqp_url)},
            heartbeats=[loop.heartbeat for loop in self._loops],
        )
        self._health.start()

    def _note_hearers(self) -> None:
        if self.service in ORDER:
            note_hearers(self.frame_engine, self.service)

    def _telling(self) -> list[Loop]:
        """What brings out what has been written: events, what was said before, and the seals of the audit."""
        loops: list[Loop] = [self.relay, Sealer(self.frame_engine, self.look_engine, self.clock)]
        if self.service in ORDER:
            loops.append(Replayer(self.service, self.frame_engine, self.look_engine, self.settings.amqp_url))
        return loops

    def stop(self, timeout: float = 10.0) -> None:
        """Graceful: loops finish what they hold, then connections close."""
        for loop in self._loops:
            loop.stop()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        if self._health is not None:
            self._health.stop()
        for engine in (self.engine, self.event_engine, self.read_engine, self.frame_engine, self.look_engine):
            engine.dispose()

    def database_answers(self) -> None:
        """Returns if it does; raises what the driver raises if not."""
        with self.frame_engine.connect() as connection:
            connection.execute(text("SELECT 1"))


def _is_in_progress(wire: Wire) -> bool:
    return "refused" in wire and wire["refused"]["code"] == CommandInProgress.code


def _parse(contract: type[C], body: dict[str, Any]) -> C:
    try:
        return contract.model_validate(body)
    except ValidationError as error:
        raise malformed(error) from error


def malformed(error: ValidationError) -> Invalid:
    """All that is wrong with a message, field by field, as one refusal."""
    return Invalid(*reasons_for(error.errors(include_url=False, include_input=False)))
