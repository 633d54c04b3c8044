"""The consumer on a real broker: poison of every make goes aside, and nothing ends its loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import psycopg
import pytest
from frame_kit import add_effects, effects, inbox_on, message_body, psycopg_url
from frame_review_kit import through, wire_to

from chassis.edge.frame import Frame
from chassis.events.broker import connect
from chassis.events.consumer import EventConsumer
from chassis.events.sweeper import Sweeper
from chassis.testing.waiting import eventually
from console.servers.provision import Dsns
from contracts.flow import EXCHANGE, QUEUES

KEY = "notify.message.MessageDelivered"


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    made = service_database("gateway")
    add_effects(made)
    return made


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns, amqp_url: str) -> Frame:
    return service_frame("gateway", dsns=dsns, amqp_url=amqp_url)


@pytest.fixture(autouse=True)
def empty_queue(amqp_url: str) -> None:
    with connect(amqp_url) as connection:
        connection.channel().queue_purge(QUEUES["oversight"])


def consumer_on(frame: Frame) -> EventConsumer:
    inbox = inbox_on(frame)
    sweeper = Sweeper(frame.frame_engine, inbox, frame.clock, poll=0.05)
    return EventConsumer("oversight", frame.settings.amqp_url, inbox, sweeper, frame.frame_engine)


@contextmanager
def running(consumer: EventConsumer) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        consumer.stop()
        thread.join(10)


def publish(url: str, body: bytes, **properties: Any) -> None:
    with connect(url) as connection:
        channel: amqp.Channel = connection.channel()
        channel.basic_publish_confirm(amqp.Message(body, delivery_mode=2, **properties), EXCHANGE, KEY)


def rows(dsns: Dsns, statement: str) -> list[Any]:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute(statement).fetchall()


POISON = (
    (message_body("x", 1).replace(b"/zhida/notify", b"/zhida/nobody"), {}),
    (message_body("y", 1).replace(b'"sequence":1', b'"sequence":99999999999'), {}),
    (message_body("z", 1).replace(b'"aggregatetype":"message"', b'"aggregatetype":"mess\\u0000age"'), {}),
    (b"\\ud800", {"content_encoding": "unicode_escape"}),
    (b"", {}),
    (b"\xff\xfe", {"content_type": "text/plain", "application_headers": {"odd": b"\x00"}}),
    (b"[" * 100_000, {}),
)


def test_poison_of_every_make_goes_aside_and_the_traffic_goes_on(frame: Frame, dsns: Dsns) -> None:
    url = frame.settings.amqp_url
    publish(url, message_body("good", 1))
    for body, properties in POISON:
        publish(url, body, **properties)
    publish(url, message_body("good", 2))
    with running(consumer_on(frame)):
        eventually(lambda: effects(dsns) == [("good", 1), ("good", 2)])
        eventually(lambda: rows(dsns, "SELECT count(*) FROM quarantine") == [(len(POISON),)])
    assert rows(dsns, "SELECT count(*) FROM parked") == [(0,)]


def test_an_error_that_nobody_thought_of_does_not_end_the_loop(
    frame: Frame, dsns: Dsns, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = consumer_on(frame)
    gather, failures = consumer._gather, iter([AttributeError("'NoneType' object has no attribute 'drain_events'")])

    def fail_once(connection: Any) -> None:
        for error in failures:
            raise error
        gather(connection)

    monkeypatch.setattr(consumer, "_gather", fail_once)
    publish(frame.settings.amqp_url, message_body("a", 1))
    with running(consumer):
        eventually(lambda: effects(dsns) == [("a", 1)])


def test_a_consumer_that_is_stopped_while_the_database_is_away_gives_its_messages_back(
    frame: Frame, dsns: Dsns, service_frame: Callable[..., Frame], capsys: pytest.CaptureFixture[str]
) -> None:
    wire = wire_to(dsns.app)
    by_wire = Dsns(app=through(wire, dsns.app), frame=through(wire, dsns.frame), owner=dsns.owner)
    far = service_frame("gateway", dsns=by_wire, amqp_url=frame.settings.amqp_url)
    wire.cut()
    try:
        for number in range(1, 4):
            publish(frame.settings.amqp_url, message_body("a", number))
        with running(consumer_on(far)) as thread:
            eventually(lambda: "consuming pauses" in capsys.readouterr().out)
        assert not thread.is_alive()
    finally:
        wire.close()
    assert effects(dsns) == []
    with running(consumer_on(frame)):
        eventually(lambda: effects(dsns) == [("a", 1), ("a", 2), ("a", 3)])
    assert rows(dsns, "SELECT count(*) FROM parked") == [(0,)]


def test_a_database_that_goes_away_in_between_parks_nothing_and_loses_nothing(
    frame: Frame, dsns: Dsns, service_frame: Callable[..., Frame], capsys: pytest.CaptureFixture[str]
) -> None:
    wire = wire_to(dsns.app)
    by_wire = Dsns(app=through(wire, dsns.app), frame=through(wire, dsns.frame), owner=dsns.owner)
    far = service_frame("gateway", dsns=by_wire, amqp_url=frame.settings.amqp_url)
    try:
        with running(consumer_on(far)):
            publish(frame.settings.amqp_url, message_body("a", 1))
            eventually(lambda: effects(dsns) == [("a", 1)])
            wire.cut()
            publish(frame.settings.amqp_url, b"{poison")
            publish(frame.settings.amqp_url, message_body("a", 2))
            eventually(lambda: "consuming pauses" in capsys.readouterr().out)
            wire.mend()
            eventually(lambda: effects(dsns) == [("a", 1), ("a", 2)], within=30)
            assert rows(dsns, "SELECT count(*) FROM quarantine") == [(1,)]
    finally:
        wire.close()
    assert rows(dsns, "SELECT count(*) FROM parked") == [(0,)]
