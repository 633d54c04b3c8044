"""Outbox → relay → queue → consumer, on a real broker: kept, in order, and past every interruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import amqp
import psycopg
import pytest
from bus_kit import KEY, consumer_on, fill_outbox, pending, purge_queues, queue_depth, running
from frame_kit import add_effects, effects, inbox_on, message_body, psycopg_url
from frame_review_kit import through, wire_to
from structlog.testing import capture_logs

from chassis.edge.frame import Frame
from chassis.events.broker import ConfirmedPublisher, Outgoing, connect
from chassis.events.inbox import BatchResult, Inbox
from chassis.events.received import Received
from chassis.events.relay import Relay
from chassis.events.topology import AGAIN, check_topology, marker, rpc_queue
from chassis.foundation.broker_faults import PublishFailed, TopologyMissing
from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.servers.broker_topology import declare_topology
from console.servers.provision import Dsns
from console.servers.rabbitmq import RabbitMQ
from contracts.flow import QUEUES


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    made = service_database("gateway")
    add_effects(made)
    return made


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns, amqp_url: str) -> Frame:
    return service_frame("gateway", dsns=dsns, amqp_url=amqp_url)


@pytest.fixture(autouse=True)
def empty_queues(amqp_url: str) -> None:
    purge_queues(amqp_url)


def publish(url: str, *bodies: bytes) -> None:
    with connect(url) as connection:
        ConfirmedPublisher(connection).publish([Outgoing(KEY, body, "m") for body in bodies])


def test_two_relays_and_a_consumer_keep_every_aggregate_in_order(frame: Frame, dsns: Dsns) -> None:
    fill_outbox(dsns, [(f"s{k}", n) for n in range(1, 26) for k in range(20)])
    relays = [Relay(frame.frame_engine, frame.settings.amqp_url, poll=0.02) for _ in range(2)]
    with running(*relays, *consumer_on(frame, inbox_on(frame))):
        eventually(lambda: len(effects(dsns)) == 500)
    done = effects(dsns)
    for k in range(20):
        assert [n for subject, n in done if subject == f"s{k}"] == list(range(1, 26))
    assert pending(dsns) == 0


def test_every_event_delivered_three_times_has_one_effect(frame: Frame, dsns: Dsns) -> None:
    bodies = [message_body(f"t{k}", n) for n in range(1, 6) for k in range(10)]
    for _ in range(3):
        publish(frame.settings.amqp_url, *bodies)
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: len(effects(dsns)) == 50)
        eventually(lambda: queue_depth(frame.settings.amqp_url) == 0)
    assert len(effects(dsns)) == 50


def test_poison_is_quarantined_at_once_and_the_traffic_goes_on(frame: Frame, dsns: Dsns) -> None:
    publish(
        frame.settings.amqp_url, b"{not json", message_body("p", 1), b'{"specversion": "1.0"}', message_body("p", 2)
    )
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: effects(dsns) == [("p", 1), ("p", 2)])
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        rows = connection.execute("SELECT queue, error FROM quarantine ORDER BY error").fetchall()
    assert [row[0] for row in rows] == [QUEUES["oversight"]] * 2
    assert all("ValidationError" in row[1] for row in rows)


def test_connections_closed_by_the_broker_lose_nothing_and_double_nothing(
    frame: Frame, dsns: Dsns, rabbitmq: RabbitMQ
) -> None:
    fill_outbox(dsns, [(f"c{k}", n) for n in range(1, 41) for k in range(20)])
    relay = Relay(frame.frame_engine, frame.settings.amqp_url, poll=0.02)
    with running(relay, *consumer_on(frame, inbox_on(frame))):
        for enough in (100, 300, 500):
            eventually(lambda enough=enough: len(effects(dsns)) >= enough, within=40)
            rabbitmq.close_connections(frame.settings.amqp_url)
        eventually(lambda: len(effects(dsns)) == 800, within=40)
        eventually(lambda: pending(dsns) == 0)
    assert len(set(effects(dsns))) == 800


def test_a_database_that_is_away_keeps_the_messages_and_parks_nothing(
    service_frame: Callable[..., Frame], dsns: Dsns, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = wire_to(dsns.app)
    by_wire = Dsns(app=through(wire, dsns.app), frame=through(wire, dsns.frame), owner=dsns.owner)
    frame = service_frame("gateway", dsns=by_wire, amqp_url=amqp_url)
    inbox = inbox_on(frame)
    tried: list[bool] = []

    def apply(events: Sequence[Received[Any]]) -> BatchResult:
        tried.append(False)
        result = Inbox.apply(inbox, events)
        tried[-1] = True
        return result

    monkeypatch.setattr(inbox, "apply", apply)
    publish(amqp_url, *[message_body(f"d{k}", 1) for k in range(10)])
    with running(*consumer_on(frame, inbox)):
        eventually(lambda: len(effects(dsns)) == 10)
        wire.cut()
        before = len(tried)
        publish(amqp_url, *[message_body(f"d{k}", 1) for k in range(10, 40)])
        # In vain, again and again: the messages are held, and the queue has them back if the process dies.
        eventually(lambda: len(tried) >= before + 3, within=60)
        assert not any(tried[before:])
        assert len(effects(dsns)) == 10
        wire.mend()
        eventually(lambda: len(effects(dsns)) == 40, within=60)
        eventually(lambda: queue_depth(amqp_url) == 0)
    wire.close()
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        assert owner.execute("SELECT count(*) FROM parked").fetchone() == (0,)
        assert owner.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)


def test_a_queue_that_is_taken_away_is_named_until_an_administrator_makes_it_anew(frame: Frame, dsns: Dsns) -> None:
    # As RabbitMQ 3.10 may lose a quorum queue whose node is killed within a second of its declaration.
    said: list[str] = []
    consumer, sweeper = consumer_on(frame, inbox_on(frame))
    with running(consumer, sweeper), capture_logs() as lines:
        publish(frame.settings.amqp_url, message_body("q", 1))
        eventually(lambda: effects(dsns) == [("q", 1)])
        with connect(frame.settings.amqp_url) as connection:
            connection.channel().queue_delete(QUEUES["oversight"])
        eventually(lambda: [line for line in lines if line["log_level"] == "error"], within=10)
        eventually(
            lambda: [line for line in lines if "缺少：zhida.oversight.events" in line.get("error", "")], within=10
        )
        with connect(frame.settings.amqp_url) as connection:
            declare_topology(connection)
        eventually(lambda: published(frame.settings.amqp_url, message_body("q", 2)), within=20)
        eventually(lambda: effects(dsns) == [("q", 1), ("q", 2)], within=20)
        said += [line["event"] for line in lines if line["log_level"] == "error"]
    assert said == ["the broker took the event queue away"]


def published(url: str, body: bytes) -> bool:
    """Whether some queue took it: while ours is away nobody is bound."""
    try:
        publish(url, body)
    except PublishFailed:
        return False
    return True


def test_an_event_that_nobody_is_bound_to_is_not_taken_for_published(amqp_url: str) -> None:
    with connect(amqp_url) as connection:
        publisher = ConfirmedPublisher(connection)
        with pytest.raises(PublishFailed, match="nobody is bound"):
            publisher.publish([Outgoing("nobody.listens.Here", b"{}", "x")])


def test_what_is_missing_on_the_broker_is_named_and_made_by_provisioning(rabbitmq: RabbitMQ) -> None:
    address = rabbitmq.add_vhost(f"test-bare-{new_id()[-8:]}")
    try:
        with connect(address.url) as connection:
            check_topology(connection, "notify")
            channel: amqp.Channel = connection.channel()
            channel.queue_delete(rpc_queue("notify"))
            channel.exchange_delete(AGAIN)
            channel.exchange_delete(marker())
            with pytest.raises(TopologyMissing, match=r"缺少：zhida\.again、rpc-notify。.*provision_broker"):
                check_topology(connection, "notify")
            rabbitmq.add_vhost(address.vhost)
            check_topology(connection, "notify")
            channel.exchange_delete(marker())
            with pytest.raises(TopologyMissing, match="本版本的绑定"):
                check_topology(connection)
            declare_topology(connection)
            check_topology(connection, "notify")
    finally:
        rabbitmq.delete_vhost(address.vhost)


def test_a_relay_publishes_nothing_on_a_broker_that_lacks_what_the_events_are_for(
    service_frame: Callable[..., Frame], dsns: Dsns, rabbitmq: RabbitMQ
) -> None:
    address = rabbitmq.add_vhost(f"test-bare-{new_id()[-8:]}")
    frame = service_frame("gateway", dsns=dsns, amqp_url=address.url)
    fill_outbox(dsns, [("a", 1)])
    try:
        with connect(address.url) as connection:
            connection.channel().exchange_delete(marker())
        relay = Relay(frame.frame_engine, address.url, poll=0.02)
        with pytest.raises(TopologyMissing):
            relay.publish_pending()
        relay._disconnect()
        rabbitmq.add_vhost(address.vhost)
        assert relay.publish_pending() == 1
        relay._disconnect()
    finally:
        rabbitmq.delete_vhost(address.vhost)
