"""Where an event waits that cannot be applied yet, and how it comes back.

`gap`: an earlier event of the same aggregate is missing or parked. `not_yet`: another aggregate's fact is
missing. `fault`: handling it failed; tried again with backoff, dead after `max_attempts`. `refused`: a rule
said no; dead at once. What is dead stays until an operator redrives it (`./zhida work`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from chassis.events.received import AggregateKey, Received, Undecodable, decode
from chassis.observability.metrics import DEAD
from chassis.observability.telemetry import get_logger
from chassis.write.unit import Unit

log = get_logger(__name__)

LEASE = timedelta(seconds=30)
GAP_WAIT = timedelta(days=3650)
"""A gap is closed by `release` or by `wake_successors`, never by trying."""

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


def park(uow: Unit, events: Sequence[Received[Any]], *, service: str, max_attempts: int) -> None:
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


def unpark(uow: Unit, events: Sequence[Received[Any]]) -> None:
    """These have been applied (or turned out to be old): they wait no longer."""
    if events:
        uow.execute(
            "DELETE FROM parked USING unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS e(t, i)"
            " WHERE (parked.tenant, parked.event_id) = (e.t, e.i)",
            {"tenants": [event.tenant for event in events], "ids": [event.id for event in events]},
        )


def release(uow: Unit, keys: set[AggregateKey]) -> int:
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
