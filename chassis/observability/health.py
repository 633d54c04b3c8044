"""What a process says of itself over HTTP: is it alive, may it be given work, what has it counted.

Plain threads and the standard library's server; under green threads it shares their hub, so that a process
whose hub is stuck does not answer either, which is the truth.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from chassis.observability.metrics import REGISTRY
from chassis.observability.telemetry import get_logger

log = get_logger(__name__)

CHECK_SECONDS = 2.0
"""How long a check may take before it counts as failed."""

FRESH_SECONDS = 1.0
"""How long an answer of the checks is given again: a probe that asks often must not become load."""

CLIENT_SECONDS = 5.0
"""How long a client may take over its request."""

STOP_SECONDS = 0.5
"""How often the server looks whether it should stop."""

SLOW_SECONDS = 10.0
"""Work that has been in hand for longer is named where the process says how it is."""

Check = Callable[[], None]
"""Returns if all is well and raises if not."""


class Heartbeat:
    """A loop's sign of progress: it beats on every turn, and whoever works long beats between two pieces of it.

    After `max_age` seconds without a beat it is stale, which is told and ends nothing: slow work is no dead process.
    Being made counts as the first beat. `thread` is what the loop runs in, once it runs; `in_hand` since when
    (monotonic seconds) the loop has had work in hand that may take long.
    """

    def __init__(self, name: str, max_age: float) -> None:
        self.name = name
        self.max_age = max_age
        self.thread: threading.Thread | None = None
        self.in_hand: float | None = None
        self.beat()

    def beat(self) -> None:
        self._last = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._last

    @property
    def fresh(self) -> bool:
        return self.age <= self.max_age

    @property
    def alive(self) -> bool:
        """Whether what the loop runs in is still there."""
        return self.thread is None or self.thread.is_alive()

    @property
    def seconds_in_hand(self) -> float:
        """How long the work in hand has taken so far; 0 while there is none."""
        since = self.in_hand
        return 0.0 if since is None else time.monotonic() - since

    @property
    def progress(self) -> str:
        """What an operator is told: "ok", or since when there was no sign of progress, and of what."""
        told = "ok" if self.fresh else f"stale {self.age:.0f}s"
        held = self.seconds_in_hand
        return told if held < SLOW_SECONDS else f"{told}, in hand {held:.0f}s"


class HealthServer:
    """GET /healthz: 200 while the process works: it answers, and every loop's thread is there. GET /readyz: 200 while
    every check passes; how far the loops are is told beside. GET /metrics: Prometheus. 503 otherwise, and the JSON
    names which. It says kinds of errors, never details.

    What is slow is not dead: a process that was ended for it would hand its work to the next one, which would be ended
    for it too.
    """

    def __init__(
        self,
        host: str,
        port: int,
        checks: Mapping[str, Check],
        *,
        heartbeats: Sequence[Heartbeat] = (),
        registry: CollectorRegistry = REGISTRY,
        check_seconds: float = CHECK_SECONDS,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._address = (host, port)
        self._heartbeats = tuple(heartbeats)
        self._readiness = _Readiness(checks, check_seconds, fresh_seconds)
        self._registry = registry
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is served; with port 0, the one that the system chose at `start`."""
        return self._address[1] if self._server is None else int(self._server.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own. Raises OSError if the address is taken."""
        self._server = _Server(self._address, self._answer)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_SECONDS,), name="health", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Answers under way end with their threads; the port is free on return."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None

    def _answer(self, path: str, accept: str) -> tuple[int, str, bytes] | None:
        """(status, content type, body) for a path that there is."""
        if path == "/metrics":
            encode, content_type = choose_encoder(accept)
            return 200, content_type, encode(self._registry)
        if path == "/healthz":
            loops = {each.name: "ok" if each.alive else "ended" for each in self._heartbeats}
            return _json(all(each.alive for each in self._heartbeats), "alive", "stalled", {"loops": loops})
        if path == "/readyz":
            found = self._readiness.look()
            progress = {each.name: each.progress for each in self._heartbeats}
            well = all(word == "ok" for word in found.values())
            return _json(well, "ready", "not_ready", {"checks": found, "progress": progress})
        return None


class _Readiness:
    """Runs the checks, each in a thread that may be given up, and keeps what they said for a moment."""

    def __init__(self, checks: Mapping[str, Check], check_seconds: float, fresh_seconds: float) -> None:
        self._checks = dict(checks)
        self._check_seconds = check_seconds
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._running: dict[str, tuple[threading.Thread, list[str]]] = {}
        self._found: dict[str, str] = {}
        self._looked_at = float("-inf")

    def look(self) -> dict[str, str]:
        """Check → "ok" or what is wrong. Takes no longer than one check may."""
        with self._lock:
            if time.monotonic() - self._looked_at >= self._fresh_seconds:
                found = self._run()
                self._tell_changes(found)
                self._found, self._looked_at = found, time.monotonic()
            return self._found

    def _run(self) -> dict[str, str]:
        for name, check in self._checks.items():
            # A check that still hangs from last time is waited for again; more of them would only pile up.
            if name not in self._running:
                said: list[str] = []
                thread = threading.Thread(target=_ask, args=(name, check, said), name=f"check:{name}", daemon=True)
                self._running[name] = (thread, said)
                thread.start()
        deadline = time.monotonic() + self._check_seconds
        found = {}
        for name, (thread, said) in list(self._running.items()):
            thread.join(max(0.0, deadline - time.monotonic()))
            if said:
                del self._running[name]
            found[name] = said[0] if said else "timeout"
        return found

    def _tell_changes(self, found: dict[str, str]) -> None:
        for name, word in found.items():
            if word != self._found.get(name, "ok"):
                tell = log.info if word == "ok" else log.warning
                tell("readiness changed", check=name, found=word)


def _ask(name: str, check: Check, said: list[str]) -> None:
    try:
        check()
    except BaseException as error:
        # All: eventlet's Timeout is no Exception, and a check that said nothing would be waited for again.
        log.info("check failed", check=name, error=str(error)[:300])
        said.append(type(error).__name__)
    else:
        said.append("ok")


def _json(well: bool, good: str, bad: str, more: dict[str, Any]) -> tuple[int, str, bytes]:
    body = json.dumps({"status": good if well else bad, **more}, ensure_ascii=False)
    return (200 if well else 503), "application/json; charset=utf-8", body.encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], answer: Callable[..., tuple[int, str, bytes] | None]) -> None:
        self.answer = answer
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer would ask the name service for our own name here, and wait for it where there is none.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        log.warning("health request failed", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = CLIENT_SECONDS

    def do_GET(self) -> None:
        answer = self.server.answer(urlsplit(self.path).path, self.headers.get("Accept", ""))
        status, content_type, body = answer or (404, "text/plain; charset=utf-8", b"not found\n")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "zhida"

    def log_message(self, format: str, *args: object) -> None:
        """Probes come every few seconds: they are not worth a line each."""
