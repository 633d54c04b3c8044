"""The gateway's bus against a real broker and a real nameko service."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pika
import pytest
from pika.frame import Method
from pika.spec import Connection

from gateway.bus import Bus, BusFault, BusUnavailable, OutcomeUnknown, ServiceUnavailable
from gateway.bus_connection import connection_parameters
from gateway.places import Places, Urgency

pytestmark = pytest.mark.anyio

WORKERS = 4


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}  # as the gateway itself runs


@pytest.fixture(scope="module")
def service(amqp_url: str) -> Iterator[str]:
    """The name of an echo service that runs in a process of its own, four calls at a time."""
    name = f"echo-{uuid.uuid4().hex}"
    script = Path(__file__).with_name("nameko_echo_service.py")
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(script), amqp_url, name, str(WORKERS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    yield name
    process.stdin.close()
    process.stdout.close()
    try:
        process.wait(timeout=10)
    finally:
        process.kill()
    with pika.BlockingConnection(connection_parameters(amqp_url)) as connection:
        connection.channel().queue_delete(f"rpc-{name}")  # durable: it would stay for ever


async def eventually(probe: Callable[[], object], within: float = 15.0) -> None:
    give_up_at = time.monotonic() + within
    while not probe():
        assert time.monotonic() < give_up_at, f"did not come true within {within} s"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def connected(url: str, **settings: Any) -> AsyncIterator[Bus]:
    bus = Bus(url, **settings)
    await bus.start()
    try:
        await eventually(bus.ready)
        yield bus
    finally:
        await bus.close(grace=0)


@pytest.fixture
async def bus(amqp_url: str) -> AsyncIterator[Bus]:
    async with connected(amqp_url) as bus:
        yield bus


class Wire:
    """The wire between a client and the broker, in the test's hand."""

    def __init__(self, broker_url: str) -> None:
        self._broker = urlsplit(broker_url)
        self._cable: list[asyncio.StreamWriter] = []
        self._clients: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """The URL to use instead of the broker's."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        login = self._broker.netloc.rpartition("@")[0]
        try:
            yield self._broker._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Reset every connection."""
        for end in self._cable:
            end.transport.abort()
        self._cable.clear()
        self._clients.clear()

    def say(self, method: object) -> None:
        """Let the client hear a method of channel 0 as if the broker had sent it; the wire must be idle."""
        self._clients[-1].write(Method(0, method).marshal())

    async def _carry(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(self._broker.hostname, self._broker.port or 5672)
        self._cable += [to_client, to_broker]
        self._clients.append(to_client)
        await asyncio.gather(self._pump(from_client, to_broker), self._pump(from_broker, to_client))

    @staticmethod
    async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
        sink.close()


@pytest.fixture
async def wire(amqp_url: str) -> Wire:
    return Wire(amqp_url)


async def hold(bus: Bus, service: str, word: str, seconds: float = 30.0) -> object:
    answer = await bus.call(service, "hold", {"word": word, "seconds": seconds}, timeout=30)
    return answer["ok"]


async def let_go(bus: Bus, service: str, word: str) -> None:
    await bus.call(service, "let_go", {"word": word}, timeout=15)


async def words_begun(bus: Bus, service: str) -> list[str]:
    words: list[str] = (await bus.call(service, "words_begun", {}, timeout=15))["ok"]
    return words


async def held(bus: Bus, service: str, word: str) -> asyncio.Task[object]:
    """A call that a worker has begun and holds until it is let go."""
    call = asyncio.create_task(hold(bus, service, word))
    while word not in await words_begun(bus, service):
        assert not call.done()
    return call


async def test_two_hundred_calls_at_once_each_get_their_own_answer(bus: Bus, service: str) -> None:
    payloads = [{"number": number, "名称": "首次上规企业"} for number in range(200)]
    answers = await asyncio.gather(*(bus.call(service, "echo", payload, timeout=15) for payload in payloads))
    assert answers == [{"ok": payload} for payload in payloads]


async def test_the_service_joins_the_callers_trace(bus: Bus, service: str) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert await bus.call(service, "traceparent", {}, timeout=15, traceparent=trace) == {"ok": trace}
    assert await bus.call(service, "traceparent", {}, timeout=15) == {"ok": None}


async def test_an_abandoned_call_expires_in_the_queue_and_is_never_begun(bus: Bus, service: str) -> None:
    busy = [asyncio.create_task(hold(bus, service, f"busy {n}", seconds=1.0)) for n in range(WORKERS)]
    abandoned = bus.call(service, "hold", {"word": "abandoned", "seconds": 0}, timeout=0.3)
    outcome, patient = await asyncio.gather(abandoned, hold(bus, service, "patient", seconds=0), return_exceptions=True)
    assert isinstance(outcome, OutcomeUnknown)
    assert patient == "patient"
    await asyncio.gather(*busy)
    words = await words_begun(bus, service)
    assert "patient" in words
    assert "abandoned" not in words


async def test_a_service_that_never_ran_is_unavailable_at_once(bus: Bus) -> None:
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match=r"nobody-runs-this\.echo"):
        await bus.call("nobody-runs-this", "echo", {}, timeout=15)
    assert time.monotonic() - began < 5


