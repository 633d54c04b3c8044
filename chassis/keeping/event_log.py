"""Events of months that have left the outbox: kept for N months, in chunks, in the database of their producer.

A table and not the object store: what moves from the outbox into the log moves in one transaction, is backed up with its
database and is read in the same snapshot as what is still in the outbox. Who has been told nothing yet is told from
here (chassis/events/replay.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from chassis.keeping.chunks import ROWS, ChunkBroken, Packed, packed, unpacked
from chassis.keeping.months import Month

NEXT = text(
    "SELECT position, tenant, aggregate_type, aggregate_id, event_id, routing_key, body, created_at, published_at"
    " FROM outbox WHERE created_at >= CAST(:begins AS timestamptz) AND created_at < :ends AND position > :after ORDER BY position LIMIT :n"
)
SO_FAR = text("SELECT count(*) AS chunks, coalesce(max(last_position), 0) AS last FROM event_log WHERE part = :part")
ADD = text(
    "INSERT INTO event_log (part, number, first_position, last_position, last_at, events, aggregate_types, sha256, body)"
    " VALUES (:part, :number, :first, :last, :last_at, :events, CAST(:types AS text[]), :sha256, :body)"
)
CLEAR = text("UPDATE event_log SET body = NULL WHERE body IS NOT NULL AND last_at < :before")
IN_OUTBOX = text(
    "SELECT position, tenant, aggregate_type, aggregate_id, event_id, routing_key, body FROM outbox"
    " WHERE position > :after AND position <= :upto AND aggregate_type = ANY (CAST(:types AS text[]))"
    " AND published_at IS NOT NULL ORDER BY position"
)
IN_LOG = text(
    "SELECT part, number, sha256, body, events FROM event_log WHERE last_position > :after AND first_position <= :upto"
    " AND aggregate_types && CAST(:types AS text[]) ORDER BY first_position"
)
LAST = text(
    "SELECT greatest((SELECT coalesce(max(position), 0) FROM outbox),"
    " (SELECT coalesce(max(last_position), 0) FROM event_log))"
)


class KeptEvent(NamedTuple):
    """One event as its outbox row had it, as far as it is needed to say it again."""

    position: int
    tenant: str
    aggregate_type: str
    aggregate_id: str
    event_id: str
    routing_key: str
    body: str


class Kept(NamedTuple):
    """Events in order of position. `cleared` counts those of the same stretch that are kept no more."""

    events: list[KeptEvent]
    cleared: int


def archive_next(engine: Engine, month: Month) -> int | None:
    """Copy the next events of an old month into the log; returns how many, None where one has not been published."""
    with engine.begin() as connection:
        done = connection.execute(SO_FAR, {"part": month.part}).one()
        span = {"begins": month.begins or "-infinity", "ends": month.ends, "after": done.last, "n": ROWS}
        rows = connection.execute(NEXT, span).all()
        if any(row.published_at is None for row in rows):
            return None
        if rows:
            chunk = packed(row[:7] for row in rows)
            connection.execute(
                ADD,
                {
                    "part": month.part,
                    "number": done.chunks + 1,
                    "first": rows[0].position,
                    "last": rows[-1].position,
                    "last_at": max(row.created_at for row in rows),
                    "events": len(rows),
                    "types": sorted({row.aggregate_type for row in rows}),
                    "sha256": chunk.sha256,
                    "body": chunk.body,
                },
            )
    return len(rows)


def clear(engine: Engine, before: datetime) -> int:
    """Forget what was said in chunks that ended before `before`; that they were there stays. Returns how many."""
    with engine.begin() as connection:
        return connection.execute(CLEAR, {"before": before}).rowcount


def last_position(connection: Connection) -> int:
    """Of everything that was ever said and is visible now."""
    found: int = connection.execute(LAST).scalar_one()
    return found


def published_between(connection: Connection, after: int, upto: int, types: Sequence[str]) -> Kept:
    """What was published of these aggregate types at positions after `after`, up to `upto`, wherever it is kept.

    In one snapshot of `connection` (REPEATABLE READ): an event that is moving meanwhile is in one place or the other, or
    in both and comes once. Raises ChunkBroken, naming the chunk.
    """
    span = {"after": after, "upto": upto, "types": list(types)}
    cleared = 0
    found: dict[int, KeptEvent] = {}
    for chunk in connection.execute(IN_LOG, span):
        if chunk.body is None:
            cleared += chunk.events
            continue
        try:
            rows = unpacked(Packed(bytes(chunk.sha256), bytes(chunk.body)))
        except ChunkBroken as error:
            raise ChunkBroken(f"event_log {chunk.part}/{chunk.number}: {error}") from error
        for event in map(KeptEvent._make, rows):
            if after < event.position <= upto and event.aggregate_type in types:
                found[event.position] = event
    found |= {row.position: KeptEvent._make(row) for row in connection.execute(IN_OUTBOX, span)}
    return Kept([found[position] for position in sorted(found)], cleared)


def broken_chunks(engine: Engine) -> Iterator[str]:
    """Chunks of the log whose text has changed since, each as a sentence."""
    with engine.connect().execution_options(stream_results=True, max_row_buffer=10) as connection:
        for chunk in connection.execute(
            text("SELECT part, number, sha256, body FROM event_log WHERE body IS NOT NULL ORDER BY part, number")
        ):
            try:
                unpacked(Packed(bytes(chunk.sha256), bytes(chunk.body)))
            except ChunkBroken:
                yield f"事件日志被改动：{chunk.part} 第 {chunk.number} 段的内容与其哈希不符"
