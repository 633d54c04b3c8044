"""One lookout for all kinds of due work: whoever has something to do is woken, and nobody else asks the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from chassis.edge.frame import Frame
from chassis.observability.loops import run_in_thread
from chassis.testing.fakes import NOON
from chassis.testing.waiting import eventually
from chassis.time.clock import FixedClock
from chassis.time.jobs import LEASE, Job, claim, kinds_due
from chassis.time.scheduler import DueWork
from chassis.time.timers import Timers

TENANT = "zhanggong"
KINDS = ["alarm", "remind", "send"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def frame(service_frame: Callable[..., Frame], clock: FixedClock) -> Frame:
    return service_frame("gateway", clock=clock)


def schedule(frame: Frame, kind: str, subject: str, *, after: timedelta = timedelta()) -> set[str]:
    with frame.unit((TENANT,), action="test") as uow:
        uow.schedule(kind, subject, at=uow.now + after, tenant=TENANT)
    return uow.kinds_due(frame.clock.now())


def due(frame: Frame) -> list[str]:
    return sorted(kinds_due(frame.look_engine, KINDS, frame.clock.now()))


class Worker:
    """Does what it is handed, and remembers it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.done: list[tuple[str, str]] = []

    def work(self, kind: str) -> DueWork:
        return DueWork(kind, self._handle, 10)

    def _handle(self, jobs: list[Job]) -> None:
        with self.frame.unit((TENANT,), action="test") as uow:
            for job in jobs:
                uow.finish(job)
        self.done += [(job.kind, job.subject) for job in jobs]


@contextmanager
def running(timers: Timers) -> Iterator[None]:
    threads: list[threading.Thread] = [run_in_thread(loop, "gateway") for loop in timers.loops]
    try:
        yield
    finally:
        for loop in timers.loops:
            loop.stop()
        for thread in threads:
            thread.join(5)
        assert not any(thread.is_alive() for thread in threads)


def test_only_kinds_with_something_to_claim_are_due(frame: Frame) -> None:
    schedule(frame, "remind", "a")
    schedule(frame, "remind", "b")
    schedule(frame, "send", "a", after=timedelta(seconds=1))
    schedule(frame, "not ours", "a")
    assert due(frame) == ["remind"]


def test_what_is_due_at_this_very_instant_is_due(frame: Frame, clock: FixedClock) -> None:
    schedule(frame, "send", "a", after=timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    assert due(frame) == ["send"]


def test_what_somebody_holds_is_due_again_when_the_lease_has_run_out(frame: Frame, clock: FixedClock) -> None:
    schedule(frame, "send", "a")
    claim(frame.frame_engine, "send", clock.now(), 10)
    assert due(frame) == []
    clock.advance(LEASE)
    assert due(frame) == []
    clock.advance(timedelta(microseconds=1))
    assert due(frame) == ["send"]


def test_a_unit_of_work_knows_which_kinds_it_has_made_due(frame: Frame) -> None:
    assert schedule(frame, "remind", "a") == {"remind"}
    assert schedule(frame, "send", "a", after=timedelta(microseconds=1)) == set()


def test_a_loop_is_woken_for_what_became_due_while_it_slept(frame: Frame, clock: FixedClock) -> None:
    worker = Worker(frame)
    with running(Timers(frame.look_engine, map(worker.work, KINDS), clock, poll=0.01)):
        schedule(frame, "remind", "later", after=timedelta(hours=1))
        schedule(frame, "send", "now")
        eventually(lambda: worker.done == [("send", "now")])
        clock.advance(timedelta(hours=1))
        eventually(lambda: worker.done == [("send", "now"), ("remind", "later")])


def test_a_wake_for_a_kind_that_is_none_of_ours_wakes_nobody(frame: Frame, clock: FixedClock) -> None:
    worker = Worker(frame)
    timers = Timers(frame.look_engine, [worker.work("send")], clock, poll=60)
    with running(timers):
        eventually(lambda: all(loop.heartbeat.age < 60 for loop in timers.loops))
        schedule(frame, "send", "a")
        timers.wake({"not ours", "send"})
        eventually(lambda: worker.done == [("send", "a")])
