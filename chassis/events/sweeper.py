"""The loop that brings parked events back: when their time has come, or when their gap is closed."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine, text

from chassis.events.inbox import BatchResult, Inbox
from chassis.events.parking import claim_due, wake_successors
from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.observability.metrics import CALENDARS_MISSING, PARKED
from chassis.tenancy.working_days import missing_calendars
from chassis.time.clock import Clock

GAP_LOOK_SECONDS = 1.0
"""How often a sweeper looks for gaps that were closed unseen; less often where that takes long."""


class Sweeper:
    """One loop that brings parked events back."""

    def __init__(self, engine: Engine, inbox: Inbox, clock: Clock, *, poll: float = 0.5, batch: int = 200) -> None:
        self._engine = engine
        self._inbox = inbox
        self._clock = clock
        self._poll = poll
        self._batch = batch
        self._wake = threading.Event()
        self._stopping = False
        self._measured = 0.0
        self._look_at = 0.0
        self.heartbeat = Heartbeat("sweeper", max_age=60)

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        run_until_stopped(lambda: self._stopping, self.heartbeat, self._step)

    def _step(self) -> None:
        self._look_for_closed_gaps()
        events = claim_due(self._engine, self._clock.now(), self._batch, self._inbox.wanted)
        result: BatchResult | None = self._inbox.apply(events) if events else None
        self._measure()
        if result is None or not result.released:
            self._wake.wait(self._poll)
            self._wake.clear()

    def _look_for_closed_gaps(self) -> None:
        began = time.monotonic()
        if began >= self._look_at:
            wake_successors(self._engine, self._clock.now())
            ended = time.monotonic()
            self._look_at = ended + max(GAP_LOOK_SECONDS, 20 * (ended - began))

    def _measure(self) -> None:
        if time.monotonic() - self._measured < 5:
            return
        self._measured = time.monotonic()
        with self._engine.connect() as connection:
            counted = connection.execute(text("SELECT state, count(*) AS n FROM parked GROUP BY state")).all()
        counts = {row.state: row.n for row in counted}
        for state in ("waiting", "dead"):
            PARKED.labels(state).set(counts.get(state, 0))
        CALENDARS_MISSING.set(len(missing_calendars(self._engine).items))
