"""The line to the matching process: starts it, starts it again, asks it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from chassis.foundation.settings import ROLES
from chassis.observability.telemetry import get_logger
from services.catalog.matching.domain import MatchingWarmingUp

log = get_logger(__name__)

ANSWER_SECONDS = 4.5
"""A little less than the gateway waits for an answer."""

AGAIN_SECONDS = 1.0


class MatchingFailed(RuntimeError):
    """The matching process could not answer; its log says why."""


class MatchingLine:
    """One matching process beside this one. `ask` may be called by many (green) threads at once."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self._path = path
        self._env = env
        self._closing = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def from_env(cls) -> MatchingLine:
        """Started where this process answers questions; elsewhere nobody asks."""
        # Nobody but this account may enter the folder, and so nobody else can ask.
        line = cls(Path(tempfile.mkdtemp(prefix="zhida-matching-")) / "line", os.environ)
        if "rpc" in os.environ.get("ZHIDA_ROLES", ",".join(ROLES)):
            line.open()
        return line

    def open(self) -> None:
        """Start the process, and see from now on that there is one."""
        threading.Thread(target=self._keep, name="matching", daemon=True).start()

    def close(self) -> None:
        """Let the process end, as it would if this one did."""
        self._closing.set()
        if self._process is not None:
            self._process.wait(10)

    def ask(self, **question: Any) -> Mapping[str, Any]:
        """The answer. Raises MatchingWarmingUp while there is none yet, MatchingFailed for a fault."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(ANSWER_SECONDS)
                line.connect(str(self._path))
                line.sendall(orjson.dumps(question) + b"\n")
                with line.makefile("rb") as reply:
                    said = reply.readline()
        except (FileNotFoundError, ConnectionError) as error:
            raise MatchingWarmingUp() from error
        answer: dict[str, Any] = orjson.loads(said) if said else {"fault": True}
        if "ok" not in answer:
            raise MatchingFailed(str(question.get("ask")))
        if answer["ok"].get("warming_up"):
            raise MatchingWarmingUp()
        found: Mapping[str, Any] = answer["ok"]
        return found

    def _keep(self) -> None:
        while not self._closing.is_set():
            self._path.unlink(missing_ok=True)
            arguments = [sys.executable, "-m", "services.catalog.matching.process", str(self._path)]
            try:
                with subprocess.Popen(arguments, stdin=subprocess.PIPE, env=dict(self._env)) as process:
                    self._process = process
                    while process.poll() is None and not self._closing.wait(AGAIN_SECONDS):
                        pass
                log.info("matching process ended", code=process.returncode)
            except OSError as error:
                # No memory or no processes left: whoever keeps it must not be gone when there are some again.
                log.error("matching process cannot be started", error=str(error)[:200])
            self._closing.wait(AGAIN_SECONDS)
