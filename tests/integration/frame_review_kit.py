"""A process of the noting service, a client that speaks its protocol, and wires that a test may cut."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import amqp
import httpx
import orjson
from key_kit import key_environment
from sqlalchemy import make_url

from chassis.events.broker import connect
from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.servers.provision import Dsns

ROOT = Path(__file__).resolve().parents[2]
RPC_QUEUE = "rpc-notify"


class Wire:
    """A TCP wire to `target` that can be cut, held and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._ends: list[socket.socket] = []
        self._held: set[socket.socket] = set()
        self._mended = threading.Event()
        self._mended.set()
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection; new ones are closed at once until `mend`."""
        self._mended.clear()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def hold(self) -> None:
        """Carry nothing more for those connected now, who notice nothing of it; new ones are served."""
        self._held |= set(self._ends)

    def mend(self) -> None:
        self._mended.set()

    def close(self) -> None:
        self._closed = True
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._mended.is_set():
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._ends += [near, far]
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError, ValueError), near, far:
            while True:
                if near in self._held:
                    # What is sent is still taken, and so acknowledged by the kernel, and goes nowhere.
                    if not near.recv(65536):
                        return
                    continue
                for ready in select.select([near, far], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    (far if ready is near else near).sendall(data)


def through(wire: Wire, url: str) -> str:
    """The same URL by way of the wire."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{login}@127.0.0.1:{wire.port}").geturl()


def wire_to(url: str) -> Wire:
    made = make_url(url)
    assert made.host
    assert made.port
    return Wire(made.host, made.port)


class NotingProcess:
    """`python frame_review_service.py notify` with its log."""

    def __init__(self, dsns: Dsns, amqp_url: str, folder: Path) -> None:
        self._folder = folder
        self.env = {
            **os.environ,
            "DATABASE_URL": dsns.app,
            "FRAME_DATABASE_URL": dsns.frame,
            "AMQP_URL": amqp_url,
            **key_environment("notify"),
            "PYTHONPATH": str(ROOT),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *, ready: bool = True, **more: str) -> subprocess.Popen[bytes]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        script = Path(__file__).with_name("frame_review_service.py")
        with (self._folder / "noting.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(script), "notify"],
                cwd=ROOT,
                env={**self.env, "HEALTH_PORT": str(port), **more},
                stdout=log,
                stderr=log,
            )
        self._running.append(process)
        self.port = port
        if ready:
            eventually(lambda: self.is_ready(process), within=60)
        return process

    def is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, self.log[-3000:]
        return httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False).status_code == 200

    @property
    def log(self) -> str:
        return (self._folder / "noting.log").read_text()

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)


class Caller:
    """Sends orders to `rpc-notify` and keeps every reply that comes, by correlation id."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url)
        self.channel: amqp.Channel = self._connection.channel()
        self._reply_key = str(uuid.uuid4())
        self.replies: dict[str, list[dict[str, Any]]] = {}
        self.channel.exchange_declare("nameko-rpc", "topic", durable=True, auto_delete=False)
        self.channel.queue_declare(RPC_QUEUE, durable=True, auto_delete=False)
        self.channel.queue_bind(RPC_QUEUE, "nameko-rpc", "notify.*")
        self.channel.queue_purge(RPC_QUEUE)
        queue = self.channel.queue_declare("", exclusive=True).queue
        self.channel.queue_bind(queue, "nameko-rpc", self._reply_key)
        self.channel.basic_consume(queue, no_ack=True, callback=self._take)

    def order(self, text: str, *, seconds: float = 0, operation: str | None = None) -> str:
        """Send `note`; returns the correlation id."""
        body = {"text": text, "seconds": seconds}
        envelope = {
            "idempotency_key": operation or new_id(),
            "tenant": "zhanggong",
            "actor": {"id": "tester", "roles": ["tester"]},
            "name": "Note",
            "body_hash": text,
            "body": body,
        }
        return self.send(orjson.dumps({"args": [envelope], "kwargs": {}}))

    def ask(self, method: str, *, patience: float | None = None, **body: Any) -> str:
        """Send a question whose caller waits so many seconds; returns the correlation id."""
        envelope = {"tenant": "zhanggong", "actor": {"id": "tester"}, "name": method.title(), "body": body}
        more = {} if patience is None else {"expiration": str(int(patience * 1000))}
        return self.send(orjson.dumps({"args": [envelope], "kwargs": {}}), method=method, **more)

    def send(
        self,
        body: bytes,
        *,
        reply: bool = True,
        content_type: str = "application/json",
        method: str = "note",
        **more: Any,
    ) -> str:
        number = str(uuid.uuid4())
        more |= {"reply_to": self._reply_key} if reply else {}
        message = amqp.Message(body, content_type=content_type, content_encoding="utf-8", correlation_id=number, **more)
        self.channel.basic_publish(message, "nameko-rpc", f"notify.{method}")
        return number

    def answers(self, number: str) -> list[dict[str, Any]]:
        with suppress(TimeoutError):
            while True:
                self._connection.drain_events(timeout=0.05)
        return [each["result"] for each in self.replies.get(number, [])]

    def waiting(self) -> tuple[int, int]:
        """(messages ready, consumers) of the service's queue."""
        found = self.channel.queue_declare(RPC_QUEUE, passive=True)
        return int(found.message_count), int(found.consumer_count)

    def close(self) -> None:
        with suppress(Exception):
            self._connection.release()

    def _take(self, message: amqp.Message) -> None:
        number = message.properties["correlation_id"]
        self.replies.setdefault(number, []).append(orjson.loads(message.body))


@contextmanager
def calling(url: str) -> Iterator[Caller]:
    caller = Caller(url)
    try:
        yield caller
    finally:
        caller.close()
