"""What cannot be read is kept, with its reason, where an operator can see it and send it again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Engine, text

from chassis.metrics import QUARANTINED
from chassis.telemetry import get_logger

log = get_logger(__name__)


def quarantine(engine: Engine, queue: str, body: bytes, properties: Mapping[str, Any], error: str) -> str:
    """Keep one message; the same message from the same queue is kept once. Returns its id.

    Runs in a transaction of its own with the frame's role: the message may be acknowledged afterwards.
    """
    identity = hashlib.sha256(queue.encode() + b"\x1f" + body).hexdigest()[:40]
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO quarantine (id, queue, body, properties, error, quarantined_at)"
                " VALUES (:id, :queue, :body, CAST(:properties AS jsonb), :error, now()) ON CONFLICT DO NOTHING"
            ),
            {
                "id": identity,
                "queue": queue,
                "body": body,
                "properties": orjson.dumps(dict(properties), default=str).decode(),
                "error": error[:2000],
            },
        )
    QUARANTINED.labels(queue).inc()
    log.error("message quarantined", queue=queue, id=identity, error=error[:300])
    return identity
