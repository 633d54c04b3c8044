"""Several events in one message, on a real broker and database: each has its effect once, whatever befalls the message."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import amqp
import orjson
import psycopg
import pytest
from bus_kit import KEY, consumer_on, fill_outbox, pending, purge_queues, queue_depth, running
from frame_kit import add_effects, effects, inbox_on, message_body, psycopg_url
from frame_review_kit import NotingProcess, through, wire_to
from key_kit import key_environment

from chassis.edge.frame import Frame
from chassis.events import received
from chassis.events.broker import BUNDLE_TYPE, EVENT_TYPE, ConfirmedPublisher, Outgoing, connect
from chassis.events.bundles import MOST_EVENTS, taken_apart
from chassis.events.inbox import BatchResult, Inbox
from chassis.events.quarantine import quarantined_messages, send_again
from chassis.events.received import Received
from chassis.events.relay import BATCH, Relay
from chassis.testing.waiting import eventually
from console.servers.provision import Dsns
from contracts.flow import FLOW, QUEUES
from contracts.keys import variable
from contracts.notify import MessageDelivered


class MessageDeliveredOfOld(MessageDelivered):
    channel: Literal["inbox"]


BROKEN = b'{"specversion":"1.0","id":"broken"}'


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


def bundle(*events: bytes) -> bytes:
    return b"[" + b",".join(events) + b"]"


def publish(url: str, *bodies: bytes) -> None:
    """Each as a bundle."""
    with connect(url) as connection:
        ConfirmedPublisher(connection).publish([Outgoing(KEY, body, "a..z", BUNDLE_TYPE) for body in bodies])


def rows(dsns: Dsns, statement: str) -> list[Any]:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute(statement).fetchall()


def taken(url: str, count: int) -> list[amqp.Message]:
    """The messages that wait in oversight's queue; they go back there."""
    found: list[amqp.Message] = []
    with connect(url) as connection:
        connection.channel().basic_consume(QUEUES["oversight"], callback=found.append)
        while len(found) < count:
            connection.drain_events(timeout=10)
    return found


def test_a_burst_of_many_aggregates_arrives_bundled_and_is_applied_once_each_in_order(frame: Frame, dsns: Dsns) -> None:
    fill_outbox(dsns, [(f"s{k}", n) for n in range(1, 26) for k in range(40)])
    with running(Relay(frame.frame_engine, frame.settings.amqp_url, poll=0.02)):
        eventually(lambda: pending(dsns) == 0)
    fewest, batches = -(-1000 // MOST_EVENTS), -(-1000 // BATCH)
    assert eventually(lambda: queue_depth(frame.settings.amqp_url)) <= fewest + batches
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: len(effects(dsns)) == 1000)
        eventually(lambda: queue_depth(frame.settings.amqp_url) == 0)
    for k in range(40):
        assert [n for subject, n in effects(dsns) if subject == f"s{k}"] == list(range(1, 26))
    assert rows(dsns, "SELECT count(*) FROM parked") == [(0,)]


def test_one_event_on_a_quiet_system_is_sent_as_it_always_was(frame: Frame, dsns: Dsns) -> None:
    fill_outbox(dsns, [("quiet", 1)])
    with running(Relay(frame.frame_engine, frame.settings.amqp_url, poll=0.02)):
        eventually(lambda: pending(dsns) == 0)
    (message,) = taken(frame.settings.amqp_url, 1)
    assert message.body.encode() == message_body("quiet", 1)
    assert (message.properties["content_type"], message.properties["message_id"]) == (EVENT_TYPE, "quiet-1")


def test_a_bundle_says_what_it_is_and_holds_the_events_as_they_lay_in_the_outbox(frame: Frame, dsns: Dsns) -> None:
    fill_outbox(dsns, [(f"b{k}", 1) for k in range(3)])
    with running(Relay(frame.frame_engine, frame.settings.amqp_url, poll=0.02)):
        eventually(lambda: pending(dsns) == 0)
    (message,) = taken(frame.settings.amqp_url, 1)
    assert taken_apart(message.body.encode()) == [message_body(f"b{k}", 1) for k in range(3)]
    assert message.properties["content_type"] == "application/cloudevents-batch+json"
    assert message.properties["message_id"] == "b0-1..b2-1"
    assert message.delivery_info["routing_key"] == KEY


