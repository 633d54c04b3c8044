"""A set of named processes, each in a session of its own, each with a log, a pid file and a readiness probe."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from console.machine.locks import locked
from console.machine.ports import is_free, listens, port_in_use
from console.machine.processes import Identity, PidFile, kill, spawn, tail, terminate
from console.refusal import CommandRefusal

READY_LIMIT_S = 90.0
STOP_LIMIT_S = 15.0


@dataclass(frozen=True)
class Member:
    """How one process is started, and the URL that answers 2xx once it is ready for work.

    `answered_by` names the member that answers there, where it is not the process itself.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    probe: str
    cwd: Path
    answered_by: str | None = None
    metrics: str = ""

    @property
    def port(self) -> int:
        return urlsplit(self.probe).port or 80


@dataclass(frozen=True)
class MemberStatus:
    name: str
    state: Literal["ready", "running", "stopped"]  # running: alive, not (or not yet) ready
    pid: int | None
    probe: str
    metrics: str = ""
    """Where its figures can be read (Prometheus), if it has any."""

    @property
    def addresses(self) -> list[str]:
        """What it can be asked at: is it ready, and what has it counted."""
        return [address for address in (self.probe, self.metrics) if address]


class Crew:
    """The processes of `members`, known by name. Any process may make a Crew of the same home: state is on disk."""

    def __init__(self, home: Path, members: Iterable[Member]) -> None:
        self._home = home
        self._members = {member.name: member for member in members}

    @staticmethod
    def alive(home: Path, names: Iterable[str]) -> set[str]:
        """Which of `names` run in `home`; for when their ports and so their members are not known yet."""
        return {name for name in names if PidFile(home / "run" / f"{name}.pid").running()}

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def start(self, name: str, env: Mapping[str, str] | None = None) -> bool:
        """Starts `name` unless it runs; `env` adds to its environment for this run only. False if it ran."""
        member = self._member(name)
        with self._locked(name):
            if self.process(name) is not None:
                return False
            spawn(
                member.argv,
                pid_file=self._pid_file(name),
                log=self.log(name),
                env={**member.env, **(env or {})},
                cwd=member.cwd,
            )
            return True

    def stop(self, name: str, limit_s: float = STOP_LIMIT_S) -> None:
        """SIGTERM and, after `limit_s` seconds, SIGKILL. From then on it is not missed (see `missing`)."""
        with self._locked(name):
            running = self.process(name)
            if running is not None:
                terminate(running, limit_s=limit_s)
            self._pid_file(name).path.unlink(missing_ok=True)

    def stop_all(self, limit_s: float = STOP_LIMIT_S) -> None:
        """All at once."""
        with ThreadPoolExecutor(max(1, len(self._members))) as pool:
            list(pool.map(lambda name: self.stop(name, limit_s), self._members))

    def kill(self, name: str) -> None:
        """SIGKILL, as a fault would."""
        with self._locked(name):
            running = self.process(name)
            if running is not None:
                kill(running)

    def process(self, name: str) -> Identity | None:
        """The running process of `name`, or None."""
        self._member(name)
        return self._pid_file(name).running()

    def missing(self) -> list[str]:
        """Those that were started, were not stopped, and are gone all the same."""
        return [name for name in self._members if self._pid_file(name).path.exists() and self.process(name) is None]

    def await_ready(self, names: Iterable[str], limit_s: float = READY_LIMIT_S) -> None:
        """Returns once all of `names` are ready; refuses with the end of its log when one dies or is too late."""
        deadline = time.monotonic() + limit_s
        for name in names:
            while not self._ready(name):
                if self.process(name) is None:
                    if not is_free(self._member(name).port):
                        raise port_in_use(name, self._member(name).port)
                    raise _did_not_start(name, self.log(name), "进程已退出", "it ended")
                if time.monotonic() > deadline:
                    raise _did_not_start(name, self.log(name), "超时未就绪", "it is not ready in time")
                time.sleep(0.05)

    def status(self) -> list[MemberStatus]:
        return [self._status(member) for member in self._members.values()]

    def log(self, name: str) -> Path:
        return self._home / "logs" / f"{name}.log"

    def _ready(self, name: str) -> bool:
        """Whether the process that we started is ready: who else answers on its port is not asked."""
        member = self._member(name)
        running, answering = self.process(name), self.process(member.answered_by or name)
        if running is None or answering is None:
            return False
        return listens(answering.pid, member.port) and answers_well(member.probe)

    def _status(self, member: Member) -> MemberStatus:
        running = self.process(member.name)
        if running is None:
            return MemberStatus(member.name, "stopped", None, member.probe, member.metrics)
        state: Literal["ready", "running"] = "ready" if self._ready(member.name) else "running"
        return MemberStatus(member.name, state, running.pid, member.probe, member.metrics)

    def _member(self, name: str) -> Member:
        try:
            return self._members[name]
        except KeyError:
            known = "、".join(self._members)
            raise CommandRefusal(f"没有叫 {name} 的进程;有:{known}。", f"No process is called {name}.") from None

    def _pid_file(self, name: str) -> PidFile:
        return PidFile(self._home / "run" / f"{name}.pid")

    def _locked(self, name: str) -> AbstractContextManager[None]:
        return locked(self._home / "run" / f"{name}.lock")


def answers_well(url: str, timeout_s: float = 2.0) -> bool:
    """Whether a GET of `url` answers 2xx. Straight to the address: proxy variables do not apply to loopback."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout_s)
    try:
        connection.request("GET", parts.path)
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _did_not_start(name: str, log: Path, zh: str, en: str) -> CommandRefusal:
    return CommandRefusal(
        f"{name} 没有启动成功({zh});日志 {log}:\n{tail(log)}", f"{name} did not start ({en}); its log is {log}."
    )
