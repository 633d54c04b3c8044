"""Where an event waits that cannot be applied yet, and how it comes back.

`gap`: an earlier event of the same aggregate is missing or parked. `not_yet`: another aggregate's fact is
missing. `fault`: handling it failed; tried again with backoff, dead after `max_attempts`. `refused`: a rule
said no; dead at once. What is dead stays until an operator redrives it (`./zhida work`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from chassis.events.broker import CONNECTION_ERRORS
from chassis.events.received import AggregateKey, Received, Undecodable, decode
from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.health import Heartbeat
from chassis.observability.metrics import DEAD, PARKED
from chassis.observability.telemetry import get_logger
from chassis.time.clock import Clock

if TYPE_CHECKING:
    from chassis.events.inbox import BatchResult, Inbox
    from chassis.write.uow import UnitOfWork

log = get_logger(__name__)

LEASE = timedelta(seconds=30)
GAP_WAIT = timedelta(days=3650)
"""A gap is closed by `release` or by `wake_successors`, never by trying."""

GAP_LOOK_SECONDS = 1.0
"""How often a sweeper looks for gaps that were closed unseen; less often where that takes long."""

NOT_YET_LIFETIME = timedelta(hours=24)
"""A prerequisite that has not come for a day is a matter for an operator."""


def _tries(event: Received[Any]) -> int:
    """Earlier tries that ended as this one did: waiting for something is no fault, and a fault is no waiting."""
    return event.attempts if event.waited_as == event.cause else 0


def _next_attempt(event: Received[Any], now: datetime) -> datetime:
    if event.cause == "gap":
        return now + GAP_WAIT
    first = 0.1 if event.cause == "not_yet" else 1.0
    return now + timedelta(seconds=min(first * 2 ** min(_tries(event), 12), 30.0))


PARK = text(
    "INSERT INTO parked (tenant, event_id, origin, aggregate_type, aggregate_id, sequence, type, body, cause,"
    " state, error, attempts, parked_at, next_attempt_at) VALUES (:tenant, :id, :origin, :at, :ai, :sequence,"
    " :type, :body, :cause, :state, :error, :tries, :now, :next)"
    " ON CONFLICT (tenant, event_id) DO UPDATE SET cause = EXCLUDED.cause, error = EXCLUDED.error,"
    " attempts = EXCLUDED.attempts + CASE WHEN parked.cause = EXCLUDED.cause THEN parked.attempts ELSE 0 END,"
    " next_attempt_at = EXCLUDED.next_attempt_at,"
    " state = CASE WHEN EXCLUDED.cause = 'not_yet' AND parked.parked_at < :too_old THEN 'dead'"
    " ELSE EXCLUDED.state END"
)


def park(uow: UnitOfWork, events: Sequence[Received[Any]], *, service: str, max_attempts: int) -> None:
    """Set `events` aside in the batch's own transaction; their messages may then be acknowledged."""
    for event in events:
        dead = event.cause == "refused" or (event.cause == "fault" and _tries(event) + 1 >= max_attempts)
        if dead:
            _tell_of_death(event, service)
        uow.execute(
            PARK,
            {
                "tenant": event.tenant,
                "id": event.id,
                "origin": event.envelope.origin,
                "at": event.envelope.aggregatetype,
                "ai": event.envelope.subject,
                "sequence": event.envelope.sequence,
                "type": event.name,
                "body": event.body,
                "cause": event.cause,
                "state": "dead" if dead else "waiting",
                "error": event.reason.replace("\x00", "\ufffd"),
                "now": uow.now,
                "next": _next_attempt(event, uow.now),
                # Waiting for a predecessor is no try of its own.
                "tries": 0 if event.cause == "gap" else 1,
                "too_old": uow.now - NOT_YET_LIFETIME,
            },
        )


def _tell_of_death(event: Received[Any], service: str) -> None:
    DEAD.labels(service).inc()
    log.error(
        "event is dead and waits for an operator",
        event_id=event.id,
        type=event.name,
        tenant=event.tenant,
        cause=event.cause,
        reason=event.reason,
    )


def unpark(uow: UnitOfWork, events: Sequence[Received[Any]]) -> None:
    """These have been applied (or turned out to be old): they wait no longer."""
    if events:
        uow.execute(
            "DELETE FROM parked USING unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS e(t, i)"
            " WHERE (parked.tenant, parked.event_id) = (e.t, e.i)",
            {"tenants": [event.tenant for event in events], "ids": [event.id for event in events]},
        )


def release(uow: UnitOfWork, keys: set[AggregateKey]) -> int:
    """What waited behind these aggregates may be tried now; returns how many."""
    if not keys:
        return 0
    return uow.execute(
        "UPDATE parked SET next_attempt_at = :now FROM unnest(CAST(:origins AS text[]), CAST(:types AS text[]),"
        " CAST(:ids AS text[])) AS k(o, t, i) WHERE (parked.origin, parked.aggregate_type, parked.aggregate_id)"
        " = (k.o, k.t, k.i) AND parked.cause = 'gap' AND parked.state = 'waiting'",
        {
            "now": uow.now,
            "origins": [key[0] for key in keys],
            "types": [key[1] for key in keys],
            "ids": [key[2] for key in keys],
        },
    ).rowcount


