"""Answers that are sent piece by piece: as many at once as there are places, and none for ever.

A reader that takes next to nothing keeps a place; so a reader has few places, an answer has an end, and a wire that takes
nothing at all is cut (`gateway.wires`).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.observability.telemetry import get_logger
from gateway.errors import DoorProblem
from gateway.rate_limits import CLIENT

AT_ONCE = 32
OF_ONE_READER = 4
LONGEST_SECONDS = 600.0
"""Everything on offer is some 20 MB: 35 kB/s, which a telephone takes in."""

TOO_MANY = DoorProblem(
    429, "too_many_downloads", "同时下载的人较多，请稍后重试。", retryable=True, headers={"Retry-After": "10"}
)

log = get_logger(__name__)


class ReaderTooSlow(ConnectionError):
    """The reader did not take the answer in its time; half of it must not look like a whole one."""


class SenderTooSlow(Exception):
    """A file does not come, or comes so slowly that it would keep its place for hours."""


class Seats:
    """The places of one process."""

    def __init__(self, at_once: int = AT_ONCE, of_one: int = OF_ONE_READER) -> None:
        self._at_once = at_once
        self._of_one = of_one
        self._taken: Counter[str] = Counter()

    def full(self, reader: str) -> bool:
        """Whether this reader has to come back later."""
        return self._taken.total() >= self._at_once or self._taken[reader] >= self._of_one

    @contextmanager
    def taken(self, reader: str) -> Iterator[None]:
        """One of them, as long as it lasts."""
        self._taken[reader] += 1
        try:
            yield
        finally:
            self._taken[reader] -= 1
            if not self._taken[reader]:
                del self._taken[reader]


PLACES = Seats()
INCOMING = Seats(at_once=64, of_one=8)
"""Downloads, and files that are being sent to us."""

TOO_MANY_UPLOADS = DoorProblem(
    429, "too_many_uploads", "同时上传的文件较多，请稍后重试。", retryable=True, headers={"Retry-After": "10"}
)
SILENCE_SECONDS = 20.0
SLOWEST = 8 * 1024
"""Bytes a second, after the first silence that is allowed: a city's list of 90 MB takes three hours so, and no more."""


def reader_of(request: Request, actor_id: str | None = None) -> str:
    """Who counts as one reader: whoever is signed in, else an address."""
    address: str | None = request.scope.get("state", {}).get(CLIENT)
    return f"actor {actor_id}" if actor_id else f"address {address}"


async def in_time(pieces: AsyncIterator[bytes], now: Callable[[], float] = time.monotonic) -> AsyncIterator[bytes]:
    """The pieces of a file as they come. Raises SenderTooSlow for a silence, and for a trickle."""
    began, size = now(), 0
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            raise SenderTooSlow() from error
        if piece is None:
            return
        size += len(piece)
        if size < SLOWEST * (now() - began - SILENCE_SECONDS):
            raise SenderTooSlow()
        yield piece


class Streamed(StreamingResponse):
    """An answer in pieces to one reader, in a place of its own until it is sent or its time is up."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes] | AsyncIterator[str],
        reader: str,
        *,
        headers: Mapping[str, str],
        media_type: str,
        longest: float = LONGEST_SECONDS,
        places: Seats = PLACES,
    ) -> None:
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._reader = reader
        self._longest = longest
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Counted here and not before: of an answer whose reader has gone already nothing is ever read.
        with self._places.taken(self._reader):
            try:
                async with asyncio.timeout(self._longest):
                    await super().__call__(scope, receive, send)
            except TimeoutError as error:
                log.warning("a reader was too slow", path=scope["path"], seconds=self._longest)
                raise ReaderTooSlow() from error
