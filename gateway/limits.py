"""What is turned away before any route is asked: bodies too large, of another type, or beyond what a database keeps."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request

from gateway.errors import HTTP_SENTENCES, DoorProblem, ShowProblem

MAX_BODY = 256 * 1024
"""Bytes. The largest command is a list of 500 lines, about 60 KiB."""

LONGEST_QUERY = 16 * 1024
"""Bytes. The longest address that a page makes of its filters is a tenth of that."""

BODY_SECONDS = 20.0
"""How long MAX_BODY bytes may take: 13 KiB/s, half of what a telephone at the edge of its net sends."""

ROOMY = frozenset({"/department/bulk-decisions/new", "/api/v1/cases/bulk-rejections"})
"""Where a body of more than MAX_BODY is meant: up to 500 refusals at once, each with a reason of up to 1,000 characters, and a
character of a form takes up to nine bytes."""

ROOMY_BODY, ROOMY_SECONDS, ROOMY_AT_ONCE = 6 * 1024 * 1024, 60.0, 4
"""So many bytes there, for so long, and so many of these at the same time: what waits its turn is not in memory yet."""

API = "/api/"
JSON_TYPE, FORM_TYPE = b"application/json", b"application/x-www-form-urlencoded"
FILES_TYPE = b"multipart/form-data"
PART_TYPE = b"application/offset+octet-stream"
UNREADABLE = DoorProblem(400, "unreadable_address", "地址中含有无法识别的字符，请核对后重试。")

GONE = b"\0gone"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class BodyLimits:
    """ASGI middleware: 400 for an address that cannot be read, 414 for one that is too long, 413 for more than MAX_BODY
    bytes (announced or not), 408 for a body that does not come, 415 for what is not JSON at the API, and not a form
    anywhere else. `pages` tells whoever reads pages.

    At the addresses in ROOMY more bytes are taken, of few at a time. The paths in `streamed` take files of any type, which pass by piece by piece; their routes count the bytes. So do the
    pages at `with_files`, of forms with files in them, and the addresses `in_parts`, of files that come in several parts.
    """

    def __init__(
        self,
        app: App,
        streamed: frozenset[str] = frozenset(),
        pages: ShowProblem | None = None,
        with_files: Collection[re.Pattern[str]] = (),
        in_parts: re.Pattern[str] | None = None,
    ) -> None:
        self._app = app
        self._streamed = streamed
        self._with_files = with_files
        self._in_parts = in_parts
        self._pages = pages
        self._roomy = asyncio.Semaphore(ROOMY_AT_ONCE)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if len(scope["query_string"]) > LONGEST_QUERY:
            await self._refuse(414, scope, receive, send)
            return
        if not _readable(scope):
            await self._tell(UNREADABLE, scope, receive, send)
            return
        headers = dict(scope["headers"])
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        if scope["method"] in ("GET", "HEAD", "OPTIONS") or self._comes_in_pieces(scope["path"], media_type):
            await self._app(scope, receive, send)
            return
        announced = headers.get(b"content-length", b"0")
        largest = ROOMY_BODY if scope["path"] in ROOMY else MAX_BODY
        # any script: bytes have none
        if not announced.isdigit() or len(announced) > 9 or int(announced) > largest:
            await self._refuse(413, scope, receive, send)
            return
        has_body = int(announced) > 0 or b"transfer-encoding" in headers
        form = self._pages is not None and not scope["path"].startswith(API)
        if has_body and media_type != (FORM_TYPE if form else JSON_TYPE):
            await self._refuse(415, scope, receive, send)
            return
        try:
            body = await self._read(receive, int(announced))
        except TimeoutError:
            await self._refuse(408, scope, receive, send, {"Connection": "close"})
            return
        if body is GONE:
            return  # what has come so far is not what was meant
        if body is None:
            await self._refuse(413, scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _read(self, receive: Receive, announced: int) -> bytes | None:
        """As `_read`. Only what was announced is more than MAX_BODY: of what comes without a length nobody knows when to wait."""
        if announced <= MAX_BODY:
            async with asyncio.timeout(BODY_SECONDS):
                return await _read(receive, MAX_BODY)
        async with self._roomy, asyncio.timeout(ROOMY_SECONDS):
            return await _read(receive, announced)

    def _comes_in_pieces(self, path: str, media_type: bytes) -> bool:
        """Whether the body is for whoever asks for it to count."""
        with_files = media_type == FILES_TYPE and any(each.fullmatch(path) for each in self._with_files)
        part = media_type == PART_TYPE and self._in_parts is not None and self._in_parts.fullmatch(path) is not None
        return with_files or part or path in self._streamed

    async def _refuse(
        self,
        status: int,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        headers: dict[str, str] | None = None,
    ) -> None:
        await self._tell(DoorProblem(status, *HTTP_SENTENCES[status], headers=headers or {}), scope, receive, send)

    async def _tell(self, problem: DoorProblem, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        page = None if self._pages is None else await self._pages(Request(scope), problem)
        await (page or problem.document())(scope, receive, send)


def _readable(scope: MutableMapping[str, Any]) -> bool:
    """Whether path and query are UTF-8 without NUL. What is not would be read as something else than was sent."""
    for sent in (scope.get("raw_path") or b"", scope["query_string"].replace(b"+", b" ")):
        if b"%" in sent:
            plain = unquote_to_bytes(sent)
            try:
                plain.decode()
            except UnicodeDecodeError:
                return False
            if b"\0" in plain:
                return False
    return "\0" not in scope["path"]


async def _read(receive: Receive, largest: int) -> bytes | None:
    """The whole body; None as soon as more than `largest` bytes came, whatever was announced, and GONE when the sender has gone
    before it was whole."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return GONE
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)
