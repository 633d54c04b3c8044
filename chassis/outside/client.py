"""The one way to call a server that is not ours: bank, short messages, data exchange, identity providers, links.

    client = OutsideClient(Limits(seconds=10.0, connect_seconds=2.0), base_url=env["BANK_URL"])
    answer = client.call("POST", "/payments/batch", json={…})        # raises NothingSent, AnswerLost

A call ends within `Limits.seconds`, whatever the other side does: names, connecting, TLS, sending, headers and body share
them. It is one connection, which is not kept: one that the other side has closed meanwhile would look exactly like a call
whose answer was lost. It follows no redirection, keeps no cookies, takes no proxy from the environment, verifies TLS
against the name, and asks for nothing compressed. Inside a transaction it raises CalledInsideTransaction.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import certifi
import httpcore
import httpx
import orjson

from chassis.foundation.open_units import refuse_inside
from chassis.foundation.settings import SettingMissing
from chassis.outside.reach import Reach
from chassis.outside.wire import AddressRefused, Wire

Transport = httpx.BaseTransport
"""What a test gives instead of the network."""

MIB = 1024 * 1024
MOST_CALLS = 32
"""Calls of one client at once."""

HEADERS = {"User-Agent": "zhida", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}

CONNECTING = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.UnsupportedProtocol,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
TALKING = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpx.TransportError)


class OutsideFault(Exception):
    """The call came to nothing. Not a refusal: whoever calls says what it means."""


class NothingSent(OutsideFault):
    """No connection was made: the other side has not heard of the call."""


class NotAllowed(NothingSent):
    """The address leads to where this client may not go: a private network, another port."""


class AnswerLost(OutsideFault):
    """The call may have been heard; what came back is no whole answer, not in time, or more than was allowed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take: `seconds` for all of it, `connect_seconds` of these until there is a connection."""

    seconds: float
    connect_seconds: float = 3.0
    answer_bytes: int = MIB


@dataclass(frozen=True, slots=True)
class OutsideAnswer:
    """A whole answer. Header names are in small letters."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Raises ValueError, also for what is nested deeper than any answer is."""
        return orjson.loads(self.content)


class OutsideClient:
    """Calls under one policy. May be used by many (green) threads at once.

    `base_url`: the server that the operator has named; then calls name a path on it, and nothing else can be called.
    Without it calls name whole addresses that somebody entered, and `reach` says which may be called.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        base_url: str | None = None,
        reach: Reach | None = None,
        transport: Transport | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if base_url is None and reach is None:
            raise ValueError("addresses that somebody entered need a reach")
        self._limits = limits
        self._base = base_url.rstrip("/") if base_url is not None else None
        self._wire = Wire(reach)
        self._transport = transport or _Pool(self._wire, tls or trusted())

    def close(self) -> None:
        """Let go of its connections and threads."""
        self._transport.close()
        self._wire.close()

    def deadline(self) -> float:
        """The instant at which a call that begins now would end; several calls may be given the same."""
        return time.monotonic() + self._limits.seconds

    def call(self, method: str, place: str, *, until: float | None = None, **content: Any) -> OutsideAnswer:
        """The answer, whatever its status. `content` is httpx's `json`, `data`, `content`, `params`,
        `headers`.

        Raises NothingSent, NotAllowed or AnswerLost.
        """
        with self._answering(method, place, until, content) as answer:
            body = bytearray()
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise AnswerLost("the answer is compressed, which nobody asked for")
            assert isinstance(answer.stream, httpx.SyncByteStream)
            for piece in answer.stream:
                body += piece
                if len(body) > self._limits.answer_bytes:
                    raise AnswerLost(f"the answer is longer than {self._limits.answer_bytes} bytes")
            return OutsideAnswer(answer.status_code, dict(answer.headers), bytes(body))

    def status(self, method: str, place: str, *, until: float | None = None) -> int:
        """The status alone; no body is read. Raises NothingSent, NotAllowed or AnswerLost."""
        with self._answering(method, place, until, {}) as answer:
            return answer.status_code

    @contextmanager
    def _answering(
        self, method: str, place: str, until: float | None, content: dict[str, Any]
    ) -> Iterator[httpx.Response]:
        refuse_inside()
        ends = until if until is not None else self.deadline()
        connected = min(ends, time.monotonic() + self._limits.connect_seconds)
        headers = HEADERS | content.pop("headers", {})
        waiting = max(0.001, ends - time.monotonic())  # for a place among the calls: httpcore's own wait, in seconds
        timeouts = {"connect": connected, "read": ends, "write": ends, "pool": waiting}
        try:
            request = httpx.Request(
                method, self._address(place), headers=headers, extensions={"timeout": timeouts}, **content
            )
            answer = self._transport.handle_request(request)
            try:
                yield answer
            finally:
                answer.close()
        except AddressRefused as error:
            raise NotAllowed(str(error)) from error
        except CONNECTING as error:
            raise NothingSent(f"{type(error).__name__}: {error}") from error
        except TALKING as error:
            raise AnswerLost(f"{type(error).__name__}: {error}") from error

    def _address(self, place: str) -> str:
        if self._base is None:
            return place
        if not place.startswith("/"):
            raise ValueError("a path begins with a slash")
        return f"{self._base}{place}"


class _Pool(httpx.BaseTransport):
    """httpcore on our wire, as httpx takes it."""

    def __init__(self, wire: Wire, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=MOST_CALLS, max_keepalive_connections=0, network_backend=wire
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def trusted(env: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Certificates are verified, with the host's name. `OUTSIDE_CA_FILE`: authorities of one's own besides the public
    ones (a bank's, the government network's). Raises SettingMissing for a file that holds none."""
    context = ssl.create_default_context(cafile=certifi.where())
    if env.get("OUTSIDE_CA_FILE"):
        try:
            context.load_verify_locations(env["OUTSIDE_CA_FILE"])
        except OSError as error:
            raise SettingMissing("OUTSIDE_CA_FILE 应为存放根证书的 PEM 文件 (a file with certificates)") from error
    return context
