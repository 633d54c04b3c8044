"""The loop that chains audit facts into blocks."""

from __future__ import annotations

import threading

from sqlalchemy import Engine

from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.observability.telemetry import get_logger
from chassis.time.clock import Clock
from chassis.write import audit

log = get_logger(__name__)


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

    def seal_the_rest(self) -> None:
        """What the others have written while they came to an end, so that nothing of a stopped house looks unsealed.

        Where the database does not answer, whoever starts next seals it.
        """
        try:
            while audit.unsealed(self._look) and audit.seal(self._engine, self._clock.now()):
                pass
        except Exception as error:
            log.info("the last facts are left to the next start", error=str(error)[:200])

    def _step(self) -> None:
        if not audit.unsealed(self._look) or audit.seal(self._engine, self._clock.now()) < audit.BLOCK_LIMIT:
            self._stopped.wait(1.0)
