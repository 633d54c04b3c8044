"""RabbitMQ as the frame uses it: a publisher with batched confirms, raw connections."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import amqp
from amqp.transport import TCPTransport
from kombu import Connection

from chassis.foundation.broker_faults import PublishFailed
from chassis.foundation.broker_tls import kombu_tls
from contracts.flow import EXCHANGE

HEARTBEAT = 20
"""Seconds. Half-open connections are noticed after about two of these."""

SILENCE = 10.0
"""Seconds that any single wait for the broker may take, farewells included."""

CONFIRM_TIMEOUT = 5.0
"""Seconds that a batch waits for the broker's word before the connection counts as lost."""

READ_AHEAD = 16_384
"""Bytes asked for at a time."""

EVENT_TYPE = "application/cloudevents+json"
BUNDLE_TYPE = "application/cloudevents-batch+json"
"""Content types of a message that is one event, and of one that is a JSON array of events (CloudEvents 1.0)."""


class Outgoing(NamedTuple):
    """One message for the events exchange."""

    routing_key: str
    body: bytes
    message_id: str
    content_type: str = EVENT_TYPE


def connect(url: str) -> Connection:
    """An open connection with heartbeats. Raises OSError or amqp errors when the broker is away."""
    connection = Connection(
        url,
        heartbeat=HEARTBEAT,
        connect_timeout=5,
        ssl=kombu_tls(url) or False,
        transport_options={"confirm_publish": False},
    )
    connection.connect()
    limit_silence(connection)
    read_ahead(connection)
    return connection


def limit_silence(connection: Connection) -> None:
    """No wait on this open connection is for ever: a peer whose machine is gone may seem to be there for hours.

    On the socket itself: the library's own `read_timeout` is a socket option that green sockets do not heed, and
    even its way to close a connection waits for an answer.
    """
    transport = connection.connection.transport
    if transport is not None and transport.sock is not None:
        transport.sock.settimeout(SILENCE)


def read_ahead(connection: Connection) -> None:
    """Take from the kernel what has arrived, in one go.

    The library reads each frame's head, body and end by themselves: nine calls for one message.
    """
    transport = connection.connection.transport
    if isinstance(transport, TCPTransport):
        receive = transport.sock.recv
        # What is more than was asked for stays in its own buffer.
        transport._quick_recv = lambda wanted: receive(max(wanted, READ_AHEAD))


class ConfirmedPublisher:
    """Publishes batches and returns only when the broker has confirmed every message of the batch."""

    def __init__(self, connection: Connection, exchange: str = EXCHANGE) -> None:
        self._connection = connection
        self._exchange = exchange
        self._channel: amqp.Channel = connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._acked)
        self._channel.events["basic_nack"].add(self._nacked)
        self._channel.events["basic_return"].add(self._returned)
        self._next_tag = 1
        self._outstanding: set[int] = set()
        self._trouble: str | None = None

    def publish(self, batch: Iterable[Outgoing], *, mandatory: bool = True) -> None:
        """Raises PublishFailed if a message was refused, unroutable or not confirmed in time."""
        self._trouble = None
        for outgoing in batch:
            message = amqp.Message(
                outgoing.body,
                content_type=outgoing.content_type,
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=outgoing.message_id,
            )
            self._outstanding.add(self._next_tag)
            self._next_tag += 1
            self._channel.basic_publish(message, self._exchange, outgoing.routing_key, mandatory=mandatory)
        deadline = time.monotonic() + CONFIRM_TIMEOUT
        while self._outstanding:
            try:
                self._connection.drain_events(timeout=max(0.01, deadline - time.monotonic()))
            except TimeoutError as error:
                raise PublishFailed(f"{len(self._outstanding)} messages unconfirmed") from error
        if self._trouble:
            raise PublishFailed(self._trouble)

    def heartbeat(self) -> None:
        """Call about once a second while idle; raises when the connection is gone."""
        self._connection.heartbeat_check()
        try:
            self._connection.drain_events(timeout=0.001)
        except TimeoutError:
            return

    def _acked(self, delivery_tag: int, multiple: bool) -> None:
        self._settle(delivery_tag, multiple)

    def _nacked(self, delivery_tag: int, multiple: bool) -> None:
        self._trouble = "the broker refused a message"
        self._settle(delivery_tag, multiple)

    def _returned(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        self._trouble = f"nobody is bound to {routing_key}"

    def _settle(self, delivery_tag: int, multiple: bool) -> None:
        if multiple:
            self._outstanding = {tag for tag in self._outstanding if tag > delivery_tag}
        else:
            self._outstanding.discard(delivery_tag)


def reachable(url: str) -> Callable[[], None]:
    """A health check: opens a connection and closes it; raises when the broker is away."""

    def check() -> None:
        with Connection(url, connect_timeout=2, ssl=kombu_tls(url) or False) as connection:
            connection.connect()

    return check
