"""Processes that outlive the command that started them, and are never mistaken for others.

A process is known by its pid *and* the moment it started: a pid file left behind by a crash may name a number
that the kernel has since given to somebody else's program, and that one must never be killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from console.machine.quarters import Account, Demotion
from contracts.typed import is_digits

# The program writes its own pid file (handed to it as standard input) before it becomes itself: were the launcher
# to write it, one killed in between would leave a process that nobody knows of. `exec` keeps pid and start time.
INTRODUCE = 'cat /proc/$$/stat /proc/sys/kernel/random/boot_id >&0; exec "$@" </dev/null'


@dataclass(frozen=True)
class Identity:
    """One run of one program: `started` is the boot's id and clock ticks since boot, as the kernel counts them."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The process that has `pid` now; None when there is none, or only its unreaped remains."""
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of ours that has ended stays a zombie until somebody asks
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        if _fields(stat)[0] in "ZX":
            return None
        return cls(pid, _started(stat, Path("/proc/sys/kernel/random/boot_id").read_text()))

    @classmethod
    def parse(cls, introduction: str) -> Identity | None:
        """What a process wrote about itself; None when the file was cut short by a crash."""
        lines = introduction.splitlines()
        if len(lines) != 2 or not is_digits(lines[0].split(" ", 1)[0]):
            return None
        return cls(int(lines[0].split(" ", 1)[0]), _started(lines[0], lines[1]))

    def alive(self) -> bool:
        return Identity.of(self.pid) == self


@dataclass(frozen=True)
class PidFile:
    path: Path

    def running(self) -> Identity | None:
        """The process this file speaks of, if it is still the same one and alive."""
        try:
            written = Identity.parse(self.path.read_text())
        except FileNotFoundError:
            return None
        return written if written is not None and written.alive() else None


class _Detached(subprocess.Popen[bytes]):
    """A child that is meant to go on without us: forgetting it is no leak, so it must not warn."""

    def __del__(self) -> None:
        self.returncode = 0
        super().__del__()


def spawn(
    argv: Sequence[str | Path],
    *,
    pid_file: PidFile,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
) -> Identity:
    """Starts `argv` in a session of its own, so that neither the end of the launcher nor its Ctrl-C ends it.

    Output is appended to `log`. Returns once the program has written its pid file.
    """
    pid_file.path.parent.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with pid_file.path.open("wb") as introduction, log.open("ab") as output:
        child = _Detached(
            ["/bin/sh", "-c", INTRODUCE, "sh", *map(str, argv)],
            stdin=introduction,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            **(account.as_arguments() if account else Demotion()),
        )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        written = Identity.parse(pid_file.path.read_text())
        if written is not None:
            return written
        if child.poll() is not None:
            break
        time.sleep(0.005)
    raise RuntimeError(f"{argv[0]} did not start, see {log}")


def terminate(process: Identity, *, limit_s: float, first: int = signal.SIGTERM) -> bool:
    """Asks `process` to stop and, after `limit_s` seconds, kills its session. True when it went by itself."""
    _signal(process, first)
    if _gone_within(process, limit_s):
        return True
    kill(process)
    return False


def kill(process: Identity) -> None:
    """SIGKILL for `process` and its process group; returns once it is gone."""
    if process.alive():
        with suppress(ProcessLookupError):
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                os.kill(process.pid, signal.SIGKILL)
    if not _gone_within(process, 10):
        raise RuntimeError(f"process {process.pid} survives SIGKILL")


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of `log`, for a sentence about why something did not start."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _signal(process: Identity, number: int) -> None:
    if process.alive():
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _gone_within(process: Identity, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.alive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _fields(stat: str) -> list[str]:
    """The fields after the program's name, which may itself contain spaces and brackets; [0] is the state."""
    return stat.rpartition(")")[2].split()


def _started(stat: str, boot_id: str) -> str:
    return f"{boot_id.strip()}/{_fields(stat)[19]}"
