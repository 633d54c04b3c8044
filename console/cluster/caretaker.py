"""Whoever dies is started again: beside a demonstration for as long as it runs, after `up` by a process of its own.

The process is `python -m console.cluster.caretaker`. It ends when it is dismissed, when another one takes its place,
and when its home is gone.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType, TracebackType

import psycopg

from console.cluster.cluster import Cluster
from console.cluster.crew import Crew
from console.cluster.roster import process_names
from console.cluster.standing import CARETAKER, caretaker_file, dismiss_caretaker
from console.machine.processes import Identity, spawn
from console.place import CHECKOUT, home_of
from console.progress import Progress, Silent
from console.refusal import CommandRefusal

LOOK_EVERY_S = 0.5

AGAIN_S = 10.0
"""What dies within this time of its last start is started again after a pause, which doubles up to LONGEST_PAUSE_S: a
process that cannot live must not keep the machine busy with its births."""

LONGEST_PAUSE_S = 30.0


class Caretaker:
    """`with Caretaker(home, progress) as caretaker:` restarts what dies and tells `caretaker.progress` of it.

    It has nothing to do until the first of our processes runs: before that, somebody else is setting up. A
    restart that does not work is tried again: what it needs may be being killed as well. What it starts gets
    `environ`, which should be the environment that the home was brought up with.
    """

    def __init__(self, home: Path, progress: Progress, environ: Mapping[str, str] = os.environ) -> None:
        self.progress = progress
        self._cluster = Cluster(home, progress=self, environ=environ)
        self._anybody = False
        self._started: dict[str, float] = {}
        self._pause = LOOK_EVERY_S
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="caretaker", daemon=True)

    def __enter__(self) -> Caretaker:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()

    def step(self, name: str) -> AbstractContextManager[None]:
        return self.progress.step(name)

    def note(self, text: str) -> None:
        self.progress.note(text)

    def _look_after(self) -> None:
        while not self._closing.wait(self._pause):
            self._anybody = self._anybody or bool(Crew.alive(self._cluster.home, process_names()))
            if not self._anybody:
                continue
            try:
                self.pause_after(self._cluster.ensure())
            except (CommandRefusal, psycopg.Error, OSError, RuntimeError) as error:
                self.note(f"重新启动未成功，稍后再试：{str(error).splitlines()[0]}")

    def pause_after(self, started: Sequence[str]) -> float:
        """Seconds until the next look, now that these were started."""
        now = time.monotonic()
        again = [name for name in started if now - self._started.get(name, -math.inf) < AGAIN_S + self._pause]
        quiet = all(now - at > AGAIN_S for at in self._started.values())
        self._started |= dict.fromkeys(started, now)
        if again:
            self._pause = min(self._pause * 2, LONGEST_PAUSE_S)
        elif quiet:
            self._pause = LOOK_EVERY_S
        return self._pause


def post_caretaker(home: Path, environ: Mapping[str, str] = os.environ) -> Identity:
    """Has a process of its own look after `home` from now on, in place of the one that does so far."""
    dismiss_caretaker(home)
    return spawn(
        [sys.executable, "-m", "console.cluster.caretaker"],
        pid_file=caretaker_file(home),
        log=home / "logs" / f"{CARETAKER}.log",
        env={**environ, "ZHIDA_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"},
        cwd=CHECKOUT,
    )


class _Lines(Silent):
    """One line for each remark, with its time."""

    def note(self, text: str) -> None:
        print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}", flush=True)


def main() -> int:
    home = home_of(os.environ)
    mine = Identity.of(os.getpid())
    signal.signal(signal.SIGTERM, _dismissed)
    with Caretaker(home, _Lines()):
        while caretaker_file(home).running() == mine:
            time.sleep(LOOK_EVERY_S)
    return 0


def _dismissed(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
