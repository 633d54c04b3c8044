"""What somebody has just written elsewhere, and whether its events are here: so that nobody misses their own deeds.

Events travel for a moment, and longer while a consumer is away. Whoever wrote something carries how far the events of
that go (`contracts.envelope.Written`); who is asked compares it with the positions that its inbox has reached. Nobody
waits in here: the door does, which has places for that, and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, text

from chassis.write.outbox import OutboxRow
from contracts.envelope import Written

MOST_WRITTEN = 16
"""Of a command that writes more aggregates than this, the last ones count: it was no person's single deed."""

STILL_MISSING = text(
    "SELECT count(*) FROM unnest(CAST(:origins AS text[]), CAST(:types AS text[]), CAST(:ids AS text[]),"
    " CAST(:sequences AS integer[])) AS w(origin, type, id, sequence)"
    " WHERE NOT EXISTS (SELECT FROM position p WHERE p.tenant = w.origin AND p.aggregate_type = w.type"
    " AND p.aggregate_id = w.id AND p.sequence >= w.sequence)"
)

BEHIND = {"fault": {"retryable": True, "code": "copy_behind"}}
"""What is answered while something is missing. Nothing was begun."""


def all_here(after: Sequence[Written], engine: Engine) -> bool:
    """Whether every event up to these has had its effect. `engine` is the frame's, which sees every tenant's positions."""
    if not after:
        return True
    asked: dict[str, Any] = {
        "origins": [each.origin for each in after],
        "types": [each.aggregate for each in after],
        "ids": [each.id for each in after],
        "sequences": [each.sequence for each in after],
    }
    with engine.connect() as connection:
        return int(connection.execute(STILL_MISSING, asked).scalar_one()) == 0


def written(rows: Iterable[OutboxRow], producer: str) -> list[dict[str, Any]]:
    """How far the events of each aggregate go once these rows are committed, as `Written` travels with the answer."""
    last = {(row.tenant, row.aggregate_type, row.aggregate_id): row.sequence for row in rows}
    told = [
        {"producer": producer, "origin": origin, "aggregate": aggregate, "id": id, "sequence": sequence}
        for (origin, aggregate, id), sequence in last.items()
    ]
    return told[-MOST_WRITTEN:]