def test_a_broken_element_is_quarantined_alone_and_can_be_sent_again_as_an_event(
    frame: Frame, dsns: Dsns, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a consumer of an older version that does not know the channel yet, and is upgraded later.
    strange = message_body("strange", 1).replace(b'"channel":"inbox"', b'"channel":"sms"')
    monkeypatch.setattr(received, "EVENTS", {"MessageDelivered": MessageDeliveredOfOld})
    monkeypatch.setattr(received, "FLOW", {MessageDeliveredOfOld: FLOW[MessageDelivered]})
    publish(frame.settings.amqp_url, bundle(message_body("p", 1), BROKEN, strange, message_body("p", 2), b"17"))
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: effects(dsns) == [("p", 1), ("p", 2)])
        eventually(lambda: queue_depth(frame.settings.amqp_url) == 0)
        monkeypatch.undo()
        kept = {each.body: each for each in quarantined_messages(frame.frame_engine)}
        assert set(kept) == {BROKEN, strange, b"17"}
        assert {each.properties["content_type"] for each in kept.values()} == {EVENT_TYPE}
        send_again(frame.frame_engine, frame.settings.amqp_url, kept[strange], by="op", at=datetime.now(UTC))
        eventually(lambda: effects(dsns)[2:] == [("strange", 1)])
        # What is as unreadable as before comes back to where it was.
        send_again(frame.frame_engine, frame.settings.amqp_url, kept[BROKEN], by="op", at=datetime.now(UTC))
        eventually(lambda: {each.body for each in quarantined_messages(frame.frame_engine)} == {BROKEN, b"17"})
    assert rows(dsns, "SELECT count(*) FROM quarantine") == [(3,)]


@pytest.mark.parametrize("body", [b"[{oops", message_body("o", 1), b"", b"[" + message_body("o", 1) + b"]]"])
def test_what_is_no_array_is_quarantined_whole_and_can_be_sent_again_as_it_was(
    frame: Frame, dsns: Dsns, body: bytes
) -> None:
    publish(frame.settings.amqp_url, body, bundle(message_body("after", 1)))
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: effects(dsns) == [("after", 1)])
    (kept,) = quarantined_messages(frame.frame_engine)
    assert (kept.body, kept.properties["content_type"]) == (body, BUNDLE_TYPE)
    assert "not a JSON array" in kept.error


def test_a_bundle_without_events_is_acknowledged_and_the_traffic_goes_on(frame: Frame, dsns: Dsns) -> None:
    publish(frame.settings.amqp_url, b"[]", b" [ ] ")
    with running(*consumer_on(frame, inbox_on(frame))):
        publish(frame.settings.amqp_url, bundle(message_body("after", 1)))
        eventually(lambda: effects(dsns) == [("after", 1)])
    assert queue_depth(frame.settings.amqp_url) == 0
    assert rows(dsns, "SELECT count(*) FROM quarantine") == [(0,)]


def test_what_is_parked_out_of_a_bundle_is_kept_as_the_text_of_that_event(frame: Frame, dsns: Dsns) -> None:
    early = message_body("g", 2).replace(b'"receipt":"r"', b'"receipt":"r","unknown":[1.10,123456789012345678901]')
    publish(frame.settings.amqp_url, bundle(message_body("h", 1), early, message_body("h", 2)))
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: rows(dsns, "SELECT body FROM parked") == [(early.decode(),)])
        publish(frame.settings.amqp_url, bundle(message_body("g", 1)))
        eventually(lambda: effects(dsns) == [("h", 1), ("h", 2), ("g", 1), ("g", 2)])


def test_a_bundle_of_two_tenants_is_handled_for_both(frame: Frame, dsns: Dsns) -> None:
    publish(
        frame.settings.amqp_url,
        bundle(message_body("a", 1, tenant="zhanggong"), message_body("b", 1, tenant="xingguo"), message_body("a", 2)),
    )
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: len(effects(dsns)) == 3)
    found = rows(dsns, "SELECT tenant, subject, sequence FROM effect ORDER BY tenant, sequence")
    assert found == [("xingguo", "b", 1), ("zhanggong", "a", 1), ("zhanggong", "a", 2)]
    assert rows(dsns, "SELECT tenant, count(*) FROM inbox GROUP BY 1 ORDER BY 1") == [("xingguo", 1), ("zhanggong", 2)]


