"""What was said before, told to a consumer that newly hears it: out of the outbox and the event log of its producer.

Each producer tells from its own store, by itself, once its new version runs: the hearers of an event are upgraded before
those who say it, so the consumer's queue is bound and its handlers are there. In order of position, so in order of each
aggregate, and to that one consumer alone, by a routing key of its own. The end is set once the queue is bound: whatever
is published later comes live. What comes live meanwhile is parked behind its gap and follows when that is closed.

Idempotent: the consumer's positions make a repeat harmless. Resumable: the cursor is moved in the transaction that has
the broker's confirms. Paced: nothing is added while a hundred messages wait in the consumer's queue. Marked as
`replayed`, for what is history is no reason to send anybody a message.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kombu import Connection
from sqlalchemy import Connection as Database
from sqlalchemy import Engine, text

from chassis.events.broker import ConfirmedPublisher, connect
from chassis.events.bundles import Waiting, bundled
from chassis.events.hearing import Hearing, advance, begin, due
from chassis.events.topology import check_topology
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.crash import crash_point
from chassis.keeping.event_log import KeptEvent, last_position, published_between
from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.observability.metrics import REPLAY_REMAINING
from chassis.observability.telemetry import get_logger
from contracts.flow import QUEUES, replay_key
from contracts.message import ServiceName

log = get_logger(__name__)

STRETCH = 2_000
"""Positions that are told in one transaction, confirms included."""

MOST_WAITING = 100
"""Messages in a consumer's queue, each of up to 64 events, beyond which nothing is added to it."""

LOOK_SECONDS = 30.0
"""How often it is looked whether somebody is due, while nobody is."""

FULL_SECONDS = 0.5
"""How long a queue that is full is left alone."""

REPLAY_LOCK = 7203004

SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
ALONE = text("SELECT pg_try_advisory_xact_lock(:k)")
MARK = '{"replayed":true,'


class ReplayStep(NamedTuple):
    """What one step came to. `waits` says that every consumer that is due has enough to do, or another process tells it.

    `cleared` counts events that are kept no more: their aggregates cannot be told of.
    """

    events: int = 0
    cleared: int = 0
    waits: bool = False


class Replayer:
    """One loop of a producer. `look` is an engine in autocommit, by which it asks whether anybody is due."""

    def __init__(self, producer: ServiceName, engine: Engine, look: Engine, amqp_url: str) -> None:
        self._producer = producer
        self._engine = engine
        self._look = look
        self._amqp_url = amqp_url
        self._stopped = threading.Event()
        self._connection: Connection | None = None
        self._publisher: ConfirmedPublisher | None = None
        self.heartbeat = Heartbeat("replay", max_age=120)

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        run_until_stopped(self._stopped.is_set, self.heartbeat, self._turn)
        self.close()

    def _turn(self) -> None:
        if not self.remaining():
            self.close()
            self._stopped.wait(LOOK_SECONDS)
        elif self.tell().waits:
            self._stopped.wait(FULL_SECONDS)

    def remaining(self) -> list[Hearing]:
        """Everything that is still to be told."""
        with self._look.connect() as database:
            found = due(database)
        for consumer in QUEUES:
            left = [(each.upto or 0) - each.cursor for each in found if each.consumer == consumer]
            REPLAY_REMAINING.labels(consumer).set(max(left, default=0))
        return found

    def tell(self) -> ReplayStep:
        """Tell the first consumer that has room the next stretch. Broker and database may fail: then nothing has moved."""
        try:
            publisher = self._connected()
            with self._engine.begin() as database:
                database.execute(SNAPSHOT)
                if not database.execute(ALONE, {"k": REPLAY_LOCK}).scalar_one():
                    return ReplayStep(waits=True)
                return self._tell(database, publisher)
        except CONNECTION_ERRORS:
            self.close()
            raise

    def _tell(self, database: Database, publisher: ConfirmedPublisher) -> ReplayStep:
        begin(database, last_position(database))
        for consumer, hearings in _by_consumer(due(database)).items():
            if self._depth(consumer) < MOST_WAITING:
                return self._stretch(database, publisher, consumer, hearings)
        return ReplayStep(waits=True)

    def _stretch(
        self, database: Database, publisher: ConfirmedPublisher, consumer: ServiceName, hearings: Sequence[Hearing]
    ) -> ReplayStep:
        """Those who are furthest behind go on together until they meet the next one."""
        cursor = min(each.cursor for each in hearings)
        behind = [each for each in hearings if each.cursor == cursor]
        meets = [each.cursor for each in hearings if each.cursor > cursor]
        end = min([cursor + STRETCH, *meets, *(each.upto or 0 for each in behind)])
        types = [each.aggregate_type for each in behind]
        kept = published_between(database, cursor, end, types)
        publisher.publish(bundled([self._again(event, consumer) for event in kept.events]))
        crash_point("replay.published_before_advance")
        counts = Counter(event.aggregate_type for event in kept.events)
        advance(database, consumer, {name: counts[name] for name in types}, end)
        if kept.cleared:
            log.warning("events are kept no more and cannot be replayed", consumer=consumer, events=kept.cleared)
        log.info("replayed", consumer=consumer, aggregate_types=",".join(types), events=len(kept.events), upto=end)
        return ReplayStep(len(kept.events), kept.cleared)

    def _again(self, event: KeptEvent, consumer: ServiceName) -> Waiting:
        key = replay_key(self._producer, event.aggregate_type, consumer)
        return Waiting(*event[:5], routing_key=key, body=MARK + event.body[1:])

    def _depth(self, consumer: ServiceName) -> int:
        assert self._connection is not None
        channel = self._connection.channel()
        try:
            return int(channel.queue_declare(QUEUES[consumer], passive=True).message_count)
        finally:
            channel.close()

    def _connected(self) -> ConfirmedPublisher:
        """By this connection everything is told: the producer's own. All queues are bound before anything is."""
        if self._publisher is None:
            self._connection = connect(self._amqp_url)
            check_topology(self._connection)
            self._publisher = ConfirmedPublisher(self._connection)
        return self._publisher

    def close(self) -> None:
        """Leave the broker; the next `tell` connects again."""
        connection, self._connection, self._publisher = self._connection, None, None
        if connection is not None:
            try:
                connection.release()
            except CONNECTION_ERRORS:
                log.info("the broker connection was already gone")


def _by_consumer(hearings: Sequence[Hearing]) -> Mapping[ServiceName, list[Hearing]]:
    found: dict[ServiceName, list[Hearing]] = {}
    for each in hearings:
        found.setdefault(each.consumer, []).append(each)
    return found
