"""E: what was said was heard. Outboxes are empty, published events have arrived, what is stuck has a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Row, text

from chassis.events.quarantine import Quarantined, quarantined_messages
from chassis.events.stuck import StuckMessage, stuck_messages
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.look import Invariant, Look
from console.place import GATEWAY
from contracts.flow import EVENTS, FLOW, QUEUES, SERVICES
from contracts.message import ServiceName

PENDING = text(
    "SELECT tenant, count(*) AS n, min(created_at) AS oldest FROM outbox WHERE published_at IS NULL GROUP BY tenant"
)
PUBLISHED = text(
    "SELECT tenant, aggregate_type, aggregate_id, max(sequence) AS sequence FROM outbox"
    " WHERE published_at IS NOT NULL AND position > :after GROUP BY tenant, aggregate_type, aggregate_id"
)
UNHEARD = text(
    "SELECT said.tenant, said.aggregate_type, said.aggregate_id, said.sequence, coalesce(max(heard.sequence), 0) AS heard"
    " FROM unnest(CAST(:tenants AS text[]), CAST(:types AS text[]), CAST(:ids AS text[]), CAST(:sequences AS integer[]))"
    " AS said (tenant, aggregate_type, aggregate_id, sequence) LEFT JOIN LATERAL ("
    " SELECT p.sequence FROM position p WHERE (p.tenant, p.aggregate_type, p.aggregate_id)"
    " = (said.tenant, said.aggregate_type, said.aggregate_id)"
    " UNION ALL SELECT p.sequence FROM parked p WHERE (p.origin, p.aggregate_type, p.aggregate_id)"
    " = (said.tenant, said.aggregate_type, said.aggregate_id)) heard ON true"
    " GROUP BY 1, 2, 3, 4 HAVING coalesce(max(heard.sequence), 0) < said.sequence ORDER BY 1, 2, 3"
)
QUIET = text(
    "SELECT least((SELECT position FROM outbox WHERE created_at < :before ORDER BY position DESC LIMIT 1),"
    " (SELECT min(position + 0) - 1 FROM outbox WHERE published_at IS NULL))"
)
"""Up to where nothing will be published any more: positions are given out before they are committed. `+ 0`: by the index
of what is pending, which is short, not by the one of all positions."""

QUIET_FOR = timedelta(minutes=10)
"""Longer than any transaction may take."""

PAGE = 1000
"""Aggregates that are compared at a time."""

HEARD = "outbox heard by all"

QUEUE_NAMES = frozenset(QUEUES.values()) | {f"rpc-{service}" for service in SERVICES}
"""Where a message can be sent again to: the event queues, and nameko's RPC queues."""


def unpublished(engine: Engine, service: str) -> list[Finding]:
    """What still lies in this service's outbox."""
    with engine.connect() as connection:
        return [
            Finding(
                "E",
                row.tenant,
                f"{service} 的发件箱还有 {row.n} 条未发出，最早 {row.oldest:%Y-%m-%d %H:%M:%S} UTC",
            )
            for row in connection.execute(PENDING)
        ]


def lost(look: Look) -> Iterator[Finding]:
    """Published events that a consumer has neither handled nor set aside, by aggregate."""
    consumers: dict[str, set[ServiceName]] = {}
    for event, route in FLOW.items():
        consumers.setdefault(event.aggregate, set()).update(route.consumers)
    for producer in look.books.names:
        yield from _lost_of(look, producer, consumers)


def _lost_of(look: Look, producer: str, consumers: Mapping[str, set[ServiceName]]) -> Iterator[Finding]:
    """A checkpoint is set where what was said up to there has been heard by everybody."""
    checkpoints, sound = look.checkpoints(producer), True
    after = checkpoints.get(HEARD).position
    with look.books.frame(producer).connect() as connection:
        quiet = connection.execute(QUIET, {"before": look.now - QUIET_FOR}).scalar()
    for page in _published(look.books.frame(producer), after):
        for consumer in look.books.names:
            theirs = [row for row in page if consumer in consumers.get(row.aggregate_type, ())]
            for row in _unheard(look.books.frame(consumer), theirs) if theirs else ():
                sound = False
                what = f"{row.aggregate_type}/{row.aggregate_id}"
                said = f"{producer} 发出的 {what} 到第 {row.sequence} 条，{consumer} 只收到第 {row.heard} 条"
                yield Finding("E", row.tenant, said)
    if sound and quiet is not None and quiet > after:
        checkpoints.set(HEARD, quiet, {}, look.now)


def _published(engine: Engine, after: int) -> Iterator[Sequence[Row[Any]]]:
    """What has left this outbox beyond position `after`: the last of each aggregate, some at a time."""
    with engine.connect() as connection:
        streamed = connection.execution_options(stream_results=True, max_row_buffer=PAGE)
        yield from streamed.execute(PUBLISHED, {"after": after}).partitions(PAGE)


def _unheard(engine: Engine, said: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Those of which this consumer has not heard the last."""
    given = {
        "tenants": [row.tenant for row in said],
        "types": [row.aggregate_type for row in said],
        "ids": [row.aggregate_id for row in said],
        "sequences": [row.sequence for row in said],
    }
    with engine.connect() as connection:
        return connection.execute(UNHEARD, given).all()


def set_aside(engine: Engine, service: str) -> tuple[list[Finding], list[Notice]]:
    """Dead and quarantined messages, each with what to type; one that nobody could act on is a finding."""
    told = [_dead(each, service) for each in stuck_messages(engine) if each.state == "dead"]
    told += [_quarantined(each, service) for each in quarantined_messages(engine)]
    return (
        [each for each in told if isinstance(each, Finding)],
        [each for each in told if isinstance(each, Notice)],
    )


def _dead(message: StuckMessage, service: str) -> Finding | Notice:
    what = f"{message.aggregate_type}/{message.aggregate_id} 第 {message.sequence} 条"
    name = f"{service} 搁置的 {message.type}（{what}）：{message.error[:120]}"
    if message.type not in EVENTS:
        return Finding("E", message.tenant, f"{name}；不是已知的事件，无法重投")
    return Notice(message.tenant, name, f"./zhida work show --service {service} --id {message.event_id}")


def _quarantined(entry: Quarantined, service: str) -> Finding | Notice:
    id, error = entry.id[:12], entry.error.splitlines()[0][:120]
    name = f"{service} 隔离的消息 {id}（{entry.queue}）：{error}"
    if entry.queue not in QUEUE_NAMES:
        return Finding("E", None, f"{name}；来自未知队列，无法重投")
    return Notice(None, name, f"./zhida work show --service {service} --id {id}")


def lost_or_nameless(look: Look) -> Iterator[Finding | Notice]:
    """What lies in outboxes, what never arrived, and what was set aside."""
    yield from lost(look)
    for name in look.books.names:
        yield from unpublished(look.books.frame(name), name)
        if name != GATEWAY:
            for told in set_aside(look.books.frame(name), name):
                yield from told


INVARIANT = Invariant(
    "E", "消息不失：发件箱清空，已发必达，搁置有名", "no message is lost or nameless", lost_or_nameless
)
