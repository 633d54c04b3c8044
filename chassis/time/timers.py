"""The timers of a process: a loop for each kind of due work, and one lookout that tells them when something is due."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Engine

from chassis.observability.health import Heartbeat
from chassis.observability.loops import Loop, run_until_stopped
from chassis.time.clock import Clock
from chassis.time.jobs import kinds_due
from chassis.time.leases import LeaseKeeper
from chassis.time.scheduler import DueWork, Scheduler


class Timers:
    """All loops that the due work of one process needs. `loops` are for the frame to run."""

    def __init__(self, engine: Engine, work: Iterable[DueWork], clock: Clock, *, poll: float = 0.5) -> None:
        keeper = LeaseKeeper(engine, clock)
        self._schedulers = {each.kind: Scheduler(engine, each, clock, keeper=keeper) for each in work}
        lookout = Lookout(engine, list(self._schedulers.values()), clock, poll=poll)
        self.loops: list[Loop] = [*self._schedulers.values(), keeper, lookout]

    def wake(self, kinds: Collection[str]) -> None:
        """Something of these kinds has just become due. Kinds that another process works at are none of ours."""
        for kind in kinds:
            if kind in self._schedulers:
                self._schedulers[kind].wake()


class Lookout:
    """Asks once for all kinds what is due, and wakes their loops: asking for each alone, mostly in vain, cost a service
    of thirty kinds a sixth of its processor (docs/performance.md)."""

    def __init__(self, engine: Engine, schedulers: Sequence[Scheduler], clock: Clock, *, poll: float = 0.5) -> None:
        self._engine = engine
        self._schedulers = {each.kind: each for each in schedulers}
        self._clock = clock
        self._poll = poll
        self._stopped = threading.Event()
        self.heartbeat = Heartbeat("lookout", max_age=60)

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        run_until_stopped(self._stopped.is_set, self.heartbeat, self._step)

    def _step(self) -> None:
        for kind in kinds_due(self._engine, list(self._schedulers), self._clock.now()):
            self._schedulers[kind].wake()
        self._stopped.wait(self._poll)
