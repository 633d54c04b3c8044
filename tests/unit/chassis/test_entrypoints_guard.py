"""The frame's nameko extensions where nameko itself would lose an order or an answer."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import amqp
import kombu
import pytest

from chassis.edge import replies as replies_module
from chassis.edge.replies import Replies
from chassis.edge.rpc import FrameRpc, GuardedQueueConsumer, GuardedRpcConsumer


class Container:
    config = {"frame": SimpleNamespace(settings=SimpleNamespace(roles=("rpc",))), "AMQP_URI": "amqp://nowhere"}
    service_name = "notify"


def test_an_order_that_reaches_a_dying_process_goes_back_to_the_queue_unanswered() -> None:
    class Dying(Container):
        _being_killed = True

    requeued: list[object] = []
    rpc, consumer = FrameRpc(), GuardedRpcConsumer()
    rpc.container = consumer.container = Dying()
    rpc.rpc_consumer, rpc.method_name = consumer, "submit_application"
    consumer.queue_consumer = SimpleNamespace(requeue_message=requeued.append)
    message = SimpleNamespace(headers={}, delivery_info={}, properties={"reply_to": "r"})
    rpc.handle_message({"args": [{}], "kwargs": {}}, message)
    assert requeued == [message]


def test_a_process_without_the_role_rpc_registers_no_queue_and_stops_without_waiting_for_one() -> None:
    class Quiet(Container):
        config = {"frame": SimpleNamespace(settings=SimpleNamespace(roles=("relay",)))}

    consumer = GuardedRpcConsumer()
    consumer.container = Quiet()
    consumer.setup()
    assert consumer.queue is None
    consumer.stop()


@pytest.mark.parametrize("error", [BrokenPipeError("gone"), TimeoutError("silent"), amqp.ConnectionForced("bye")])
def test_an_acknowledgement_that_cannot_be_sent_does_not_kill_the_process(error: Exception) -> None:
    def fail() -> None:
        raise error

    message = SimpleNamespace(channel=SimpleNamespace(connection=True), ack=fail, requeue=fail)
    GuardedQueueConsumer().ack_message(message)
    GuardedQueueConsumer().requeue_message(message)


def test_an_answer_that_cannot_be_sent_for_any_reason_does_not_kill_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'send_method'")

    monkeypatch.setattr(replies_module.kombu, "Connection", fail)
    replies = Replies("amqp://nowhere", kombu.Exchange("nameko-rpc"))
    replies.send("r", "1", {"result": None})


class FakeProducer:
    """Publishes on its connection; `before` may hold it up first."""

    def __init__(self, connection: FakeConnection) -> None:
        self._connection = connection
        self.sent: list[bytes] = []

    def publish(self, body: bytes, **_: object) -> None:
        self._connection.before(body)
        if self._connection.released:
            raise ConnectionResetError("the connection is gone")
        self.sent.append(body)


class FakeConnection:
    made: list[FakeConnection] = []

    def __init__(self, *_: object, **__: object) -> None:
        self.released = False
        FakeConnection.made.append(self)

    def connect(self) -> None:
        self.connection = SimpleNamespace(transport=None)

    def channel(self) -> FakeConnection:
        return self

    def release(self) -> None:
        self.released = True

    def before(self, body: bytes) -> None:
        """Overridden by tests."""


def test_two_workers_that_lose_the_connection_together_do_not_take_away_each_others_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    FakeConnection.made.clear()
    quick_is_publishing, slow_has_sent = threading.Event(), threading.Event()

    def before(connection: FakeConnection, body: bytes) -> None:
        first = connection is FakeConnection.made[0]
        if first and body == b'"slow"':
            assert quick_is_publishing.wait(5)
        if not first and body == b'"quick"':
            quick_is_publishing.set()
            assert slow_has_sent.wait(5)

    monkeypatch.setattr(FakeConnection, "before", before)
    monkeypatch.setattr(replies_module.kombu, "Connection", FakeConnection)
    monkeypatch.setattr(replies_module.kombu, "Producer", lambda channel, **_: FakeProducer(channel))
    warnings: list[Any] = []
    monkeypatch.setattr(replies_module, "log", SimpleNamespace(warning=lambda *words, **_: warnings.append(words)))
    replies = Replies("amqp://nowhere", kombu.Exchange("nameko-rpc"))
    replies.send("r", "1", "warm up")  # type: ignore[arg-type]
    FakeConnection.made[0].released = True

    def slow() -> None:
        replies.send("r", "2", "slow")  # type: ignore[arg-type]
        slow_has_sent.set()

    workers = [threading.Thread(target=slow), threading.Thread(target=replies.send, args=("r", "3", "quick"))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert warnings == []
    assert len(FakeConnection.made) == 2
