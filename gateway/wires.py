"""Connections of HTTP with an end to every patience: none is kept open by whoever says nothing, or takes nothing.

uvicorn waits for ever for the first line of a request, for the rest of its head, and for a peer that does not read.
"""

from __future__ import annotations

import asyncio
import resource
from asyncio.events import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""From the connection, or the first byte of a further request, to the end of its head."""

LONGEST_HEAD = 64 * 1024
"""Bytes of a request's first line and headers."""

MOST_HEADERS = 200

UNREAD_SECONDS = 30.0
"""How long a peer may leave 64 KiB unread, and how long what is left of a closed connection is kept for it."""

MOST_CONNECTIONS = 8_000
SPARE_FILES = 500
"""File handles for all else that a gateway has open."""


class PatientWire(HttpToolsProtocol):
    """uvicorn's own protocol, which gives up."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = True
        self._head = 0
        self._until_head: TimerHandle | None = None
        self._until_read: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            self._make_room()
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._until_head is None:
                self._await_head()
        super().data_received(data)
        if self._in_head and self._head > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The request's head is too long.")
            self._hang_up()

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= MOST_HEADERS:
            raise ValueError("more headers than anybody sends")  # also behind a body, where its head has long been read
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        if self._until_head is not None:
            self._until_head.cancel()
            self._until_head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._hang_up()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._hang_up()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._until_read is None:
            self._until_read = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        if self._until_read is not None and not self.transport.is_closing():
            self._until_read.cancel()
            self._until_read = None
        super().resume_writing()

    @property
    def idle(self) -> bool:
        """Whether no request is being answered on it."""
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self) -> None:
        self._until_head = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _too_slow(self) -> None:
        if self.idle:
            self._until_head = None
            self._hang_up()
        else:
            self._await_head()  # what comes behind a request that is still being answered waits as long as that

    def _hang_up(self) -> None:
        """Close, and do not wait long for a peer that does not take what was sent to it."""
        self.transport.close()
        if self._until_read is None:
            self._until_read = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def _forget_timers(self) -> None:
        for timer in (self._until_head, self._until_read):
            if timer is not None:
                timer.cancel()
        self._until_head = self._until_read = None

    def _make_room(self) -> None:
        """Whoever has been connected and says nothing gives way to whoever comes."""
        waiting = (
            each for each in self.connections if isinstance(each, PatientWire) and each is not self and each.idle
        )
        longest = next(waiting, None)
        if longest is not None:
            longest.transport.abort()


def most_connections() -> int:
    """As many as the process has file handles for, less what it needs besides."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(100, min(MOST_CONNECTIONS, soft - SPARE_FILES))


def raise_file_limit() -> None:
    """As many file handles as the system lets this process have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
