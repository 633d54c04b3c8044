"""What is turned away before any route is asked: bodies too large, of another type, or beyond what a database keeps."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request

from gateway.errors import HTTP_SENTENCES, DoorProblem, ShowProblem

MAX_BODY = 256 * 1024
"""Bytes. The largest command is a list of 500 lines, about 60 KiB."""

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The one character that PostgreSQL's text cannot hold, as JSON writes it."""

NUL_IN_FORM = re.compile(rb"%00|\x00")
"""The same as a page's form writes it."""

API = "/api/"
JSON_TYPE, FORM_TYPE = b"application/json", b"application/x-www-form-urlencoded"
UNSTORABLE = DoorProblem(422, "unstorable_character", "提交的内容含有无法保存的字符（NUL），请删除后重试。")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class BodyLimits:
    """ASGI middleware: 413 for more than MAX_BODY bytes (announced or not), 415 for what is not JSON at the API, and
    not a form anywhere else. `pages` tells whoever reads pages.

    The paths in `streamed` take files of any type, which pass by piece by piece; their routes count the bytes.
    """

    def __init__(self, app: App, streamed: frozenset[str] = frozenset(), pages: ShowProblem | None = None) -> None:
        self._app = app
        self._streamed = streamed
        self._pages = pages

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS") or scope["path"] in self._streamed:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > MAX_BODY:
            await self._refuse(413, scope, receive, send)
            return
        has_body = int(announced) > 0 or b"transfer-encoding" in headers
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        form = self._pages is not None and not scope["path"].startswith(API)
        if has_body and media_type != (FORM_TYPE if form else JSON_TYPE):
            await self._refuse(415, scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await self._refuse(413, scope, receive, send)
            return
        if (NUL_IN_FORM if form else NUL).search(body):
            await self._tell(UNSTORABLE, scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _refuse(self, status: int, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await self._tell(DoorProblem(status, *HTTP_SENTENCES[status]), scope, receive, send)

    async def _tell(self, problem: DoorProblem, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        page = None if self._pages is None else await self._pages(Request(scope), problem)
        await (page or problem.document())(scope, receive, send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None as soon as more bytes came than are allowed, whatever was announced."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)
