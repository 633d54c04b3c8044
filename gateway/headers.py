"""What every answer tells browsers about itself: what it may load, who may frame it, what it is taken for. One place for
pages, JSON and files alike; who may keep an answer says whoever answers."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: under it a browser sends `Origin: null` with our own forms, which we could not tell from others'.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
}

PROGRAMS = PAGES | {
    # Nothing is loaded by what is no page: a browser that is led to an answer of the API shows it and does no more.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}

FOR_PROGRAMS = ("/api/", "/openapi.json", "/healthz", "/readyz")
API = "/api/"
NOBODY_KEEPS = "no-store"


def headers_of(path: str) -> Mapping[str, str]:
    """Those of an answer at this path."""
    return PROGRAMS if path.startswith(FOR_PROGRAMS) else PAGES


class Headers:
    """ASGI middleware, around everything: these stand on every answer, and an answer of the API of which nobody has said
    who may keep it is kept by nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(headers_of(scope["path"]))
                if scope["path"].startswith(API):
                    headers.setdefault("Cache-Control", NOBODY_KEEPS)
            await send(message)

        await self._app(scope, receive, answer)
