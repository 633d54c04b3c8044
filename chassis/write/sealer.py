"""The loop that chains audit facts into blocks."""

from __future__ import annotations

import threading

from sqlalchemy import Engine

from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.time.clock import Clock
from chassis.write import audit


class Sealer:
    """Seals audit facts once a second."""

    def __init__(self, engine: Engine, look: Engine, clock: Clock) -> None:
        self._engine = engine
        self._look = look
        self._clock = clock
        self._stopped = threading.Event()
        self.heartbeat = Heartbeat("sealer", max_age=60)

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        run_until_stopped(self._stopped.is_set, self.heartbeat, self._step)

    def _step(self) -> None:
        if not audit.unsealed(self._look) or audit.seal(self._engine, self._clock.now()) < audit.BLOCK_LIMIT:
            self._stopped.wait(1.0)
