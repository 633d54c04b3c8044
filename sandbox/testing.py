"""The sandbox's programs as real processes, for tests: started, killed, started again on the same book."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx

REPOSITORY = Path(__file__).resolve().parents[1]
PROBE_SECONDS = 0.05


class RunningProgram:
    """`python -m MODULE` on a free loopback port, ready to answer; `client` talks to it.

    Use as a context manager. What it writes to its standard error is in `log`.
    """

    def __init__(self, module: str, book: Path, *options: str) -> None:
        self._module = module
        self._options = options
        self.book = book
        self.log = book.with_suffix(".log")
        self.port = _free_port()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)
        self._process = self._start()

    def __enter__(self) -> Self:
        eventually(self._answers)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(timeout=10)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """kill -9: no chance to tidy up."""
        self._process.kill()
        self._process.wait(timeout=10)

    def restart(self) -> None:
        """Start again on the same port and book, and wait until it answers."""
        self._process = self._start()
        eventually(self._answers)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self._module, "--port", str(self.port), "--book", str(self.book)]
        with self.log.open("ab") as log:
            return subprocess.Popen([*command, *self._options], cwd=REPOSITORY, stderr=log)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._module} ended by itself: {self.log.read_text()}")
        try:
            return self.client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False


def eventually(probe: Callable[[], bool], within: float = 20.0) -> None:
    """Come back once `probe` holds; AssertionError if it does not `within` so many seconds."""
    deadline = time.monotonic() + within
    while not probe():
        assert time.monotonic() < deadline, f"{probe} did not hold within {within} s"
        time.sleep(PROBE_SECONDS)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
