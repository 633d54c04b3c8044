"""One AMQP connection of the gateway: opened once, used until it closes, then thrown away.

It knows pika and the topology of nameko's RPC. Who waits for which answer, and when to connect again,
is `gateway.bus`'s business.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.spec import Basic, BasicProperties

from chassis.events.topology import RPC_EXCHANGE
from chassis.foundation.broker_tls import tls_context
from chassis.observability.telemetry import get_logger

log = get_logger(__name__)

CONNECT_LIMIT_S = 8.0
"""Seconds for everything from name look-up to the reply queue's consumer."""

_HANDSHAKE_LIMIT_S = 6.0
_HEARTBEAT_S = 5
"""A peer that acknowledges bytes but no longer speaks is noticed after 10 to 20 s (pika looks every
heartbeat + 5 s whether anything came). RabbitMQ advises against less than 5."""

_UNACKNOWLEDGED_MS = 6_000
"""A network that swallows packets is noticed by the kernel this long after the first unacknowledged byte,
and heartbeats see to it that there is one every few seconds."""

_CLOSE_LIMIT_S = 2.0
_TRANSIENT = 1

OnReply = Callable[[str, bytes], None]
"""Given the correlation id and the body of what a service answered."""

OnUnroutable = Callable[[str, str], None]
"""Given the correlation id and the routing key of a request that no queue took."""

# pika reports one refused connection in ten ERROR lines and a stack; the bus says it in one.
logging.getLogger("pika").setLevel(logging.CRITICAL)


class Connection(Protocol):
    """What the bus needs of a connection; a test may stand in for it."""

    closed: asyncio.Future[str]

    @property
    def writable(self) -> bool:
        """Whether a request published now would reach the broker."""

    def publish(
        self, routing_key: str, body: bytes, *, correlation_id: str, lives_ms: int, traceparent: str | None
    ) -> None:
        """Send one request that expires in the service's queue after `lives_ms` milliseconds."""

    async def close(self) -> None:
        """Say goodbye to the broker, waiting two seconds at most."""


class _Gathering(AsyncioConnection):  # type: ignore[misc]  # pika says nothing of its types
    """What is sent within one turn of the loop leaves in one piece.

    pika would send the three frames of each request by themselves, and a call to the kernel is what costs most in
    sending (docs/performance.md).
    """

    def __init__(self, *arguments: Any, loop: asyncio.AbstractEventLoop, **named: Any) -> None:
        self._loop = loop
        self._unsent: list[bytes] = []
        super().__init__(*arguments, custom_ioloop=loop, **named)

    def _output_marshaled_frames(self, marshaled_frames: Sequence[bytes]) -> None:
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent += marshaled_frames
        self.bytes_sent += sum(map(len, marshaled_frames))
        self.frames_sent += len(marshaled_frames)

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport is not None:  # else it has been closed meanwhile, and whoever waits has been told
            self._adapter_emit_data(b"".join(unsent))


