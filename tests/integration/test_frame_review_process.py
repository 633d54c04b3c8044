"""A service as a process: what it does when it is told to stop, told nonsense, or its surroundings go away."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from frame_kit import add_effects, psycopg_url
from frame_review_kit import RPC_QUEUE, Caller, NotingProcess, Wire, calling, through, wire_to

from chassis.events.broker import connect
from chassis.testing.waiting import eventually
from console.servers.provision import Dsns
from console.servers.rabbitmq import RabbitMQ


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    made = service_database("gateway")
    add_effects(made)
    return made


@pytest.fixture
def database_wire(dsns: Dsns) -> Iterator[Wire]:
    wire = wire_to(dsns.app)
    yield wire
    wire.close()


@pytest.fixture
def broker_wire(amqp_url: str) -> Iterator[Wire]:
    wire = wire_to(amqp_url)
    yield wire
    wire.close()


@pytest.fixture
def process(
    dsns: Dsns, amqp_url: str, tmp_path: Path, database_wire: Wire, broker_wire: Wire
) -> Iterator[NotingProcess]:
    """Its database and broker are reached by wires."""
    by_wire = Dsns(app=through(database_wire, dsns.app), frame=through(database_wire, dsns.frame), owner=dsns.owner)
    process = NotingProcess(by_wire, through(broker_wire, amqp_url), tmp_path)
    yield process
    process.end()


@pytest.fixture
def caller(amqp_url: str) -> Iterator[Caller]:
    with calling(amqp_url) as caller:
        yield caller


def rows(dsns: Dsns, statement: str) -> list[Any]:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute(statement).fetchall()


def notes(dsns: Dsns) -> list[str]:
    return [row[0] for row in rows(dsns, "SELECT subject FROM effect ORDER BY position")]


def in_hand(dsns: Dsns) -> bool:
    """Whether a command runs: it holds its idempotency key."""
    return bool(
        rows(
            dsns,
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND classid <> 0"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
    )


def test_a_process_without_the_role_rpc_leaves_commands_to_those_that_have_it(
    process: NotingProcess, caller: Caller, dsns: Dsns
) -> None:
    quiet = process.start(ZHIDA_ROLES="events,relay,timers")
    number = caller.order("for somebody else")
    eventually(lambda: caller.waiting() == (1, 0))
    process.start(ZHIDA_ROLES="rpc")
    assert eventually(lambda: caller.answers(number)) == [{"ok": {"text": "for somebody else"}}]
    quiet.send_signal(signal.SIGTERM)
    assert quiet.wait(20) == 0


def test_an_order_that_is_no_json_is_quarantined_and_the_process_goes_on(
    process: NotingProcess, caller: Caller, dsns: Dsns
) -> None:
    process.start()
    caller.send(b"{oops")
    caller.send(b"\x80\x04", content_type="application/x-python-serialize")
    number = caller.order("after the poison")
    assert eventually(lambda: caller.answers(number)) == [{"ok": {"text": "after the poison"}}]
    assert eventually(lambda: rows(dsns, "SELECT queue FROM quarantine")) == [(RPC_QUEUE,)] * 2


def test_poison_does_not_kill_the_process_when_the_database_is_away(
    process: NotingProcess, caller: Caller, dsns: Dsns, database_wire: Wire
) -> None:
    running = process.start()
    database_wire.cut()
    caller.send(b"{}", reply=False)
    caller.send(b"{oops")
    eventually(lambda: "quarantine has to wait" in process.log or running.poll() is not None, within=30)
    assert running.poll() is None, process.log[-3000:]
    database_wire.mend()
    eventually(lambda: len(rows(dsns, "SELECT 1 FROM quarantine")) == 2, within=40)
    assert running.poll() is None


def test_a_command_in_hand_is_finished_and_answered_once_when_the_process_is_stopped(
    process: NotingProcess, caller: Caller, dsns: Dsns
) -> None:
    running = process.start()
    number = caller.order("the last one", seconds=2)
    eventually(lambda: in_hand(dsns))
    running.send_signal(signal.SIGTERM)
    other = process.start()
    assert running.wait(20) == 0
    eventually(lambda: caller.waiting()[0] == 0)
    assert other.poll() is None
    answers = eventually(lambda: caller.answers(number))
    # The broker gives the order to the other replica as well, which answers the same.
    assert all(answer == {"ok": {"text": "the last one"}} for answer in answers)
    assert notes(dsns) == ["the last one"]


def test_being_told_to_stop_twice_is_no_different_from_once(process: NotingProcess, caller: Caller, dsns: Dsns) -> None:
    running = process.start()
    number = caller.order("the last one", seconds=2)
    eventually(lambda: in_hand(dsns))
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGTERM)
    running.send_signal(signal.SIGTERM)
    assert eventually(lambda: caller.answers(number)) == [{"ok": {"text": "the last one"}}]
    assert running.wait(20) == 0
    assert "Traceback" not in process.log


def test_a_process_that_starts_before_its_database_waits_for_it(
    process: NotingProcess, caller: Caller, database_wire: Wire
) -> None:
    database_wire.cut()
    running = process.start(ready=False)
    eventually(lambda: "waiting for the database" in process.log or running.poll() is not None, within=60)
    assert running.poll() is None, process.log[-3000:]
    assert caller.waiting()[1] == 0
    database_wire.mend()
    eventually(lambda: process.is_ready(running), within=60)


def test_a_process_whose_role_is_too_strong_takes_no_order(process: NotingProcess, caller: Caller, dsns: Dsns) -> None:
    caller.order("not with these rights")
    running = process.start(ready=False, DATABASE_URL=dsns.owner)
    assert running.wait(60) != 0
    assert "行级安全对它不起作用" in process.log
    assert caller.waiting()[0] == 1
    assert notes(dsns) == []


def test_the_first_answer_after_the_broker_closed_every_connection_is_not_lost(
    process: NotingProcess, amqp_url: str, rabbitmq: RabbitMQ, dsns: Dsns
) -> None:
    process.start()
    with calling(amqp_url) as before:
        number = before.order("before")
        assert eventually(lambda: before.answers(number))
    rabbitmq.close_connections(amqp_url)
    with calling(amqp_url) as after:
        number = after.order("after")
        assert eventually(lambda: after.answers(number), within=10) == [{"ok": {"text": "after"}}]


def test_a_broker_that_is_away_when_the_answer_is_due_costs_neither_process_nor_order(
    process: NotingProcess, caller: Caller, dsns: Dsns, broker_wire: Wire
) -> None:
    running = process.start()
    first = caller.order("warm up")
    eventually(lambda: caller.answers(first))
    number = caller.order("in between", seconds=1)
    eventually(lambda: in_hand(dsns))
    broker_wire.cut()
    eventually(lambda: "reply given up" in process.log or running.poll() is not None, within=30)
    assert running.poll() is None, process.log[-3000:]
    broker_wire.mend()
    assert eventually(lambda: caller.answers(number), within=40)[0] == {"ok": {"text": "in between"}}
    assert notes(dsns) == ["warm up", "in between"]


def test_a_broker_that_falls_silent_is_left_for_a_new_connection(
    process: NotingProcess, caller: Caller, dsns: Dsns, broker_wire: Wire
) -> None:
    """Its machine is gone, and what stands before it (a balancer, a sidecar) keeps the connections open."""
    running = process.start(HEARTBEAT="2")
    first = caller.order("before")
    assert eventually(lambda: caller.answers(first))
    broker_wire.hold()
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute(
            "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
            " routing_key, body) VALUES ('t', 't', 'e', 0, 'message', 'm', 1, 'MessageDelivered',"
            " 'notify.message.MessageDelivered', '{}')"
        )
    eventually(lambda: rows(dsns, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)], within=60)
    number = caller.order("after")
    assert eventually(lambda: caller.answers(number), within=60) == [{"ok": {"text": "after"}}]
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0


def test_the_kit_leaves_no_queue_behind_that_others_use(amqp_url: str, caller: Caller) -> None:
    with connect(amqp_url) as connection:
        assert connection.channel().queue_declare(RPC_QUEUE, passive=True).queue == RPC_QUEUE
