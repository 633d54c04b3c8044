"""The load generator: a process of its own that keeps N HTTP/1.1 connections busy and times every answer.

`python -m bench.load` reads a plan (JSON) from standard input and writes what came of it to standard output;
`run` does both for the caller. It is one client for everything that is measured, and it has a ceiling of its
own, which is measured too: it knows keep-alive and Content-Length and nothing else of HTTP.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from typing import NamedTuple

import orjson
import uvloop

from console.machine.ports import LOOPBACK
from console.place import CHECKOUT

PATIENCE_S = 30.0
"""Seconds that answers may take after the last request was sent; what is open then counts as broken."""


class Outcome(NamedTuple):
    """What one run came to. `seconds` from the first request to the last answer; `latencies` in milliseconds.

    `statuses` counts answers by HTTP status, 0 standing for a connection that broke. `bodies` are the answers
    to 2xx in the order in which they came, if they were asked for.
    """

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    bodies: list[str]

    @property
    def failures(self) -> dict[int, int]:
        """Everything but 2xx."""
        return {status: count for status, count in self.statuses.items() if status // 100 != 2}


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> str:
    """One request as it lies on the wire."""
    lines = {"Host": LOOPBACK, **(headers or {})}
    if body:
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n{body.decode()}"


def run(
    port: int, requests: Sequence[str], *, connections: int, seconds: float, once: bool = False, bodies: bool = False
) -> Outcome:
    """Send `requests` round and round for `seconds`, or each `once` until the time or the list runs out."""
    plan = {
        "port": port, "requests": requests, "connections": connections, "seconds": seconds, "once": once,
        "bodies": bodies,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=orjson.dumps(plan), stdout=subprocess.PIPE, cwd=CHECKOUT, check=True
    )
    told = orjson.loads(done.stdout)
    statuses = {int(status): count for status, count in told["statuses"].items()}
    return Outcome(told["seconds"], told["latencies"], statuses, told["bodies"])


class Tally:
    """What all connections of one run share: what to send next, and what came back."""

    def __init__(self, requests: Iterator[bytes], seconds: float, keep_bodies: bool) -> None:
        self._requests = requests
        self._keep_bodies = keep_bodies
        self.began = time.perf_counter()
        self._until = self.began + seconds
        self.last_answer = self.began
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.bodies: list[str] = []

    def next_request(self) -> bytes | None:
        return next(self._requests, None) if time.perf_counter() < self._until else None

    def answered(self, status: int, sent: float, body: bytes) -> None:
        self.last_answer = time.perf_counter()
        self.latencies.append((self.last_answer - sent) * 1000)
        self.statuses[status] += 1
        if self._keep_bodies and status // 100 == 2:
            self.bodies.append(body.decode())


class Caller(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends again."""

    def __init__(self, tally: Tally, finished: Callable[[], None]) -> None:
        self._tally = tally
        self._finished = finished
        self._received = b""
        self._sent = 0.0
        self._waiting = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data if self._received else data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        whole = end + 4 + _content_length(received[:end])
        if len(received) >= whole:
            self._received = b""
            self._waiting = False
            self._tally.answered(int(received[9:12]), self._sent, received[end + 4 :])
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting:
            self._tally.statuses[0] += 1
        self._finished()

    def _send(self) -> None:
        message = self._tally.next_request()
        if message is None:
            self._transport.close()
            return
        self._waiting = True
        self._sent = time.perf_counter()
        self._transport.write(message)


def _content_length(head: bytes) -> int:
    """Raises ValueError for an answer without one: such a server is not what is measured here."""
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    end = lower.find(b"\r\n", start)
    return int(lower[start : end if end > 0 else None])


async def call(port: int, requests: Iterator[bytes], connections: int, seconds: float, keep_bodies: bool) -> Tally:
    """Everything of one run, in this process."""
    loop = asyncio.get_running_loop()
    tally = Tally(requests, seconds, keep_bodies)
    endings = [loop.create_future() for _ in range(connections)]
    transports = []
    for ending in endings:
        caller = partial(Caller, tally, partial(ending.set_result, None))
        transport, _ = await loop.create_connection(caller, LOOPBACK, port)
        transports.append(transport)
    _, open_still = await asyncio.wait(endings, timeout=seconds + PATIENCE_S)
    if open_still:
        for transport in transports:
            transport.abort()
        await asyncio.wait(endings)
    return tally


def main() -> None:
    plan = orjson.loads(sys.stdin.buffer.read())
    requests = [each.encode() for each in plan["requests"]]
    tally = uvloop.run(
        call(
            plan["port"],
            iter(requests) if plan["once"] else cycle(requests),
            plan["connections"],
            plan["seconds"],
            plan["bodies"],
        )
    )
    told = {
        "seconds": tally.last_answer - tally.began, "latencies": tally.latencies,
        "statuses": {str(status): count for status, count in tally.statuses.items()}, "bodies": tally.bodies,
    }  # fmt: skip
    # Python's own stdout may be unbuffered (-u), and then writes only what the pipe has room for.
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(orjson.dumps(told))


if __name__ == "__main__":
    main()
