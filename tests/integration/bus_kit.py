"""Relay and consumer as threads of a test, an outbox to empty, and a look at the queue between them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from frame_kit import message_body, psycopg_url

from chassis.edge.frame import Frame
from chassis.events.broker import connect
from chassis.events.consumer import EventConsumer
from chassis.events.inbox import Inbox
from chassis.events.relay import Relay
from chassis.events.sweeper import Sweeper
from chassis.write.outbox import partition_of
from console.servers.provision import Dsns
from contracts.flow import QUEUES

KEY = "notify.message.MessageDelivered"


def purge_queues(url: str) -> None:
    with connect(url) as connection:
        channel = connection.channel()
        for queue in QUEUES.values():
            channel.queue_purge(queue)


@contextmanager
def running(*loops: Relay | EventConsumer | Sweeper) -> Iterator[None]:
    threads = [threading.Thread(target=loop.run, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.stop()
        for thread in threads:
            thread.join(10)


def consumer_on(frame: Frame, inbox: Inbox) -> tuple[EventConsumer, Sweeper]:
    sweeper = Sweeper(frame.frame_engine, inbox, frame.clock, poll=0.05)
    consumer = EventConsumer(
        "oversight", frame.settings.amqp_url, inbox, sweeper, frame.frame_engine, batch=50, prefetch=100
    )
    return consumer, sweeper


def fill_outbox(dsns: Dsns, pairs: list[tuple[str, int]]) -> None:
    """Committed events that wait for a relay."""
    with psycopg.connect(psycopg_url(dsns.owner)) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence,"
            " type, routing_key, body) VALUES ('zhanggong', 'zhanggong', %s, %s, 'message', %s, %s,"
            " 'MessageDelivered', %s, %s)",
            [
                (f"{subject}-{n}", partition_of(subject), subject, n, KEY, message_body(subject, n).decode())
                for subject, n in pairs
            ],
        )


def pending(dsns: Dsns) -> int:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        row = connection.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL").fetchone()
    assert row
    return int(row[0])


def queue_depth(url: str) -> int:
    with connect(url) as connection:
        return int(connection.channel().queue_declare(QUEUES["oversight"], passive=True).message_count)
