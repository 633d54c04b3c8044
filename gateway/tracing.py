"""One span and one line in the log per request, in the caller's trace if it names one, called by the route that took the
request.

OpenTelemetry's own instrumentation does more and costs more than all the rest of the application together: it
looks for the route a second time, and keeps attributes that nobody reads
(docs/performance.md).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from opentelemetry.trace import SpanKind

from chassis.observability.concerns import concerning
from chassis.observability.telemetry import start_span
from gateway.access_log import AnswerSeen, wanted
from gateway.limits import App, Message, Receive, Send

UNTRACED = frozenset({"/healthz", "/readyz"})


class Traced:
    """ASGI middleware: method, route and status (semantic conventions for HTTP servers); never a query string."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._logs = wanted()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        seen = AnswerSeen()
        with start_span(method, parent=parent, kind=SpanKind.SERVER) as span, concerning():

            async def answer(message: Message) -> None:
                seen.see(message)
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self._app(scope, receive, answer)
            finally:
                span.set_attribute("http.request.method", method)
                route = scope.get("route")
                if route is not None:
                    span.update_name(f"{method} {route.path}")
                    span.set_attribute("http.route", route.path)
                if self._logs:
                    seen.note(scope)