class BrokerConnection:
    """A connection with one channel and a reply queue of its own.

    One of each is enough: four connections side by side made no more calls per second than one, because the
    called service is what saturates first (docs/performance.md).

    `closed` resolves to the reason, once, however the connection ends: by the broker, by the network, by
    missed heartbeats, or because its channel or consumer was taken away, without which it is of no use.
    """

    def __init__(self, parameters: pika.ConnectionParameters, on_reply: OnReply, on_unroutable: OnUnroutable):
        loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[str] = loop.create_future()
        self._loop = loop
        self._on_reply = on_reply
        self._on_unroutable = on_unroutable
        self._reply_key = str(uuid.uuid4())
        self._blocked = False
        self._channel: Channel | None = None
        self._fault: str | None = None
        self._opened: asyncio.Future[Any] = loop.create_future()
        self._amqp = _Gathering(
            parameters,
            on_open_callback=self._opened.set_result,
            on_open_error_callback=self._ended,
            on_close_callback=self._ended,
            loop=loop,
        )

    @property
    def writable(self) -> bool:
        """Whether a request published now would reach the broker: open, and not told to hold back."""
        channel = self._channel
        return channel is not None and channel.is_open and not self._blocked and not self.closed.done()

    def publish(
        self, routing_key: str, body: bytes, *, correlation_id: str, lives_ms: int, traceparent: str | None
    ) -> None:
        """Send one request that expires in the service's queue after `lives_ms` milliseconds.

        Transient, and without a publisher confirm: its caller's deadline is the judge. A confirm would tell
        that the broker has the request, not that the service acted on it, so the caller would have to wait
        for the reply all the same; a request that is lost looks like a reply that is lost, and both are
        answered by *outcome unknown* and a retry with the same idempotency key.
        `mandatory` returns at once what no service has ever claimed.
        """
        assert self._channel is not None
        service = routing_key.partition(".")[0]
        self._channel.basic_publish(
            RPC_EXCHANGE,
            routing_key,
            body,
            BasicProperties(
                content_type="application/json",
                delivery_mode=_TRANSIENT,
                correlation_id=f"{service}.{correlation_id}",
                reply_to=f"{self._reply_key}.{service}",
                expiration=str(lives_ms),
                headers=None if traceparent is None else {"nameko.traceparent": traceparent},
            ),
            mandatory=True,
        )

    async def close(self) -> None:
        """Say goodbye to the broker, waiting two seconds at most."""
        self.abandon()
        await asyncio.wait({self.closed}, timeout=_CLOSE_LIMIT_S)

    def abandon(self, fault: str | None = None) -> None:
        """Begin to close; `closed` follows.

        A handshake is left to its own limit of six seconds: interrupted, pika 1.4.4 trips over an assertion
        of its own and never reports the end.
        """
        if self._amqp.is_open:
            self._fault = fault
            self._amqp.close()

    async def prepare(self) -> None:
        """Wait for the handshake, make sure of nameko's exchange and listen on an exclusive reply queue.

        Raises ConnectionError with the reason if the connection ends first.
        """
        await self._unless_closed(self._opened)
        self._amqp.add_on_connection_blocked_callback(self._hold_back)
        self._amqp.add_on_connection_unblocked_callback(self._go_on)
        channel: Channel = await self._answer_to(lambda done: self._amqp.channel(on_open_callback=done))
        channel.add_on_close_callback(lambda _, reason: self.abandon(f"channel closed: {reason!r}"))
        channel.add_on_cancel_callback(lambda _: self.abandon("the broker took the reply queue away"))
        channel.add_on_return_callback(self._returned)
        queue = f"rpc.reply-gateway-{self._reply_key}"
        await self._answer_to(lambda done: channel.exchange_declare(RPC_EXCHANGE, passive=True, callback=done))
        await self._answer_to(
            lambda done: channel.queue_declare(queue, exclusive=True, auto_delete=True, callback=done)
        )
        await self._answer_to(
            lambda done: channel.queue_bind(queue, RPC_EXCHANGE, f"{self._reply_key}.*", callback=done)
        )
        await self._answer_to(
            lambda done: channel.basic_consume(queue, self._delivered, auto_ack=True, exclusive=True, callback=done)
        )
        self._channel = channel

    async def _answer_to(self, ask: Callable[[Callable[[Any], None]], object]) -> Any:
        """The broker's answer to one request of the set-up."""
        answer: asyncio.Future[Any] = self._loop.create_future()
        ask(answer.set_result)
        return await self._unless_closed(answer)

    async def _unless_closed(self, awaited: asyncio.Future[Any]) -> Any:
        await asyncio.wait({awaited, self.closed}, return_when=asyncio.FIRST_COMPLETED)
        if self.closed.done():
            raise ConnectionError(self.closed.result())
        return awaited.result()

    def _delivered(self, _: Channel, method: Basic.Deliver, properties: BasicProperties, body: bytes) -> None:
        """Take an answer from the service that was asked and from no other.

        Each may publish answers under its own name alone (console/servers/broker_topology.py), but may know from its
        own calls where we listen, and guess the numbers of the others'.
        """
        service, _dot, number = (properties.correlation_id or "").partition(".")
        if method.routing_key != f"{self._reply_key}.{service}":
            log.error("an answer in another's name is thrown away", routing_key=method.routing_key, asked=service)
            return
        self._on_reply(number, body)

    def _returned(self, _: Channel, method: Basic.Return, properties: BasicProperties, _body: bytes) -> None:
        self._on_unroutable((properties.correlation_id or "").partition(".")[2], method.routing_key)

    def _hold_back(self, *_: object) -> None:
        self._blocked = True

    def _go_on(self, *_: object) -> None:
        self._blocked = False

    def _ended(self, _: object, reason: BaseException) -> None:
        if not self.closed.done():
            self.closed.set_result(self._fault or repr(reason))


async def open_connection(url: str, on_reply: OnReply, on_unroutable: OnUnroutable) -> BrokerConnection:
    """A connection that is ready for calls.

    `url` is an AMQP URL as kombu understands it. Raises ConnectionError or TimeoutError; nothing is left
    open then.
    """
    connection = BrokerConnection(connection_parameters(url), on_reply, on_unroutable)
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            await connection.prepare()
    except BaseException:  # a cancelled start too must leave no socket behind
        await connection.close()
        raise
    return connection


def connection_parameters(url: str) -> pika.ConnectionParameters:
    """Where `url` leads, and how long to put up with silence there."""
    parameters = pika.URLParameters(url)
    # `amqp://host//` names the virtual host "/" for kombu, on which the services stand; pika reads "".
    parameters.virtual_host = parameters.virtual_host or "/"
    context = tls_context(url)
    if context is not None:  # pika would verify the certificate, but not whose it is
        parameters.ssl_options = pika.SSLOptions(context, server_hostname=parameters.host)
    parameters.heartbeat = _HEARTBEAT_S
    parameters.socket_timeout = _HANDSHAKE_LIMIT_S
    parameters.stack_timeout = _HANDSHAKE_LIMIT_S
    parameters.connection_attempts = 1
    parameters.tcp_options = {"TCP_USER_TIMEOUT": _UNACKNOWLEDGED_MS}
    parameters.client_properties = {"connection_name": "zhida-gateway"}
    return parameters
