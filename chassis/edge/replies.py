"""Answers to RPC callers."""

from __future__ import annotations

import threading
from typing import Any

import kombu
import orjson

from chassis.events.broker import limit_silence
from chassis.foundation.broker_tls import kombu_tls
from chassis.observability.telemetry import get_logger

log = get_logger(__name__)


class Replies:
    """Publishes replies over one connection, without confirms: a lost reply is a retried idempotency key."""

    def __init__(self, url: str, exchange: kombu.Exchange) -> None:
        self._url = url
        self._exchange = exchange
        self._connection: kombu.Connection | None = None
        self._producer: kombu.Producer | None = None
        self._connecting = threading.Lock()

    def send(self, reply_to: str, correlation_id: str | None, payload: dict[str, Any]) -> None:
        """At most one retry on a fresh connection; a reply that cannot be sent is logged and given up."""
        for attempt in (1, 2):
            producer = None
            try:
                producer = self._connected()
                producer.publish(
                    orjson.dumps(payload),
                    content_type="application/json",
                    content_encoding="utf-8",
                    exchange=self._exchange,
                    routing_key=reply_to,
                    correlation_id=correlation_id,
                    delivery_mode=1,
                    retry=False,
                )
                return
            except Exception as error:  # whatever it is: the command is done, and a lost answer kills no process
                # Another worker may have connected again meanwhile: its connection is left alone.
                if self._producer is producer:
                    self._producer = None
                if attempt == 2:
                    log.warning("reply given up", error=str(error)[:300])

    def close(self) -> None:
        if self._connection is not None:
            self._connection.release()

    def _connected(self) -> kombu.Producer:
        with self._connecting:
            if self._producer is None:
                if self._connection is not None:
                    self._connection.release()
                self._connection = kombu.Connection(self._url, connect_timeout=5, ssl=kombu_tls(self._url) or False)
                self._connection.connect()
                # A broker that reads no more (it is short of memory or disk) must not hold every worker.
                limit_silence(self._connection)
                self._producer = kombu.Producer(self._connection.channel(), auto_declare=False)
            return self._producer
