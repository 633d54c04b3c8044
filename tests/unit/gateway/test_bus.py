"""The bus's promises, against a connection that the test holds in its hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest

import gateway.bus
from gateway.bus import Bus, BusFault, BusUnavailable, OutcomeUnknown, ServiceUnavailable, pause_after
from gateway.bus_connection import OnReply, OnUnroutable
from gateway.places import Places, Urgency

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeConnection:
    """Keeps what is published; the test answers."""

    def __init__(self, on_reply: OnReply, on_unroutable: OnUnroutable) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.writable = True
        self.said_goodbye = False
        self.requests: list[dict[str, Any]] = []
        self._on_reply = on_reply
        self._on_unroutable = on_unroutable

    def publish(self, routing_key: str, body: bytes, **properties: Any) -> None:
        self.requests.append({"routing_key": routing_key, "body": orjson.loads(body), **properties})

    async def close(self) -> None:
        self.said_goodbye = True

    def reply(self, request: dict[str, Any], body: object) -> None:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        self._on_reply(request["correlation_id"], raw)

    def answer(self, request: dict[str, Any], result: object) -> None:
        self.reply(request, {"result": result, "error": None})

    def give_back(self, request: dict[str, Any]) -> None:
        self._on_unroutable(request["correlation_id"], request["routing_key"])

    def drop(self) -> None:
        self.writable = False
        self.closed.set_result("CONNECTION_FORCED")


class FakeBroker:
    """Every connection that the bus opened, newest last; `refusals` attempts fail first."""

    def __init__(self) -> None:
        self.connections: list[FakeConnection] = []
        self.refusals = 0

    async def connect(self, url: str, on_reply: OnReply, on_unroutable: OnUnroutable) -> FakeConnection:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionRefusedError("nobody listens")
        self.connections.append(FakeConnection(on_reply, on_unroutable))
        return self.connections[-1]

    @property
    def line(self) -> FakeConnection:
        return self.connections[-1]


async def eventually(probe: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 5
    while not probe():
        assert time.monotonic() < give_up_at, "did not come true within 5 s"
        await asyncio.sleep(0.001)


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The attempts after which the bus paused; the pauses themselves are too short to wait for."""
    paused: list[int] = []

    def at_once(attempt: int) -> float:
        paused.append(attempt)
        return 0.001

    monkeypatch.setattr(gateway.bus, "pause_after", at_once)
    return paused


@pytest.fixture
async def bus(broker: FakeBroker) -> AsyncIterator[Bus]:
    bus = Bus("amqp://unused", places=Places(dict.fromkeys(Urgency, 3)), connect=broker.connect)
    await bus.start()
    await eventually(bus.ready)
    yield bus
    await bus.close(grace=0)


def begin(bus: Bus, payload: dict[str, Any] | None = None, timeout: float = 5.0) -> asyncio.Task[dict[str, Any]]:
    return asyncio.create_task(bus.call("intake", "submit_application", payload or {}, timeout=timeout))


async def pending(bus: Bus, broker: FakeBroker, calls: int, **how: Any) -> list[asyncio.Task[dict[str, Any]]]:
    """That many calls, begun and sent."""
    sent_before = len(broker.line.requests)
    tasks = [begin(bus, {"number": number}, **how) for number in range(calls)]
    await eventually(lambda: len(broker.line.requests) == sent_before + calls)
    return tasks


async def taken_by_now(answer: Awaitable[object]) -> float:
    began = time.monotonic()
    with pytest.raises(BusUnavailable):
        await answer
    return time.monotonic() - began


async def test_a_request_is_what_nameko_expects_and_expires_with_its_caller(bus: Bus, broker: FakeBroker) -> None:
    call = asyncio.create_task(
        bus.call("intake", "submit_application", {"item": "A1"}, timeout=2.5, traceparent="00-ab-cd-01")
    )
    await eventually(lambda: broker.line.requests)
    request = broker.line.requests[0]
    assert request["routing_key"] == "intake.submit_application"
    assert request["body"] == {"args": [{"item": "A1"}], "kwargs": {}}
    assert request["lives_ms"] == 2500
    assert request["traceparent"] == "00-ab-cd-01"
    broker.line.answer(request, {"ok": {"receipt": "7"}})
    assert await call == {"ok": {"receipt": "7"}}


