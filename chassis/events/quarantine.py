"""What cannot be read is kept, with its reason, where an operator can see it and send it again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import amqp
import orjson
from sqlalchemy import Engine, text

from chassis.events.broker import CONFIRM_TIMEOUT, connect
from chassis.events.topology import AGAIN
from chassis.observability.metrics import QUARANTINED
from chassis.observability.telemetry import get_logger
from contracts.refusal import NotFound

log = get_logger(__name__)

SENT_AGAIN_WITH = (
    "content_type",
    "content_encoding",
    "application_headers",
    "message_id",
    "correlation_id",
    "reply_to",
)
"""Properties that a message is sent again with; the others were about its first journey."""


class NotInQuarantine(NotFound):
    """No such message is in quarantine, or somebody has dealt with it already."""

    code = "not_in_quarantine"
    sentence = "隔离区没有这条消息，或它已被处理。"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be read.

    `resolution` says who dealt with it and how, once `resolved_at` is set.
    """

    id: str
    queue: str
    body: bytes
    properties: dict[str, Any]
    error: str
    quarantined_at: datetime
    resolved_at: datetime | None
    resolution: str | None


def quarantine(engine: Engine, queue: str, body: bytes, properties: Mapping[str, Any], error: str) -> str:
    """Keep one message; the same message from the same queue is kept once. Returns its id.

    One that was dealt with and comes again is open again. Runs in a transaction of its own with the frame's role:
    the message may be acknowledged afterwards.
    """
    identity = hashlib.sha256(queue.encode() + b"\x1f" + body).hexdigest()[:40]
    with engine.begin() as connection:
        written = connection.execute(
            text(
                "INSERT INTO quarantine (id, queue, body, properties, error, quarantined_at)"
                " VALUES (:id, :queue, :body, CAST(:properties AS jsonb), :error, now())"
                " ON CONFLICT (id) DO UPDATE SET resolved_at = NULL, error = EXCLUDED.error,"
                " quarantined_at = EXCLUDED.quarantined_at WHERE quarantine.resolved_at IS NOT NULL"
            ),
            {
                "id": identity,
                "queue": queue,
                "body": body,
                "properties": _storable(properties),
                "error": error[:2000].replace("\x00", "\ufffd"),
            },
        )
    if written.rowcount:
        QUARANTINED.labels(queue).inc()
        log.error("message quarantined", queue=queue, id=identity, error=error[:300])
    return identity


def quarantined_messages(engine: Engine) -> list[Quarantined]:
    """What nobody has dealt with yet, oldest first; `engine` is the frame's role."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, queue, body, properties, error, quarantined_at, resolved_at, resolution FROM"
                " quarantine"
                " WHERE resolved_at IS NULL ORDER BY quarantined_at, id"
            )
        ).mappings()
        return [Quarantined(**{**row, "body": bytes(row["body"])}) for row in rows]


def send_again(engine: Engine, amqp_url: str, message: Quarantined, *, by: str, at: datetime) -> None:
    """Put it back into the queue that it came from. Raises NotInQuarantine, or what the broker raises.

    The row stays locked until the broker has confirmed: if the message turns out to be as unreadable as
    before, its consumer waits for this to be written and then opens it again.
    """
    with engine.begin() as connection:
        row = connection.execute(
            text(
                "UPDATE quarantine SET resolved_at = :at, resolution = :how WHERE id = :id AND resolved_at"
                " IS NULL"
                " RETURNING queue, body, properties"
            ),
            {"at": at, "how": f"重投：{by}，{at.isoformat()}", "id": message.id},
        ).first()
        if row is None:
            raise NotInQuarantine()
        _publish(amqp_url, row.queue, bytes(row.body), row.properties)


def give_up(engine: Engine, message: Quarantined, reason: str, *, by: str, at: datetime) -> None:
    """Nobody will read it: kept with the reason, and no longer shown. Raises NotInQuarantine."""
    with engine.begin() as connection:
        closed = connection.execute(
            text("UPDATE quarantine SET resolved_at = :at, resolution = :how WHERE id = :id AND resolved_at IS NULL"),
            {"at": at, "how": f"放弃：{by}，{at.isoformat()}，原因：{reason}", "id": message.id},
        )
        if closed.rowcount != 1:
            raise NotInQuarantine()


def _publish(amqp_url: str, queue: str, body: bytes, properties: Mapping[str, Any]) -> None:
    """To the queue itself, by the exchange that hands a message to the queue of its routing key, confirmed.

    Raises amqp errors, also when there is no such queue.
    """
    kept = {name: properties[name] for name in SENT_AGAIN_WITH if properties.get(name) is not None}
    with connect(amqp_url) as connection:
        channel: amqp.Channel = connection.channel()
        # A queue that is not there closes the channel here: an unroutable message would be confirmed all the
        # same.
        channel.queue_declare(queue, passive=True)
        message = amqp.Message(body, delivery_mode=2, **kept)
        channel.basic_publish_confirm(message, AGAIN, queue, mandatory=True, confirm_timeout=CONFIRM_TIMEOUT)


def _storable(properties: Mapping[str, Any]) -> str:
    """As JSON that the database takes: what came with an unreadable message may be unreadable itself."""
    try:
        written = orjson.dumps(dict(properties), default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        written = orjson.dumps({"unreadable": ascii(dict(properties))[:2000]}).decode()
    return written.replace("\\u0000", "\\ufffd")
