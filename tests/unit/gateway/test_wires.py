"""Wires that say nothing, never end or do not read, on real sockets: they are given up, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response

from chassis.testing.waiting import eventually
from gateway import errors, limits, streams, wires
from gateway.limits import BodyLimits
from gateway.streams import ReaderTooSlow, Seats, SenderTooSlow, Streamed, in_time
from gateway.wires import PatientWire, most_connections, raise_file_limit

PATIENCE = 0.4
GET = b"GET / HTTP/1.1\r\nHost: door\r\n\r\n"


@dataclass
class Served:
    """A small application on a port of its own."""

    port: int = 0
    places: Seats = field(default_factory=Seats)
    executed: list[bytes] = field(default_factory=list)

    def connect(self, *, reads: int | None = None) -> socket.socket:
        wire = socket.socket()
        if reads is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, reads)
        wire.settimeout(10)
        wire.connect(("127.0.0.1", self.port))
        return wire

    def says(self, sent: bytes) -> bytes:
        """What is answered to this, up to the end of the connection or of what comes at once."""
        with closing(self.connect()) as wire:
            wire.sendall(sent)
            return wire.recv(65536)


def application(served: Served) -> FastAPI:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def root() -> dict[str, bool]:
        return {"paid": True}

    @app.get("/all")
    async def everything() -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(400):
                yield b"x" * 100_000

        return Streamed(pieces(), "reader", headers={}, media_type="text/plain", places=served.places)

    @app.post("/api/pay")
    async def pay(request: Request) -> dict[str, bool]:
        served.executed.append(await request.body())
        return {"paid": True}

    app.add_middleware(BodyLimits)
    return app


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for module, name in ((wires, "HEAD_SECONDS"), (wires, "UNREAD_SECONDS"), (limits, "BODY_SECONDS")):
        monkeypatch.setattr(module, name, PATIENCE)
    raise_file_limit()
    served = Served()
    config = uvicorn.Config(application(served), port=0, http=PatientWire, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    served.port = server.servers[0].sockets[0].getsockname()[1]
    yield served
    server.should_exit = True
    thread.join(10)


def closed_within(wire: socket.socket, seconds: float) -> bool:
    """Whether the other side hangs up in this time, whatever it still says before."""
    wire.settimeout(seconds)
    try:
        while wire.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def test_a_payment_goes_through_between_a_thousand_sockets_that_say_nothing(served: Served) -> None:
    with ExitStack() as idle:
        sockets = [idle.enter_context(closing(served.connect())) for _ in range(1000)]
        began = time.monotonic()
        assert b'{"paid":true}' in served.says(GET)
        assert time.monotonic() - began < 2
        assert all(closed_within(each, 10) for each in sockets)


def test_a_head_that_trickles_is_given_up(served: Served) -> None:
    with closing(served.connect()) as wire:
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            for _ in range(200):
                wire.sendall(b"X")
                time.sleep(PATIENCE / 10)
        assert time.monotonic() - began < PATIENCE * 10


def test_a_head_without_an_end_is_refused_long_before_it_fills_the_memory(served: Served) -> None:
    with closing(served.connect()) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: door\r\nX: ")
        sent = 0
        with pytest.raises(ConnectionError):
            while True:
                wire.sendall(b"x" * 16_384)
                sent += 16_384
        assert sent < 16 * 1024 * 1024


def test_more_headers_than_anybody_sends_are_refused(served: Served) -> None:
    assert b" 400 " in served.says(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n").splitlines()[0]


def test_what_begins_behind_an_answered_request_is_given_up_as_well(served: Served) -> None:
    with closing(served.connect()) as wire:
        wire.sendall(GET)
        assert b'{"paid":true}' in wire.recv(65536)
        wire.sendall(b"GET /again HTT")
        assert closed_within(wire, 10)


def test_a_body_that_does_not_come_is_told_so_and_nothing_is_executed(served: Served) -> None:
    head = b"POST /api/pay HTTP/1.1\r\nHost: door\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n"
    with closing(served.connect()) as wire:
        wire.sendall(head + b'{"a"')
        assert b" 408 " in wire.recv(65536).splitlines()[0]
        assert closed_within(wire, 10)
    assert served.executed == []


def test_half_of_a_body_whose_sender_hangs_up_is_not_taken_for_the_whole(served: Served) -> None:
    head = b"POST /api/pay HTTP/1.1\r\nHost: door\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    with closing(served.connect()) as wire:
        wire.sendall(head + b'{"amount": 1')
    assert b'{"paid":true}' in served.says(GET)
    time.sleep(PATIENCE / 4)
    assert served.executed == []


def test_a_reader_that_reads_nothing_is_cut_and_leaves_its_place(served: Served) -> None:
    with closing(served.connect(reads=4096)) as wire:
        wire.sendall(b"GET /all HTTP/1.1\r\nHost: door\r\n\r\n")
        eventually(lambda: served.places._taken.total() == 1)
        assert b'{"paid":true}' in served.says(GET)
        eventually(lambda: served.places._taken.total() == 0)


def test_the_oldest_that_says_nothing_gives_way_when_there_are_too_many(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "HEAD_SECONDS", 60)
    monkeypatch.setattr(wires, "most_connections", lambda: 20)
    with ExitStack() as idle:
        sockets = [idle.enter_context(closing(served.connect())) for _ in range(40)]
        assert b'{"paid":true}' in served.says(GET)
        for each in sockets:
            each.settimeout(0.05)
        assert sum(closed_within(each, 0.05) for each in sockets) >= 15


def test_there_are_connections_for_as_many_as_the_system_has_file_handles() -> None:
    assert 100 <= most_connections() <= wires.MOST_CONNECTIONS


# -- streams ---------------------------------------------------------------------------------------------------------


def test_one_reader_has_few_places_and_all_together_have_an_end() -> None:
    places = Seats(at_once=3, of_one=2)
    with ExitStack() as taken:
        for _ in range(2):
            assert not places.full("a")
            taken.enter_context(places.taken("a"))
        assert places.full("a")
        assert not places.full("b")
        taken.enter_context(places.taken("b"))
        assert places.full("c")
    assert not places.full("a")
    assert not places._taken


def test_an_answer_has_an_end_however_slowly_it_is_read() -> None:
    places = Seats()

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    async def slow(_message: Any) -> None:
        await asyncio.sleep(0.02)

    async def silent() -> Any:
        await asyncio.sleep(60)

    async def answer() -> None:
        response = Streamed(pieces(), "r", headers={}, media_type="text/plain", longest=0.1, places=places)
        await response({"type": "http", "path": "/", "asgi": {"spec_version": "2.4"}}, silent, slow)

    with pytest.raises(ReaderTooSlow):
        asyncio.run(answer())
    assert not places._taken


def test_a_file_that_does_not_come_or_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SILENCE_SECONDS", 0.05)
    now = [0.0]

    async def of(*pieces: tuple[float, bytes], then: float = 0.0) -> AsyncIterator[bytes]:
        for passed, piece in pieces:
            now[0] += passed
            yield piece
        await asyncio.sleep(then)

    async def taken(pieces: AsyncIterator[bytes]) -> int:
        now[0] = 0.0
        return sum([len(each) async for each in in_time(pieces, lambda: now[0])])

    assert asyncio.run(taken(of((0.0, b"x" * 10), (0.04, b"y")))) == 11
    assert asyncio.run(taken(of((9.0, b"x" * streams.SLOWEST * 9)))) == streams.SLOWEST * 9
    with pytest.raises(SenderTooSlow):
        asyncio.run(taken(of((9.0, b"x" * streams.SLOWEST * 8))))
    with pytest.raises(SenderTooSlow):
        asyncio.run(taken(of((0.0, b"x" * 100_000), then=5.0)))