async def test_answers_that_come_in_another_order_reach_their_own_callers(bus: Bus, broker: FakeBroker) -> None:
    calls = await pending(bus, broker, 3)
    for request in reversed(broker.line.requests):
        broker.line.answer(request, {"ok": request["body"]["args"][0]["number"]})
    assert await asyncio.gather(*calls) == [{"ok": 0}, {"ok": 1}, {"ok": 2}]


async def test_a_refusal_is_an_answer_like_any_other(bus: Bus, broker: FakeBroker) -> None:
    (call,) = await pending(bus, broker, 1)
    broker.line.answer(broker.line.requests[0], {"refused": {"code": "duplicate_application"}})
    assert await call == {"refused": {"code": "duplicate_application"}}


async def test_a_call_without_an_answer_in_time_has_an_unknown_outcome_and_a_late_answer_harms_nobody(
    bus: Bus, broker: FakeBroker
) -> None:
    with pytest.raises(OutcomeUnknown, match=r"intake\.submit_application did not answer within 0\.010 s"):
        await begin(bus, timeout=0.01)
    late = broker.line.requests[0]
    broker.line.answer(late, {"ok": "late"})
    broker.line.give_back(late)
    (call,) = await pending(bus, broker, 1)
    broker.line.answer(broker.line.requests[-1], {"ok": "mine"})
    assert await call == {"ok": "mine"}


async def test_a_request_that_was_carried_out_twice_is_answered_once(bus: Bus, broker: FakeBroker) -> None:
    (call,) = await pending(bus, broker, 1)
    request = broker.line.requests[0]
    broker.line.answer(request, {"ok": "first"})
    broker.line.answer(request, {"ok": "second"})
    broker.line.give_back(request)
    assert await call == {"ok": "first"}


async def test_every_pending_call_has_an_unknown_outcome_as_soon_as_the_connection_drops(
    bus: Bus, broker: FakeBroker
) -> None:
    calls = await pending(bus, broker, 3, timeout=60.0)
    broker.line.drop()
    outcomes = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), timeout=1)
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3


async def test_the_bus_connects_again_by_itself_however_often_it_is_refused(bus: Bus, broker: FakeBroker) -> None:
    broker.refusals = 5
    broker.line.drop()
    await eventually(lambda: len(broker.connections) == 2 and bus.ready())
    (call,) = await pending(bus, broker, 1)
    broker.line.answer(broker.line.requests[0], {"ok": 1})
    assert await call == {"ok": 1}


async def test_a_broker_that_drops_every_connection_at_once_is_left_longer_and_longer_in_peace(
    bus: Bus, broker: FakeBroker, pauses: list[int]
) -> None:
    for accepted in range(1, 5):
        await eventually(lambda accepted=accepted: len(broker.connections) == accepted and bus.ready())
        broker.line.drop()
    await eventually(lambda: len(pauses) == 4)
    assert pauses == [1, 2, 3, 4]


async def test_without_a_connection_a_call_is_refused_at_once_with_a_time_to_come_back(
    monkeypatch: pytest.MonkeyPatch, bus: Bus, broker: FakeBroker
) -> None:
    paused: list[int] = []
    monkeypatch.setattr(gateway.bus, "pause_after", lambda attempt: paused.append(attempt) or 3.2)
    broker.line.drop()
    await eventually(lambda: paused)
    with pytest.raises(BusUnavailable) as refused:
        await begin(bus)
    assert refused.value.retry_after == 4


async def test_a_bus_that_has_never_been_connected_refuses_at_once(broker: FakeBroker) -> None:
    bus = Bus("amqp://unused", connect=broker.connect)
    with pytest.raises(BusUnavailable):
        await bus.call("intake", "submit_application", {}, timeout=5)
    await bus.close()