def wake_successors(engine: Engine, now: datetime) -> None:
    """Try gaps that are closed, with the frame's role.

    `release` sees neither what is addressed to a tenant outside its unit of work nor what is being parked at
    the same moment.
    """
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE parked SET next_attempt_at = :now FROM position p WHERE parked.state = 'waiting'"
                " AND parked.cause = 'gap' AND parked.next_attempt_at > :later AND p.sequence + 1 >= parked.sequence"
                " AND (p.tenant, p.aggregate_type, p.aggregate_id)"
                " = (parked.origin, parked.aggregate_type, parked.aggregate_id)"
            ),
            # What is leased is being tried already.
            {"now": now, "later": now + LEASE},
        )


def claim_due(engine: Engine, now: datetime, limit: int, wanted: frozenset[str]) -> list[Received[Any]]:
    """Lease up to `limit` parked events whose time has come, of all tenants, with the frame's role.

    One that cannot be read any more (the contract has moved on) is dead, and holds up nobody.
    """
    events = []
    with engine.begin() as connection:
        rows = connection.execute(
            text(
                "UPDATE parked SET next_attempt_at = :until FROM ("
                " SELECT tenant, event_id FROM parked WHERE state = 'waiting' AND next_attempt_at <= :now"
                " ORDER BY next_attempt_at LIMIT :n FOR UPDATE SKIP LOCKED) due"
                " WHERE (parked.tenant, parked.event_id) = (due.tenant, due.event_id)"
                " RETURNING parked.tenant, parked.event_id, parked.body, parked.cause, parked.attempts"
            ),
            {"now": now, "until": now + LEASE, "n": limit},
        ).all()
        for row in rows:
            try:
                event = decode(row.body, wanted=wanted, attempts=row.attempts, parked=True)
            except Undecodable as error:
                _give_up(connection, row.tenant, row.event_id, str(error))
                continue
            event.waited_as = row.cause
            events.append(event)
    return events


def _give_up(connection: Connection, tenant: str, event_id: str, error: str) -> None:
    log.error("parked event cannot be read any more and is dead", event_id=event_id, tenant=tenant, error=error[:300])
    connection.execute(
        text(
            "UPDATE parked SET state = 'dead', cause = 'fault', error = :error WHERE tenant = :tenant AND event_id = :id"
        ),
        {"tenant": tenant, "id": event_id, "error": error.replace("\x00", "\ufffd")},
    )


class Sweeper:
    """One loop that brings parked events back."""

    def __init__(self, engine: Engine, inbox: Inbox, clock: Clock, *, poll: float = 0.5, batch: int = 200) -> None:
        self._engine = engine
        self._inbox = inbox
        self._clock = clock
        self._poll = poll
        self._batch = batch
        self._wake = threading.Event()
        self._stopping = False
        self._measured = 0.0
        self._look_at = 0.0
        self.heartbeat = Heartbeat("sweeper", max_age=60)

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        run_until_stopped(lambda: self._stopping, self.heartbeat, self._step)

    def _step(self) -> None:
        self._look_for_closed_gaps()
        events = claim_due(self._engine, self._clock.now(), self._batch, self._inbox.wanted)
        result: BatchResult | None = self._inbox.apply(events) if events else None
        self._measure()
        if result is None or not result.released:
            self._wake.wait(self._poll)
            self._wake.clear()

    def _look_for_closed_gaps(self) -> None:
        began = time.monotonic()
        if began >= self._look_at:
            wake_successors(self._engine, self._clock.now())
            ended = time.monotonic()
            self._look_at = ended + max(GAP_LOOK_SECONDS, 20 * (ended - began))

    def _measure(self) -> None:
        if time.monotonic() - self._measured < 5:
            return
        self._measured = time.monotonic()
        with self._engine.connect() as connection:
            counts = dict(connection.execute(text("SELECT state, count(*) FROM parked GROUP BY state")).all())  # type: ignore[arg-type]
        for state in ("waiting", "dead"):
            PARKED.labels(state).set(counts.get(state, 0))


def run_until_stopped(stopping: Callable[[], bool], heartbeat: Heartbeat, step: Callable[[], None]) -> None:
    """Repeat `step`. Infrastructure that is away makes it wait and try again; a fault is logged and survived."""
    pause = 0.2
    while not stopping():
        heartbeat.beat()
        try:
            step()
            pause = 0.2
        except Exception as error:
            if is_infrastructure_fault(error) or isinstance(error, CONNECTION_ERRORS):
                log.warning("loop waits for its infrastructure", loop=heartbeat.name, error=str(error)[:300])
            else:
                log.exception("loop failed and goes on", loop=heartbeat.name)
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
