"""One service's frame: its engines, its way to write, its way to read, and its loops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from sqlalchemy import Engine, text

from chassis.edge.admission import CommandAdmission
from chassis.events.broker import reachable
from chassis.events.consumer import EventConsumer
from chassis.events.hearing import note_hearers
from chassis.events.inbox import Inbox, Subscription
from chassis.events.reached import BEHIND, all_here, written
from chassis.events.relay import Relay
from chassis.events.replay import Replayer
from chassis.events.sweeper import Sweeper
from chassis.foundation.crash import crash_point
from chassis.foundation.database import (
    connect_engine,
    is_infrastructure_fault,
    refuse_strong_role,
    refuse_transaction_pooler,
    took_too_long,
)
from chassis.foundation.reasons import reasons_for
from chassis.foundation.settings import Settings
from chassis.keeping.keeper import Keeper
from chassis.observability.concerns import concerning, with_receipts
from chassis.observability.health import HealthServer
from chassis.observability.loops import Loop, run_in_thread
from chassis.observability.metrics import COMMAND_SECONDS, COMMANDS, QUERIES, QUERY_SECONDS
from chassis.observability.telemetry import bind, get_logger, start_span
from chassis.read.reader import Reader, TookTooLong
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.time.calendars import Calendars
from chassis.time.clock import Clock, SystemClock
from chassis.time.following import FOLLOW
from chassis.time.scheduler import DueWork, see_to_standing
from chassis.time.timers import Timers
from chassis.write.idempotency import Wire, earlier_result, result_parameter
from chassis.write.sealer import Sealer
from chassis.write.uow import UnitOfWork
from contracts.envelope import CommandEnvelope, QueryEnvelope
from contracts.flow import ORDER, aggregates_heard_by
from contracts.message import SYSTEM, Actor, Command, Model, Query, ServiceName, TenantId, snake_case
from contracts.refusal import CommandInProgress, IdempotencyKeyReused, Invalid, Refused

log = get_logger(__name__)

C = TypeVar("C", bound=Command)
Q = TypeVar("Q", bound=Query)
REDELIVERY_SECONDS = 10.0
"""How long a redelivered command waits for the copy of it that still runs: as long as its caller does."""
ANSWER_MARGIN = 0.5
"""Seconds that an answer may need on its way back to whoever waits for it."""


class Frame:
    """Built once per process. `start` runs the loops that the settings' roles ask for."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.service = settings.service
        self._heard = {aggregate for _, aggregate in aggregates_heard_by(cast("ServiceName", settings.service))}
        self.clock = clock or SystemClock()
        self.cipher = settings.cipher
        name = f"zhida-{settings.service}"
        self.engine = connect_engine(settings.database_url, size=settings.rpc_workers, name=name)
        self.event_engine = connect_engine(settings.database_url, size=8, name=f"{name}-events")
        self.read_engine = connect_engine(
            settings.database_url,
            size=settings.readers,
            name=f"{name}-read",
            isolation_level="AUTOCOMMIT",
            plans="for the values",
        )
        self.frame_engine = connect_engine(settings.frame_database_url, size=8, name=f"{name}-frame")
        # The loops look for work several times a second, mostly in vain. In a transaction each look would be three
        # questions to the server instead of one (docs/performance.md).
        self.look_engine = connect_engine(
            settings.frame_database_url, size=4, name=f"{name}-look", isolation_level="AUTOCOMMIT"
        )
        self.relay = Relay(self.frame_engine, settings.amqp_url, poll=settings.relay_poll, look=self.look_engine)
        self._timers: Timers | None = None
        self._loops: list[Loop] = []
        self._threads: list[threading.Thread] = []
        self._health: HealthServer | None = None
        self.calendars = Calendars(self.frame_engine)
        self.admission = CommandAdmission(self.engine)

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

    def reader(self, tenants: Sequence[TenantId], *, actor: Actor = SYSTEM, deadline: float | None = None) -> Reader:
        """A view of these tenants' rows; a question's has a deadline (monotonic seconds)."""
        return Reader(
            self.read_engine,
            tenants,
            clock=self.clock,
            actor=actor,
            deadline=deadline,
            calendar_of=self.calendars.of,
        )

    def _committed(self, uow: UnitOfWork) -> None:
        if uow.changes_calendars:
            self.calendars.forget()
        if uow.has_events:
            self.relay.wake()
        if self._timers is not None:
            self._timers.wake(uow.kinds_due(self.clock.now()))

    # -- commands and queries -----------------------------------------------------------------------------

    def run_command(
        self,
        contract: type[C],
        handle: Callable[[C, UnitOfWork], Model],
        message: Any,
        *,
        redelivered: bool = False,
        first_only: Callable[[], Refused] | None = None,
    ) -> Wire:
        """One way to change anything: → {"ok": result} | {"refused": refusal} | {"fault": {...}}, always answered.

        With "ok" comes "wrote": how far its events go, for whoever asks others about it next. A copy that the broker
        delivers once more, because the connection that brought the first was closed, waits
        for what comes of the first: both are answered, and the caller hears only one. `first_only`: what a repeat of a
        command that was carried out is refused with, where its answer cannot be given twice.
        """
        name = snake_case(contract.__name__)
        try:
            envelope = CommandEnvelope.model_validate(message)
        except ValidationError as error:
            return _refusal(malformed(error))
        with (
            bind(tenant=envelope.tenant),
            start_span(f"{self.service}.{name}"),
            concerning(),
            COMMAND_SECONDS.labels(self.service, name).time(),
        ):
            try:
                wire = self._execute(contract, handle, envelope, name, first_only)
                give_up_at = time.monotonic() + REDELIVERY_SECONDS
                while redelivered and _is_in_progress(wire) and time.monotonic() < give_up_at:
                    time.sleep(0.1)
                    wire = self._execute(contract, handle, envelope, name, first_only)
                outcome = "refused" if "refused" in wire else "behind" if wire is BEHIND else "ok"
            except Exception as error:
                outcome, retryable = "fault", is_infrastructure_fault(error)
                log.exception("command failed", command=name, retryable=retryable)
                wire = {"fault": {"retryable": retryable}}
            COMMANDS.labels(self.service, name, outcome).inc()
            return with_receipts(wire)

    def _execute(
        self,
        contract: type[C],
        handle: Callable[[C, UnitOfWork], Model],
        envelope: CommandEnvelope,
        name: str,
        first_only: Callable[[], Refused] | None,
    ) -> Wire:
        if not all_here(envelope.after, self.look_engine):
            return BEHIND
        uow = self._unit_for(envelope, name)
        try:
            with uow:
                uow.joins_traces = True
                earlier = earlier_result(uow.earlier, envelope, self.cipher)
                if earlier is not None:
                    repeat = first_only() if first_only is not None and "ok" in earlier else None
                    return earlier if repeat is None else _refusal(repeat)
                wire: Wire = {"ok": handle(_parse(contract, envelope.body), uow).model_dump(mode="json")}
                if uow.has_events:
                    wire["wrote"] = written(uow.events, self.service)
                uow.conclude(result_parameter(envelope, wire, self.cipher, uow.now))
                crash_point(f"{self.service}.{name}.before_commit")
            crash_point(f"{self.service}.{name}.after_commit")
            return wire
        except (CommandInProgress, IdempotencyKeyReused) as refusal:
            return _refusal(refusal)
        except Refused as refusal:
            log.info("command refused", command=name, code=refusal.code)
            wire = self.told(refusal)
            if wire["refused"]["rests_on"] and not uow.left_by_refusal:
                # What is missing may be on its way: the same command given again is looked at anew.
                return wire
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
            return _refusal(refusal)

    def run_query(
        self, contract: type[Q], handle: Callable[[Q, Reader], Model], message: Any, *, expires_at: float | None = None
    ) -> Wire:
        """Answers a question, with the same three shapes of answer.

        It may take as long as the settings say, and must be answered a little before `expires_at` (monotonic seconds),
        when whoever asked will have gone; then the server is told to stop, and the fault says so in its code.
        """
        name = snake_case(contract.__name__)
        deadline = time.monotonic() + self.settings.question_seconds
        if expires_at is not None:
            deadline = min(deadline, expires_at - ANSWER_MARGIN)
        with start_span(f"{self.service}.{name}"), concerning(), QUERY_SECONDS.labels(self.service, name).time():
            outcome, wire = self._answered(contract, handle, message, deadline)
            QUERIES.labels(self.service, name, outcome).inc()
            return with_receipts(wire)

    def _answered(
        self, contract: type[Q], handle: Callable[[Q, Reader], Model], message: Any, deadline: float
    ) -> tuple[str, Wire]:
        try:
            envelope = QueryEnvelope.model_validate(message)
            query = contract.model_validate(envelope.body)
        except ValidationError as error:
            return "refused", _refusal(malformed(error))
        tenants = (envelope.tenant,) if envelope.tenant else ()
        try:
            if not all_here(envelope.after, self.look_engine):
                return "behind", BEHIND
            with self.reader(tenants, actor=envelope.actor, deadline=deadline) as reader:
                return "ok", {"ok": handle(query, reader).model_dump(mode="json")}
        except Refused as refusal:
            return "refused", self.told(refusal)
        except Exception as error:
            if isinstance(error, TookTooLong | TimeoutError) or took_too_long(error):
                log.warning("a question took too long and was stopped", query=contract.__name__)
                return "too_slow", {"fault": {"retryable": True, "code": "took_too_long"}}
            log.exception("query failed", query=contract.__name__)
            return "fault", {"fault": {"retryable": is_infrastructure_fault(error)}}

    def told(self, refused: Refused) -> Wire:
        """The refusal as it travels. It rests on copies only where this service keeps them of what others say."""
        rests_on = tuple(each for each in refused.rests_on if each in self._heard)
        return {"refused": refused.refusal().model_copy(update={"rests_on": rests_on}).model_dump(mode="json")}

    # -- life ---------------------------------------------------------------------------------------------

    def wait_for_database(self) -> None:
        """Returns once the database has said who we are there; waits for ever for one that is away.

        To be called before anything is consumed or served. Raises RoleTooStrong, PoolerInTransactionMode.
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
        for engine in (self.engine, self.frame_engine):
            refuse_transaction_pooler(engine)
            refuse_strong_role(engine)

    def start(
        self, subscriptions: Sequence[Subscription], due: Sequence[DueWork], *, service: ServiceName | None = None
    ) -> None:
        """Check who we are in the database, then start health and the loops. Raises as `wait_for_database`."""
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
            see_to_standing(due, lambda tenants: self.event_unit(tenants, action="see_to_standing"))
            self._timers = Timers(self.look_engine, due, self.clock)
            self._loops += self._timers.loops
            self._loops.append(Keeper(self.frame_engine, self.look_engine, self.clock, self.settings.terms))
        for loop in self._loops:
            self._threads.append(run_in_thread(loop, self.service))
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
        for sealer in (loop for loop in self._loops if isinstance(loop, Sealer)):
            sealer.seal_the_rest()
        if self._health is not None:
            self._health.stop()
        for engine in (self.engine, self.event_engine, self.read_engine, self.frame_engine, self.look_engine):
            engine.dispose()

    def ended_loops(self) -> list[str]:
        """The loops whose threads are gone though nobody has stopped them: none, while the process works."""
        return [loop.heartbeat.name for loop in self._loops if not loop.heartbeat.alive]

    def database_answers(self) -> None:
        """Returns if it does; raises what the driver raises if not."""
        with self.frame_engine.connect() as connection:
            connection.execute(text("SELECT 1"))


def _is_in_progress(wire: Wire) -> bool:
    return "refused" in wire and wire["refused"]["code"] == CommandInProgress.code


def _refusal(refused: Refused) -> Wire:
    return {"refused": refused.refusal().model_dump(mode="json")}


def _parse(contract: type[C], body: dict[str, Any]) -> C:
    try:
        return contract.model_validate(body)
    except ValidationError as error:
        raise malformed(error) from error


def malformed(error: ValidationError) -> Invalid:
    """All that is wrong with a message, field by field, as one refusal."""
    return Invalid(*reasons_for(error.errors(include_url=False, include_input=False)))