def watched(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """(events, whether it came to an end) of every attempt from now on."""
    attempts: list[tuple[int, bool]] = []

    def apply(events: Sequence[Received[Any]]) -> BatchResult:
        attempts.append((len(events), False))
        result = Inbox.apply(inbox, events)
        attempts[-1] = (len(events), True)
        return result

    monkeypatch.setattr(inbox, "apply", apply)
    return attempts


def test_no_bundle_is_split_between_two_transactions(frame: Frame, dsns: Dsns, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = inbox_on(frame)
    attempts = watched(inbox, monkeypatch)
    publish(frame.settings.amqp_url, *(bundle(*(message_body(f"m{n}-{k}", 1) for k in range(40))) for n in range(12)))
    with running(*consumer_on(frame, inbox)):
        eventually(lambda: len(effects(dsns)) == 480)
    sizes = [size for size, _ in attempts]
    assert sum(sizes) == 480
    # A batch of 50 is full with the second bundle of 40 and never takes a third.
    assert set(sizes) <= {40, 80}


def test_a_database_that_is_away_keeps_the_bundle_on_the_queue(
    service_frame: Callable[..., Frame], dsns: Dsns, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = wire_to(dsns.app)
    by_wire = Dsns(app=through(wire, dsns.app), frame=through(wire, dsns.frame), owner=dsns.owner)
    frame = service_frame("gateway", dsns=by_wire, amqp_url=amqp_url)
    inbox = inbox_on(frame)
    attempts = watched(inbox, monkeypatch)
    with running(*consumer_on(frame, inbox)):
        publish(amqp_url, bundle(message_body("d0", 1)))
        eventually(lambda: effects(dsns) == [("d0", 1)])
        wire.cut()
        before = len(attempts)
        publish(amqp_url, bundle(*(message_body(f"d{k}", 1) for k in range(1, 31))))
        eventually(lambda: len(attempts) >= before + 3, within=60)
        assert not any(done for _, done in attempts[before:])
    # Whoever held it is gone, and it is there again.
    eventually(lambda: queue_depth(amqp_url) == 1)
    assert effects(dsns) == [("d0", 1)]
    wire.mend()
    with running(*consumer_on(frame, inbox)):
        eventually(lambda: len(effects(dsns)) == 31, within=60)
        eventually(lambda: queue_depth(amqp_url) == 0)
    wire.close()
    assert rows(dsns, "SELECT (SELECT count(*) FROM parked), (SELECT count(*) FROM quarantine)") == [(0, 0)]


@contextmanager
def consuming(dsns: Dsns, amqp_url: str, folder: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The consumer as a process of its own."""
    noting = NotingProcess(dsns, amqp_url, folder).env
    environment = {name: text for name, text in noting.items() if not name.startswith(variable(""))}
    environment |= key_environment("gateway")
    script = Path(__file__).with_name("effects_consumer.py")
    with (folder / "consumer.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, str(script)], env={**environment, **more}, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_a_bundle_that_comes_again_after_a_kill_between_commit_and_ack_is_applied_once(
    dsns: Dsns, amqp_url: str, tmp_path: Path
) -> None:
    publish(amqp_url, bundle(*(message_body(f"k{k}", n) for n in (1, 2) for k in range(20)), BROKEN))
    with consuming(dsns, amqp_url, tmp_path, ZHIDA_CRASH_AT="oversight.events.before_ack") as process:
        assert process.wait(60) == -signal.SIGKILL
    assert len(effects(dsns)) == 40
    eventually(lambda: queue_depth(amqp_url) == 1)
    with consuming(dsns, amqp_url, tmp_path):
        publish(amqp_url, bundle(message_body("last", 1)))
        eventually(lambda: ("last", 1) in effects(dsns), within=60)
        eventually(lambda: queue_depth(amqp_url) == 0)
    done = effects(dsns)
    assert len(done) == len(set(done)) == 41
    assert rows(dsns, "SELECT count(*) FROM quarantine") == [(1,)]


def test_what_was_published_and_not_marked_is_published_again_in_other_bundles_and_applied_once(
    frame: Frame, dsns: Dsns
) -> None:
    fill_outbox(dsns, [(f"r{k}", 1) for k in range(30)])
    with running(Relay(frame.frame_engine, frame.settings.amqp_url, poll=0.02)):
        eventually(lambda: pending(dsns) == 0)
        with psycopg.connect(psycopg_url(dsns.owner)) as connection:
            connection.execute("UPDATE outbox SET published_at = NULL WHERE position % 3 <> 0")
            connection.execute("ANALYZE outbox")
        eventually(lambda: pending(dsns) == 0)
    sizes = [len(orjson.loads(each.body)) for each in taken(frame.settings.amqp_url, 2)]
    assert sizes == [30, 20]
    with running(*consumer_on(frame, inbox_on(frame))):
        eventually(lambda: queue_depth(frame.settings.amqp_url) == 0)
        eventually(lambda: len(effects(dsns)) == 30)
    assert len(effects(dsns)) == 30
