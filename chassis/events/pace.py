"""Letting work gather: many turns for one thing each cost far more than one turn for many."""

from __future__ import annotations

import time

GATHER = 0.04
"""Seconds between the beginnings of two turns of a busy loop. It costs each hop
40 ms at most, and saves the system a third of what a submission costs it under load (docs/performance.md)."""


SHARE = 0.25
"""How much of its time a loop works while less than a full batch waits for it. Where a turn takes long, because the
machine is busy, more gathers for the next one: the busier, the cheaper each thing becomes."""

MOST = 0.25
"""Seconds between the beginnings of two turns, however long one takes."""


class Pace:
    """How long a busy loop should let work gather. An idle one is not held up: its first turn begins at once."""

    def __init__(self, every: float = GATHER) -> None:
        self._every = every
        self._began = self._next = 0.0

    def left(self) -> float:
        """Seconds until the next turn should begin; 0 when nothing has been done for a while."""
        return max(0.0, self._next - time.monotonic())

    def turn(self) -> None:
        """A turn begins that has something to do."""
        self._began = time.monotonic()
        self._next = self._began + self._every

    def done(self) -> None:
        """It has done it."""
        took = time.monotonic() - self._began
        self._next = self._began + min(max(self._every, took / SHARE), MOST)
