"""An event counts from its producer alone, whatever it says of itself and whichever way it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import orjson
import psycopg
import pytest
from broker_hands import Hand
from bus_kit import consumer_on, purge_queues, queue_depth, running
from frame_kit import add_effects, effects, inbox_on, message_body, psycopg_url

from chassis.edge.frame import Frame
from chassis.events.broker import connect
from chassis.events.quarantine import quarantined_messages, send_again
from chassis.events.topology import AGAIN
from chassis.testing.waiting import eventually
from chassis.time.clock import SystemClock
from console.servers.broker_topology import OPERATOR
from console.servers.provision import Dsns
from console.servers.rabbitmq import AmqpAddress, RabbitMQ
from contracts.flow import EXCHANGE, QUEUES

QUEUE = QUEUES["oversight"]
JSON = {"content_type": "application/cloudevents+json", "delivery_mode": 2}


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    dsns = service_database("gateway")
    add_effects(dsns)
    return dsns


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns, amqp_url: str) -> Frame:
    purge_queues(amqp_url)
    return service_frame("gateway", dsns=dsns, amqp_url=amqp_url)


@pytest.fixture
def hand_of(rabbitmq: RabbitMQ, amqp_url: str) -> Iterator[Callable[[str], Hand]]:
    urls = rabbitmq.identities(AmqpAddress(amqp_url))
    opened: list[Hand] = []

    def hand(name: str) -> Hand:
        opened.append(Hand(urls[name]))
        return opened[-1]

    yield hand
    for each in opened:
        each.close()


@contextmanager
def listening(frame: Frame) -> Iterator[None]:
    consumer, sweeper = consumer_on(frame, inbox_on(frame))
    with running(consumer, sweeper):
        yield


def kept(frame: Frame) -> list[str]:
    return [message.error for message in quarantined_messages(frame.frame_engine)]


def test_what_a_service_publishes_in_anothers_name_is_quarantined_with_both_names(
    frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]
) -> None:
    with listening(frame):
        assert hand_of("intake").may_publish(
            EXCHANGE, "intake.application.ApplicationSubmitted", message_body("f", 1), **JSON
        )
        assert hand_of("notify").may_publish(EXCHANGE, "notify.message.MessageDelivered", message_body("g", 1), **JSON)
        eventually(lambda: effects(dsns) == [("g", 1)] and len(kept(frame)) == 1)
    assert kept(frame) == ["published by intake in the name of /zhida/notify"]


def test_neither_does_it_count_in_a_bundle_among_honest_ones(
    frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]
) -> None:
    bundle = b"[" + b",".join((message_body("g", 1), altered(message_body("f", 1), source="/zhida/review"))) + b"]"
    with listening(frame):
        hand_of("notify").may_publish(
            EXCHANGE, "notify.message.MessageDelivered", bundle, content_type="application/cloudevents-batch+json"
        )
        eventually(lambda: effects(dsns) == [("g", 1)] and len(kept(frame)) == 1)
    assert "notify says it of message" in kept(frame)[0]


def test_an_event_whose_source_is_not_its_producer_is_refused_by_whichever_way_it_comes(
    frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]
) -> None:
    forged = altered(message_body("f", 1), source="/zhida/treasury")
    with listening(frame):
        for name in (OPERATOR, "oversight"):
            assert hand_of(name).may_publish(AGAIN, QUEUE, forged, **JSON)
        assert hand_of("treasury").may_publish(EXCHANGE, "treasury.disbursement.DisbursementSettled", forged, **JSON)
        eventually(lambda: queue_depth(frame.settings.amqp_url) == 0 and kept(frame))
    assert kept(frame) == [
        "zhida.notify.MessageDelivered of 'message' came from /zhida/treasury: notify says it of message"
    ]
    assert effects(dsns) == []


def test_the_place_in_anothers_sequence_is_not_taken_by_an_event_of_an_unknown_type(
    frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]
) -> None:
    forged = altered(message_body("g", 1), source="/zhida/intake", type="zhida.intake.Thing")
    honest = altered(message_body("g", 1), type="zhida.notify.MessageOfALaterVersion")
    with listening(frame):
        hand_of("intake").may_publish(EXCHANGE, "intake.application.Thing", forged, **JSON)
        eventually(lambda: len(kept(frame)) == 1)
        hand_of("notify").may_publish(EXCHANGE, "notify.message.MessageOfALaterVersion", honest, **JSON)
        hand_of("notify").may_publish(EXCHANGE, "notify.message.MessageDelivered", message_body("g", 2), **JSON)
        eventually(lambda: effects(dsns) == [("g", 2)])
    assert kept(frame) == ["zhida.intake.Thing of 'message' came from /zhida/intake: nobody says it"]


def test_a_copy_to_a_further_key_does_not_count(frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]) -> None:
    """RabbitMQ 3 lets a message name further keys (CC) without asking whether its publisher may use them."""
    copies = {"application_headers": {"CC": ["notify.message.MessageDelivered", QUEUE]}}
    with listening(frame):
        intake = hand_of("intake")
        by_events = intake.may_publish(EXCHANGE, "intake.nothing.Here", message_body("a", 1), **JSON, **copies)
        intake.may_publish(EXCHANGE, "intake.application.X", message_body("b", 1), **JSON, **copies)
        intake.may_publish(AGAIN, QUEUES["intake"], message_body("c", 1), **JSON, **copies)
        assert hand_of("notify").may_publish(EXCHANGE, "notify.message.MessageDelivered", message_body("g", 1), **JSON)
        eventually(lambda: effects(dsns) == [("g", 1)] and queue_depth(frame.settings.amqp_url) == 0)
    assert not by_events
    assert set(kept(frame)) <= {
        "published by intake in the name of /zhida/notify",
        "it came by 'zhida.again' under 'zhida.intake.events', where nobody may put it in here",
    }


def test_a_forged_event_that_is_sent_again_out_of_quarantine_is_still_forged(
    frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]
) -> None:
    with listening(frame):
        hand_of("intake").may_publish(EXCHANGE, "intake.application.X", message_body("f", 1), **JSON)
        (message,) = eventually(lambda: quarantined_messages(frame.frame_engine))
        send_again(frame.frame_engine, frame.settings.amqp_url, message, by="op", at=SystemClock().now())
        eventually(lambda: queue_depth(frame.settings.amqp_url) == 0 and kept(frame))
    assert kept(frame) == ["published by intake in the name of /zhida/notify"]
    assert effects(dsns) == []


def test_the_operator_can_replay_an_old_event_into_one_consumers_queue(
    frame: Frame, dsns: Dsns, hand_of: Callable[[str], Hand]
) -> None:
    with listening(frame):
        operator = hand_of(OPERATOR)
        assert operator.may_publish(AGAIN, QUEUE, message_body("g", 1), **JSON)
        eventually(lambda: effects(dsns) == [("g", 1)])
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)


def altered(body: bytes, **fields: Any) -> bytes:
    return orjson.dumps({**orjson.loads(body), **fields})


def test_a_message_that_came_by_no_known_way_is_quarantined(frame: Frame, dsns: Dsns, amqp_url: str) -> None:
    with connect(amqp_url) as connection:  # as the administrator, who could
        channel: amqp.Channel = connection.channel()
        channel.exchange_declare("elsewhere", "topic", durable=False, auto_delete=True)
        channel.queue_bind(QUEUE, "elsewhere", "x")
        with listening(frame):
            channel.basic_publish(amqp.Message(message_body("f", 1), **JSON), "elsewhere", "x")
            eventually(lambda: len(kept(frame)) == 1)
        channel.queue_unbind(QUEUE, "elsewhere", "x")
    assert "'elsewhere'" in kept(frame)[0]
    assert effects(dsns) == []
