"""Events wait here, in the transaction that made them, until the relay has the broker's word for each."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import orjson

from chassis.foundation.ids import event_id
from contracts.aggregate import Aggregate
from contracts.flow import FLOW, routing_key
from contracts.message import Event

PARTITIONS = 16
"""The outbox is divided by aggregate; one relay at a time owns a partition, so order within one is kept."""


class OutboxRow(NamedTuple):
    """One event, ready for the wire. `tenant` owns the aggregate, `addressed_to` is whom it is for."""

    tenant: str
    addressed_to: str
    event_id: str
    partition: int
    aggregate_type: str
    aggregate_id: str
    sequence: int
    type: str
    routing_key: str
    body: str


@cache
def _words(event: type[Event]) -> tuple[str, str, str]:
    producer = FLOW[event].producer
    return f"/zhida/{producer}", f"zhida.{producer}.{event.__name__}", routing_key(event)


def partition_of(aggregate_id: str) -> int:
    """Which partition an aggregate's events leave through."""
    return zlib.crc32(aggregate_id.encode()) % PARTITIONS


def outbox_rows(aggregate: Aggregate, aggregate_type: str, at: datetime, traceparent: str | None) -> list[OutboxRow]:
    """Turn the aggregate's pending events into rows, numbering them on from its last sequence."""
    rows = []
    for offset, recorded in enumerate(aggregate.pending, start=1):
        event, sequence = recorded.event, aggregate.sequence + offset
        source, name, key = _words(type(event))
        identity = event_id(aggregate_type, aggregate.id, sequence)
        body = orjson.dumps(
            {
                "specversion": "1.0",
                "id": identity,
                "source": source,
                "type": name,
                "subject": aggregate.id,
                "time": at,
                "datacontenttype": "application/json",
                "dataversion": event.version,
                "tenant": recorded.to,
                "origin": aggregate.tenant,
                "aggregatetype": aggregate_type,
                "sequence": sequence,
                "traceparent": traceparent,
                "data": orjson.Fragment(event.model_dump_json().encode()),
            }
        ).decode()
        rows.append(
            OutboxRow(
                tenant=aggregate.tenant,
                addressed_to=recorded.to,
                event_id=identity,
                partition=partition_of(aggregate.id),
                aggregate_type=aggregate_type,
                aggregate_id=aggregate.id,
                sequence=sequence,
                type=type(event).__name__,
                routing_key=key,
                body=body,
            )
        )
    return rows


INSERT_ROWS = (
    "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
    " routing_key, body) SELECT tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence,"
    " type, routing_key, body FROM ROWS FROM (json_to_recordset(CAST(:events AS json)) AS (tenant text,"
    " addressed_to text, event_id text, partition smallint, aggregate_type text, aggregate_id text, sequence integer,"
    " type text, routing_key text), unnest(string_to_array(:bodies, chr(10)))) AS row (tenant, addressed_to, event_id,"
    " partition, aggregate_type, aggregate_id, sequence, type, routing_key, body)"
)
"""Bodies are lines of one text, for JSON as we write it has no line breaks: as strings within JSON they would be
escaped here and read there character by character, and as an array the driver would escape them
(docs/performance.md)."""

NAMES = OutboxRow._fields[:-1]
"""All but the body, which is the last."""


def outbox_parameter(rows: Sequence[OutboxRow]) -> dict[str, str] | None:
    """What INSERT_ROWS takes to append `rows`; None when there are none."""
    if not rows:
        return None
    described = [dict(zip(NAMES, row, strict=False)) for row in rows]
    return {"events": orjson.dumps(described).decode(), "bodies": "\n".join(row.body for row in rows)}
