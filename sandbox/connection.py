"""Connections that can be held open in silence, and dropped without an answer.

HTTP servers go to lengths to answer something; a bank whose line goes dead does not. The protocol
class hands the application the one thing ASGI withholds: the means to cut the connection.
"""

from __future__ import annotations

import asyncio

from fastapi import Request, Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "sandbox.connection"


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with the transport's `abort` in the request's scope."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"abort": self.transport.abort}}


async def hold(request: Request, seconds: float) -> None:
    """Say nothing for so long, or until the client hangs up."""
    try:
        await asyncio.wait_for(_client_gone(request), seconds)
    except TimeoutError:
        return


async def drop(request: Request) -> Response:
    """Cut the connection. The returned response is for the framework; it reaches nobody."""
    request.scope["extensions"][_EXTENSION]["abort"]()
    await _client_gone(request)
    return Response(status_code=503)


async def _client_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
