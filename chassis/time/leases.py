"""Leases of work in hand: extended while their handlers go on, let go when one has said nothing for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine

from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.observability.telemetry import get_logger
from chassis.time.clock import Clock
from chassis.time.jobs import LEASE, Job, extend

log = get_logger(__name__)

EXTEND_EVERY = LEASE.total_seconds() / 3
"""Two extensions may fail before a lease runs out."""

QUIET_SECONDS = 600.0
"""A handler that has not beaten for so long may be stuck for good: its jobs are left to whoever claims them next."""


class Hand:
    """A batch of jobs that a handler works at; `jobs` are those that are still ours, with the leases that they have."""

    def __init__(self, heartbeat: Heartbeat, jobs: Sequence[Job]) -> None:
        self.heartbeat = heartbeat
        self.jobs = list(jobs)
        self.extended = time.monotonic()
        self.changing = threading.Lock()


class LeaseKeeper:
    """One loop for all the handlers of a process. Short work costs it nothing: it looks at what has lasted."""

    def __init__(
        self, engine: Engine, clock: Clock, *, every: float = EXTEND_EVERY, quiet: float = QUIET_SECONDS
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._every = every
        self._quiet = quiet
        self._hands: set[Hand] = set()
        self._stopped = threading.Event()
        self.heartbeat = Heartbeat("leases", max_age=60)

    @contextmanager
    def holding(self, heartbeat: Heartbeat, jobs: Sequence[Job]) -> Iterator[Hand]:
        """While the block runs, the jobs stay ours. Whoever wants to know which still are asks the hand afterwards."""
        hand = Hand(heartbeat, jobs)
        heartbeat.beat()
        heartbeat.in_hand = time.monotonic()
        self._hands.add(hand)
        try:
            yield hand
        finally:
            self._hands.discard(hand)
            heartbeat.in_hand = None
            with hand.changing:
                hand.extended = float("inf")

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        run_until_stopped(self._stopped.is_set, self.heartbeat, self._step)

    def _step(self) -> None:
        for hand in list(self._hands):
            with hand.changing:
                if time.monotonic() - hand.extended >= self._every:
                    self._extend(hand)
        self._stopped.wait(self._every / 4)

    def _extend(self, hand: Hand) -> None:
        if hand.heartbeat.age > self._quiet:
            hand.extended = float("inf")
            log.error("a handler says nothing any more and its jobs are let go", loop=hand.heartbeat.name)
            return
        if hand.jobs:
            hand.jobs = extend(self._engine, hand.jobs, self._clock.now())
        hand.extended = time.monotonic()
