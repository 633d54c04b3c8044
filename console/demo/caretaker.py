"""Whoever dies is started again: looked after in the background for as long as the demonstration runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import psycopg

from console.cluster.cluster import Cluster
from console.cluster.crew import Crew
from console.cluster.roster import process_names
from console.progress import Progress
from console.refusal import CommandRefusal

LOOK_EVERY_S = 0.5


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
        while not self._closing.wait(LOOK_EVERY_S):
            self._anybody = self._anybody or bool(Crew.alive(self._cluster.home, process_names()))
            if not self._anybody:
                continue
            try:
                self._cluster.ensure()
            except (CommandRefusal, psycopg.Error, OSError, RuntimeError) as error:
                self.note(f"重新启动未成功，稍后再试：{str(error).splitlines()[0]}")
