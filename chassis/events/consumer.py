"""Queue → batches: takes what is waiting, has it applied in one transaction, then acknowledges it.

A message is one event or a bundle of them; it is acknowledged as a whole, and each of its events is judged by itself.
Nothing is acknowledged before its effect is committed. When the database is away the batch is kept, unacked,
and tried again with backoff; when the broker is away the broker still has it all.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import amqp
from kombu import Connection
from sqlalchemy import Engine

from chassis.events.batch_spans import batch_span
from chassis.events.broker import EVENT_TYPE, connect
from chassis.events.bundles import is_bundle, taken_apart
from chassis.events.inbox import ConcurrentBatch, Inbox
from chassis.events.pace import Pace
from chassis.events.quarantine import quarantine
from chassis.events.received import Received, Undecodable, decode
from chassis.events.sweeper import Sweeper
from chassis.events.topology import check_topology
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.crash import crash_point
from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.health import Heartbeat
from chassis.observability.metrics import BATCH_SIZE, HANDLER_SECONDS
from chassis.observability.telemetry import get_logger
from contracts.flow import EXCHANGE, QUEUES
from contracts.message import ServiceName
from contracts.refusal import StaleVersion

log = get_logger(__name__)

PUBLISHER = "zhida-publisher"
"""Header of a message that has been in quarantine: who had published it."""


class QueueTakenAway(Exception):
    """The broker has cancelled our consumer."""


class MessagePart(NamedTuple):
    """What is applied, parked or quarantined by itself; `wrong` says that it cannot even be looked into."""

    body: bytes
    properties: Mapping[str, Any]
    exchange: str
    routing_key: str
    wrong: str | None = None


class Delivery(NamedTuple):
    """A message, acknowledged by its tag once each of its parts has been dealt with."""

    tag: int
    parts: Sequence[MessagePart]


def delivered(message: amqp.Message) -> Delivery:
    """The message with its events laid side by side. One that is quarantined out of a bundle can be sent again alone."""
    # An empty message has a text for a body.
    body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    properties = message.properties
    came_by: dict[str, Any] = message.delivery_info or {}
    way = (str(came_by.get("exchange", "")), str(came_by.get("routing_key", "")))
    if not is_bundle(properties.get("content_type")):
        return Delivery(message.delivery_tag, [MessagePart(body, properties, *way)])
    try:
        events = taken_apart(body)
    except Undecodable as error:
        return Delivery(message.delivery_tag, [MessagePart(body, properties, *way, str(error))])
    came_in = properties.get("message_id")
    if not events:
        log.warning("a bundle without events is acknowledged", message_id=came_in)
    alone = {**properties, "content_type": EVENT_TYPE, "message_id": None, "came_in": came_in}
    return Delivery(message.delivery_tag, [MessagePart(event, alone, *way) for event in events])


def publisher_of(part: MessagePart) -> str | None:
    """Who has published it, where that is proved: the broker lets nobody publish events under another's routing key.

    What was quarantined and comes again still says who published it first.
    """
    if part.exchange == EXCHANGE:
        return part.routing_key.partition(".")[0]
    headers = part.properties.get("application_headers") or {}
    return headers.get(PUBLISHER)


def with_publisher(part: MessagePart) -> dict[str, Any]:
    """Its properties, to be kept, with who has published it."""
    headers = {**(part.properties.get("application_headers") or {}), PUBLISHER: publisher_of(part)}
    return {**part.properties, "application_headers": headers}


def refuse_borrowed_name(source: str, part: MessagePart, queue: str) -> None:
    """An event counts only if its producer has published it, or if it was put into this very queue by one who may:
    its own service or an operator.

    The key is compared there, too: a message may be copied to further keys (header CC), which RabbitMQ 3 does not ask
    about. Raises Undecodable.
    """
    publisher = publisher_of(part)
    if publisher is not None and source != f"/zhida/{publisher}":
        raise Undecodable(f"published by {publisher} in the name of {source}")
    if part.exchange != EXCHANGE and part.routing_key != queue:
        raise Undecodable(f"it came by {part.exchange!r} under {part.routing_key!r}, where nobody may put it in here")


class EventConsumer:
    """One loop for one service's event queue. `batch` counts events, `prefetch` messages."""

    def __init__(
        self,
        service: ServiceName,
        amqp_url: str,
        inbox: Inbox,
        sweeper: Sweeper,
        frame_engine: Engine,
        *,
        batch: int = 200,
        prefetch: int = 400,
        queue: str | None = None,
    ) -> None:
        self._service = service
        self._queue = queue or QUEUES[service]
        self._amqp_url = amqp_url
        self._inbox = inbox
        self._sweeper = sweeper
        self._frame_engine = frame_engine
        self._batch = batch
        self._prefetch = prefetch
        self._stopping = False
        self._waiting: deque[Delivery] = deque()
        self._events_waiting = 0
        self._pace = Pace()
        self.heartbeat = Heartbeat("events", max_age=60)

    def stop(self) -> None:
        self._stopping = True

    def run(self) -> None:
        """Until stopped. Reconnects for ever, with backoff."""
        pause = 0.2
        while not self._stopping:
            self.heartbeat.beat()
            try:
                with connect(self._amqp_url) as connection:
                    check_topology(connection, self._service)
                    channel = self._start(connection)
                    pause = 0.2
                    self._consume(connection, channel)
            except QueueTakenAway:
                log.error("the broker took the event queue away", queue=self._queue)
                time.sleep(pause)
            except Exception as error:
                if isinstance(error, CONNECTION_ERRORS):
                    log.warning("consumer lost the broker and connects again", error=str(error)[:600])
                else:
                    log.exception("consumer failed and connects again")
                time.sleep(pause * random.uniform(0.8, 1.2))
                pause = min(pause * 2, 5.0)
            finally:
                # Unacked messages come back by themselves; what we hold of them is stale.
                self._waiting.clear()
                self._events_waiting = 0

    def _start(self, connection: Connection) -> amqp.Channel:
        channel: amqp.Channel = connection.channel()
        # Bodies are read as they are: a content encoding may say anything.
        channel.auto_decode = False
        channel.basic_qos(0, self._prefetch, False)
        channel.basic_consume(self._queue, callback=self._take, on_cancel=self._cancelled)
        return channel

    def _take(self, message: amqp.Message) -> None:
        delivery = delivered(message)
        self._waiting.append(delivery)
        self._events_waiting += len(delivery.parts)

    def _cancelled(self, _consumer_tag: str) -> None:
        """The queue was deleted, or its node lost it (RabbitMQ 3.10, killed within a second of its declaration):
        nothing would come any more, and nobody would say so."""
        raise QueueTakenAway(self._queue)

    def _consume(self, connection: Connection, channel: amqp.Channel) -> None:
        while not self._stopping:
            self.heartbeat.beat()
            self._gather(connection)
            if not self._waiting:
                connection.heartbeat_check()
                continue
            batch = self._next_batch()
            self._apply(connection, [part for delivery in batch for part in delivery.parts])
            channel.basic_ack(batch[-1].tag, multiple=True)
            self._pace.done()

    def _next_batch(self) -> list[Delivery]:
        """Whole messages until a batch of events is together: none is half done when it is acknowledged."""
        taken: list[Delivery] = []
        events = 0
        while self._waiting and events < self._batch:
            taken.append(self._waiting.popleft())
            events += len(taken[-1].parts)
        self._events_waiting -= events
        return taken

    def _gather(self, connection: Connection) -> None:
        """Wait for a first message, then take what comes while work gathers, up to a batch."""
        try:
            if not self._waiting:
                connection.drain_events(timeout=0.5)
            while self._events_waiting < self._batch:
                connection.drain_events(timeout=max(0.001, self._pace.left()))
        except TimeoutError:
            pass
        if self._waiting:
            self._pace.turn()

    def _apply(self, connection: Connection, parts: Sequence[MessagePart]) -> None:
        """Returns when every event has had its effect, is parked or is in quarantine."""
        pause = 0.1
        while True:
            try:
                events = self._decoded(parts)
                BATCH_SIZE.labels(self._service).observe(len(events))
                if events:
                    with HANDLER_SECONDS.labels(self._service).time(), batch_span(self._service, events):
                        result = self._inbox.apply(events)
                    if result.parked or result.released:
                        self._sweeper.wake()
                crash_point(f"{self._service}.events.before_ack")
                return
            except Exception as error:
                if isinstance(error, CONNECTION_ERRORS) and not is_infrastructure_fault(error):
                    raise
                if not is_infrastructure_fault(error) and not isinstance(error, ConcurrentBatch | StaleVersion):
                    log.exception("batch failed as a whole and is tried again", size=len(parts))
                else:
                    log.warning("consuming pauses", error=str(error)[:300], pause=round(pause, 2))
                self.heartbeat.beat()
                time.sleep(pause * random.uniform(0.8, 1.2))
                connection.heartbeat_check()
                if self._stopping:
                    raise ConnectionAbortedError("stopping with an unfinished batch") from error
                pause = min(pause * 2, 5.0)

    def _decoded(self, parts: Sequence[MessagePart]) -> list[Received[Any]]:
        events = []
        for part in parts:
            try:
                if part.wrong is not None:
                    raise Undecodable(part.wrong)
                event = decode(part.body, wanted=self._inbox.wanted)
                refuse_borrowed_name(event.envelope.source, part, self._queue)
                events.append(event)
            except Undecodable as error:
                quarantine(self._frame_engine, self._queue, part.body, with_publisher(part), str(error))
        return events
