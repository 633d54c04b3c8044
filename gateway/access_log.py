"""One line in the log for each request that the door has answered: who asked what, what came of it, how long it took.

A route is named by its pattern. Paths, query strings, headers and bodies stay out: they hold names, codes and tokens. Of
a caller it is told who they are by id, never by name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from chassis.observability.telemetry import get_logger

log = get_logger(__name__)

GONE = 499
"""What is noted of a caller who was gone before an answer began (nginx has no other use for the number)."""

SILENT = frozenset({"off", "0", "false", "no"})


def wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether requests are to be logged: unless ZHIDA_ACCESS_LOG says off, where a proxy in front does so already."""
    return environ.get("ZHIDA_ACCESS_LOG", "on").strip().lower() not in SILENT


@dataclass(slots=True)
class AnswerSeen:
    """What has been seen of one answer on its way out."""

    began: float = field(default_factory=time.perf_counter)
    status: int | None = None
    bytes: int = 0

    def see(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))

    def note(self, scope: MutableMapping[str, Any]) -> None:
        """Writes the line. `ms` is from the request's first byte behind the server to the answer's last."""
        route = scope.get("route")
        line: dict[str, object] = {
            "method": scope["method"],
            "route": route.path if route is not None else None,
            "status": self.status or GONE,
            "ms": round((time.perf_counter() - self.began) * 1000, 1),
            "bytes": self.bytes,
            "client": scope.get("state", {}).get("client_address"),
        }
        principal = scope.get("principal")
        if principal is not None:
            line |= {"tenant": principal.tenant, "actor": principal.actor.id}
        log.info("request", **line)
