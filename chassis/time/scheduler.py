"""The loop that calls `@due` handlers: claims rows whose time has come and hands them over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.concerns import concerning
from chassis.observability.health import Heartbeat
from chassis.observability.loops import run_until_stopped
from chassis.observability.telemetry import get_logger
from chassis.time.clock import Clock
from chassis.time.jobs import LEASE, STANDING, Job, claim, leave, put_back, renew
from chassis.time.leases import LeaseKeeper
from chassis.write.uow import UnitOfWork
from contracts.calendars import NATION
from contracts.message import TenantId

log = get_logger(__name__)

UNWOKEN = 30.0
"""Seconds after which a loop looks for itself though nobody has woken it (timers.py): it beats, and misses nothing."""


@dataclass(frozen=True, slots=True)
class DueWork:
    """A kind of job, its handler and how many of them it takes at once.

    `heartbeat` is what the handler beats while it works, if it may take long. `standing`: there is always one job of the
    kind, of the whole installation (tenant NATION, subject STANDING), which its handler schedules anew each time.
    """

    kind: str
    handle: Callable[[list[Job]], None]
    batch: int
    heartbeat: Heartbeat | None = None
    standing: bool = False


def see_to_standing(work: Iterable[DueWork], unit: Callable[[Sequence[TenantId]], UnitOfWork]) -> None:
    """Schedule for now what there must always be, where it is not there: processes that start see to it."""
    for each in work:
        if each.standing:
            with unit([NATION]) as uow:
                if not uow.scheduled(each.kind, [STANDING], tenant=NATION):
                    uow.schedule(each.kind, STANDING, at=uow.now, tenant=NATION)


def heartbeat_of(kind: str) -> Heartbeat:
    """What the loop of this kind of due work beats."""
    return Heartbeat(f"due:{kind}", max_age=120)


class Scheduler:
    """One loop per kind of job, so that a slow port does not hold up the alarms. It sleeps until it is woken."""

    def __init__(
        self, engine: Engine, work: DueWork, clock: Clock, *, poll: float = UNWOKEN, keeper: LeaseKeeper | None = None
    ) -> None:
        self._engine = engine
        self._work = work
        self.kind = work.kind
        self._clock = clock
        self._poll = poll
        self._wake = threading.Event()
        self._stopping = False
        self._keeper = keeper or LeaseKeeper(engine, clock)
        self.heartbeat = work.heartbeat or heartbeat_of(work.kind)

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        run_until_stopped(lambda: self._stopping, self.heartbeat, self._step)

    def _step(self) -> None:
        jobs = claim(self._engine, self._work.kind, self._clock.now(), self._work.batch)
        if jobs:
            self._hand_over(jobs)
        # What was claimed alone, because a process died of it, has others behind it that wait.
        if len(jobs) < self._work.batch and not any(job.deaths for job in jobs):
            self._wake.wait(self._poll)
            self._wake.clear()

    def _hand_over(self, jobs: Sequence[Job]) -> None:
        """A batch that fails is taken one by one, so that one bad subject does not hold up the others."""
        hand = None
        try:
            with concerning(), self._keeper.holding(self.heartbeat, jobs) as hand:
                self._work.handle(list(jobs))
            if hand.jobs:
                leave(self._engine, hand.jobs)
        except Exception as error:
            jobs = hand.jobs if hand is not None else jobs
            if is_infrastructure_fault(error):
                put_back(self._engine, jobs, self._clock.now(), str(error))
                raise
            if len(jobs) > 1:
                self._one_by_one(jobs, error)
                return
            log.exception(
                "due work failed and is put back", kind=self._work.kind, subjects=[job.subject for job in jobs]
            )
            put_back(self._engine, jobs, self._clock.now(), f"{type(error).__name__}: {error}")

    def _one_by_one(self, jobs: Sequence[Job], error: Exception) -> None:
        """Each alone: those that the batch had not done before it failed, and that nobody has taken over.

        For as long as a lease. Where the port is away, every single one would wait for it in vain.
        """
        give_up_at = time.monotonic() + LEASE.total_seconds()
        for place, job in enumerate(jobs):
            if self._stopping or time.monotonic() >= give_up_at:
                put_back(self._engine, jobs[place:], self._clock.now(), f"{type(error).__name__}: {error}")
                return
            self.heartbeat.beat()
            held = renew(self._engine, job, self._clock.now())
            if held is not None:
                self._hand_over([held])