async def test_a_broker_that_holds_us_back_is_passed_on_to_the_caller_at_once(bus: Bus, broker: FakeBroker) -> None:
    broker.line.writable = False
    assert not bus.ready()
    assert await taken_by_now(begin(bus)) < 1
    assert broker.line.requests == []


async def test_one_call_more_than_may_be_in_flight_is_refused_at_once_until_one_is_answered(
    bus: Bus, broker: FakeBroker
) -> None:
    first, *others = await pending(bus, broker, 3)
    assert await taken_by_now(begin(bus)) < 1
    broker.line.answer(broker.line.requests[0], {"ok": "first"})
    assert await first == {"ok": "first"}
    others += await pending(bus, broker, 1)
    for request in broker.line.requests[1:]:
        broker.line.answer(request, {"ok": "another"})
    assert await asyncio.gather(*others) == [{"ok": "another"}] * 3


async def test_a_caller_that_goes_away_frees_its_place(bus: Bus, broker: FakeBroker) -> None:
    calls = await pending(bus, broker, 3)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    broker.line.answer(broker.line.requests[0], {"ok": "nobody waits"})
    (call,) = await pending(bus, broker, 1)
    broker.line.answer(broker.line.requests[-1], {"ok": 1})
    assert await call == {"ok": 1}


async def test_a_request_whose_time_has_run_out_is_not_sent(bus: Bus, broker: FakeBroker) -> None:
    for timeout in (0.0, -1.0):
        with pytest.raises(BusUnavailable):
            await begin(bus, timeout=timeout)
    assert broker.line.requests == []


async def test_a_payload_that_json_cannot_say_is_not_sent_and_takes_no_place(bus: Bus, broker: FakeBroker) -> None:
    for _ in range(4):
        with pytest.raises(TypeError):
            await begin(bus, {"item": object()})
    assert broker.line.requests == []


async def test_a_request_that_no_queue_takes_says_which(bus: Bus, broker: FakeBroker) -> None:
    (call,) = await pending(bus, broker, 1)
    broker.line.give_back(broker.line.requests[0])
    with pytest.raises(ServiceUnavailable, match=r"intake\.submit_application"):
        await call


@pytest.mark.parametrize(
    "reply",
    [
        {"result": None, "error": {"exc_type": "MethodNotFound", "value": "submit_application"}},
        {"result": None, "error": None},
        {"result": [1], "error": None},
        [],
        b"\xff not json",
        b"",
    ],
)
async def test_what_is_not_an_answer_is_a_fault(bus: Bus, broker: FakeBroker, reply: object) -> None:
    (call,) = await pending(bus, broker, 1)
    broker.line.reply(broker.line.requests[0], reply)
    with pytest.raises(BusFault, match=r"intake\.submit_application"):
        await call


async def test_closing_waits_for_calls_in_flight_and_takes_no_new_ones(bus: Bus, broker: FakeBroker) -> None:
    (call,) = await pending(bus, broker, 1)
    closing = asyncio.create_task(bus.close(grace=5))
    await eventually(lambda: not bus.ready())
    with pytest.raises(BusUnavailable):
        await begin(bus)
    assert not broker.line.said_goodbye
    broker.line.answer(broker.line.requests[0], {"ok": "just in time"})
    assert await call == {"ok": "just in time"}
    await closing
    assert broker.line.said_goodbye


async def test_closing_does_not_wait_longer_than_it_was_told(bus: Bus, broker: FakeBroker) -> None:
    calls = await pending(bus, broker, 2, timeout=60.0)
    await asyncio.wait_for(bus.close(grace=0.01), timeout=1)
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 2
    assert broker.line.said_goodbye


def test_pauses_double_up_to_five_seconds_and_never_agree_among_gateways() -> None:
    for attempt, longest in ((0, 0.2), (1, 0.4), (4, 3.2), (5, 5.0), (1000, 5.0)):
        drawn = [pause_after(attempt) for _ in range(50)]
        assert all(longest / 2 <= pause <= longest for pause in drawn)
        assert len(set(drawn)) > 1