async def test_a_services_failure_and_an_answer_that_is_none_are_faults(bus: Bus, service: str) -> None:
    with pytest.raises(BusFault, match="ArithmeticError"):
        await bus.call(service, "fail", {}, timeout=15)
    with pytest.raises(BusFault, match="MethodNotFound"):
        await bus.call(service, "no_such_method", {}, timeout=15)
    with pytest.raises(BusFault, match="NoneType instead of an object"):
        await bus.call(service, "answer_nothing", {}, timeout=15)


@pytest.mark.parametrize("end", ["closed by the broker", "reset by the network"])
async def test_a_call_in_progress_when_the_connection_ends_has_an_unknown_outcome_and_the_bus_recovers_by_itself(
    wire: Wire, service: str, end: str
) -> None:
    async with wire.laid() as url, connected(url) as bus:
        call = await held(bus, service, end)
        ended = time.monotonic()
        if end == "closed by the broker":
            wire.say(Connection.Close(320, "CONNECTION_FORCED", 0, 0))
        else:
            wire.cut()
        with pytest.raises(OutcomeUnknown, match="connection to the message broker was lost"):
            await call
        assert time.monotonic() - ended < 5  # at once, not when its 30 s are over
        await eventually(bus.ready)
        await let_go(bus, service, end)
        assert await bus.call(service, "echo", {"again": True}, timeout=15) == {"ok": {"again": True}}


async def test_calls_are_refused_at_once_while_the_broker_is_blocked_and_taken_again_afterwards(
    wire: Wire, service: str
) -> None:
    async with wire.laid() as url, connected(url) as bus:
        wire.say(Connection.Blocked("low on memory"))
        await eventually(lambda: not bus.ready())
        with pytest.raises(BusUnavailable, match="accepts no messages"):
            await bus.call(service, "echo", {}, timeout=15)
        wire.say(Connection.Unblocked())
        await eventually(bus.ready)
        assert await bus.call(service, "echo", {}, timeout=15) == {"ok": {}}


async def test_one_call_more_than_may_be_in_flight_is_refused_at_once(amqp_url: str, bus: Bus, service: str) -> None:
    async with connected(amqp_url, places=Places(dict.fromkeys(Urgency, 3))) as narrow:
        words = ["in flight 1", "in flight 2"]
        calls = [await held(narrow, service, word) for word in words]
        third = asyncio.create_task(narrow.call(service, "echo", {"third": True}, timeout=15))
        began = time.monotonic()
        with pytest.raises(BusUnavailable, match="are in flight") as refused:
            await asyncio.gather(third, narrow.call(service, "echo", {"fourth": True}, timeout=15))
        assert time.monotonic() - began < 5
        assert refused.value.retry_after >= 1
        assert await third == {"ok": {"third": True}}
        for word in words:
            await let_go(bus, service, word)
        assert await asyncio.gather(*calls) == words


async def test_closing_lets_a_call_in_progress_finish(amqp_url: str, bus: Bus, service: str) -> None:
    async with connected(amqp_url) as leaving:
        call = await held(leaving, service, "last words")
        closing = asyncio.create_task(leaving.close(grace=30))
        await eventually(lambda: not leaving.ready())
        await let_go(bus, service, "last words")
        assert await call == "last words"
        await closing
        with pytest.raises(BusUnavailable):
            await leaving.call(service, "echo", {}, timeout=15)


async def test_a_broker_that_accepts_and_never_speaks_refuses_calls_at_once_and_hardly_delays_the_end() -> None:
    client: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    server = await asyncio.start_server(lambda *ends: client.put_nowait(ends), "127.0.0.1", 0)
    bus = Bus(f"amqp://guest:guest@127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    await bus.start()
    reader, writer = await client.get()
    with pytest.raises(BusUnavailable):
        await bus.call("intake", "submit_application", {}, timeout=15)
    began = time.monotonic()
    await bus.close()
    assert time.monotonic() - began < 4
    server.close()
    writer.close()
    await reader.read()  # until the client has let go too
