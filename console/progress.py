"""Telling a person how far setting up has come: a live table on a terminal, one line per step elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


class Progress(Protocol):
    """Steps may run side by side and in several threads."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """A context in which `name` is under way; leaving it by an exception marks it as failed."""

    def note(self, text: str) -> None:
        """One line that stays."""


class Silent:
    """For programs and tests that watch in another way."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        yield

    def note(self, text: str) -> None:
        return


class LiveProgress:
    """`with LiveProgress() as progress:` shows what goes on until the block ends."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._began: dict[str, float] = {}
        self._ended: dict[str, tuple[float, bool]] = {}
        self._spinners: dict[str, Spinner] = {}
        self._mutex = threading.Lock()
        self._live = Live(console=self._console, get_renderable=self._table, refresh_per_second=8)

    def __enter__(self) -> LiveProgress:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live.is_started:
            self._live.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        with self._mutex:
            self._began[name] = began
            self._ended.pop(name, None)
        went_well = False
        try:
            yield
            went_well = True
        finally:
            took = time.monotonic() - began
            with self._mutex:
                self._ended[name] = (took, went_well)
            if not self._live.is_started:
                self._console.print(f"{'✓' if went_well else '✗'} {name}  {took:.1f} s")

    def note(self, text: str) -> None:
        self._console.print(f"· {text}")

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        with self._mutex:
            for name, began in self._began.items():
                if name in self._ended:
                    took, went_well = self._ended[name]
                    mark = Text("✓", "green") if went_well else Text("✗", "red")
                    table.add_row(mark, name, f"{took:.1f} s")
                else:
                    spinner = self._spinners.setdefault(name, Spinner("dots"))
                    table.add_row(spinner, name, f"{time.monotonic() - began:.0f} s")
        return table
