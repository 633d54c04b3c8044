"""E: what was said was heard. Outboxes are empty, published events have arrived, what is stuck has a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Engine, Executable, text

from chassis.events.quarantine import Quarantined, quarantined_messages
from chassis.events.stuck import StuckMessage, stuck_messages
from console.operating.checks.report import Finding, Notice
from contracts.flow import EVENTS, FLOW, QUEUES, SERVICES
from contracts.message import ServiceName

PENDING = text(
    "SELECT tenant, count(*) AS n, min(created_at) AS oldest FROM outbox WHERE published_at IS NULL GROUP BY tenant"
)
PUBLISHED = text(
    "SELECT tenant, aggregate_type, aggregate_id, max(sequence) AS sequence FROM outbox"
    " WHERE published_at IS NOT NULL GROUP BY tenant, aggregate_type, aggregate_id"
)
ARRIVED = text(
    "SELECT tenant, aggregate_type, aggregate_id, max(sequence) AS sequence FROM ("
    " SELECT tenant, aggregate_type, aggregate_id, sequence FROM position"
    " UNION ALL SELECT origin, aggregate_type, aggregate_id, sequence FROM parked) AS heard"
    " GROUP BY tenant, aggregate_type, aggregate_id"
)

QUEUE_NAMES = frozenset(QUEUES.values()) | {f"rpc-{service}" for service in SERVICES}
"""Where a message can be sent again to: the event queues, and nameko's RPC queues."""


class AggregateKey(NamedTuple):
    """An aggregate as the bus knows it; `tenant` is the one that owns it."""

    tenant: str
    aggregate_type: str
    aggregate_id: str


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


def lost(frames: Mapping[str, Engine]) -> list[Finding]:
    """Published events that a consumer has neither handled nor set aside, by aggregate."""
    consumers: dict[str, set[ServiceName]] = {}
    for event, route in FLOW.items():
        consumers.setdefault(event.aggregate, set()).update(route.consumers)
    arrived = {name: _sequences(engine, ARRIVED) for name, engine in frames.items()}
    findings = []
    for producer, engine in frames.items():
        for key, sequence in _sequences(engine, PUBLISHED).items():
            for consumer in sorted(consumers.get(key.aggregate_type, ())):
                heard = arrived[consumer].get(key, 0) if consumer in arrived else sequence
                if heard < sequence:
                    what = f"{key.aggregate_type}/{key.aggregate_id}"
                    said = f"{producer} 发出的 {what} 到第 {sequence} 条，{consumer} 只收到第 {heard} 条"
                    findings.append(Finding("E", key.tenant, said))
    return findings


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


def _sequences(engine: Engine, statement: Executable) -> dict[AggregateKey, int]:
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
    return {AggregateKey(row.tenant, row.aggregate_type, row.aggregate_id): row.sequence for row in rows}
