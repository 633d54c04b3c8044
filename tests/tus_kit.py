"""Whoever sends files in parts by the tus protocol, and a gateway that takes them."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx
from duties_kit import duties_of
from fastapi import FastAPI

from contracts.message import Actor
from gateway.identity.views import Principal
from gateway.tus import FOR_PROGRAMS

PART = "application/offset+octet-stream"


class PersonIsToken:
    """Whoever comes is signed in as the person whom the token names: `enterprise:boss`, or a role alone."""

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        role, _, person = token.partition(":")
        enterprise = "e1" if role == "enterprise" else None
        actor = Actor(
            id=person or f"{role}-1", roles=frozenset({role}), duties=duties_of(role), enterprise_id=enterprise
        )
        return True, Principal("zhanggong", actor)


class TusSender:
    """A client of the protocol: it begins, sends, asks and goes on."""

    def __init__(self, app: FastAPI, token: str = "enterprise") -> None:
        self.app, self.token = app, token

    def asks(self, method: str, path: str, content: Any = None, **headers: str) -> httpx.Response:
        return asyncio.run(self.asking(method, path, content, **headers))

    async def asking(self, method: str, path: str, content: Any = None, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        said = {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, path, content=content, headers={k: v for k, v in said.items() if v})

    def begins(self, size: int, name: str = "合同.pdf", **headers: str) -> httpx.Response:
        said = {"Upload_Length": str(size), "Upload_Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}
        return self.asks("POST", FOR_PROGRAMS, **(said | headers))

    def sends(self, place: str, content: Any, offset: int, **headers: str) -> httpx.Response:
        return asyncio.run(self.sending(place, content, offset, **headers))

    async def sending(self, place: str, content: Any, offset: int, **headers: str) -> httpx.Response:
        return await self.asking("PATCH", place, content, Content_Type=PART, Upload_Offset=str(offset), **headers)

    def offset(self, place: str) -> int:
        return int(self.asks("HEAD", place).headers["Upload-Offset"])


def cut_off(app: FastAPI, place: str, content: bytes, offset: int, token: str = "enterprise") -> None:
    """Send so much of a part, and then the wire is gone: what the server would hear of it."""
    pieces = [content[start : start + 1000] for start in range(0, len(content), 1000)]
    heard = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    heard.append({"type": "http.disconnect"})
    said = {
        "authorization": f"Bearer {token}",
        "tus-resumable": "1.0.0",
        "content-type": PART,
        "upload-offset": str(offset),
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PATCH",
        "path": place,
        "raw_path": place.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("door", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in said.items()],
    }

    async def receive() -> dict[str, Any]:
        return heard.pop(0) if len(heard) > 1 else heard[0]

    async def send(_message: Any) -> None:
        """Nobody is there to read it."""

    asyncio.run(app(scope, receive, send))
