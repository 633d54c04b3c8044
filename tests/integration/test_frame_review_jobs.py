"""Durable timers under interruption: nothing that was scheduled is forgotten, nothing that is done is done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import psycopg
import pytest
from frame_kit import psycopg_url

import chassis.time.scheduler
from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import LEASE, Job, claim, put_back
from chassis.time.scheduler import DueWork, Scheduler
from console.servers.provision import Dsns

TENANT = "zhanggong"


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    return service_database("gateway")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns, clock: FixedClock) -> Frame:
    return service_frame("gateway", dsns=dsns, clock=clock)


def schedule(frame: Frame, *subjects: str) -> None:
    with frame.unit((TENANT,), action="test") as uow:
        uow.schedule_many("remind", ((TENANT, subject, uow.now) for subject in subjects))


def jobs(dsns: Dsns) -> list[tuple[str, int]]:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute("SELECT subject, attempts FROM job ORDER BY subject").fetchall()


def scheduler(frame: Frame, handle: Callable[[list[Job]], None]) -> Scheduler:
    return Scheduler(frame.frame_engine, DueWork("remind", handle, 50), frame.clock, poll=0.001)


def finish(frame: Frame, done: Sequence[Job]) -> None:
    with frame.unit((TENANT,), action="test") as uow:
        for job in done:
            uow.finish(job)


def test_a_job_scheduled_anew_for_the_same_instant_outlives_its_end(frame: Frame, dsns: Dsns) -> None:
    schedule(frame, "a", "b")
    first, second = claim(frame.frame_engine, "remind", frame.clock.now(), 10)
    with frame.unit((TENANT,), action="test") as uow:
        uow.schedule("remind", "a", at=first.due_at, tenant=TENANT)
        uow.finish(first)
        uow.finish(second)
    assert jobs(dsns) == [("a", 0)]
    assert [job.subject for job in claim(frame.frame_engine, "remind", frame.clock.now(), 10)] == ["a"]


def test_rescheduling_that_was_undone_does_not_keep_the_job(frame: Frame, dsns: Dsns) -> None:
    schedule(frame, "a")
    (job,) = claim(frame.frame_engine, "remind", frame.clock.now(), 10)
    with frame.unit((TENANT,), action="test") as uow:
        with pytest.raises(ZeroDivisionError), uow.savepoint():
            uow.schedule("remind", "a", at=job.due_at, tenant=TENANT)
            raise ZeroDivisionError
        uow.finish(job)
    assert jobs(dsns) == []


def test_what_a_failed_batch_had_finished_is_not_handed_over_again(frame: Frame, dsns: Dsns) -> None:
    handed: list[list[str]] = []

    def handle(batch: list[Job]) -> None:
        handed.append([job.subject for job in batch])
        for job in batch:
            if job.subject == "b":
                raise ZeroDivisionError("b is bad")
            finish(frame, [job])

    schedule(frame, "a", "b", "c")
    scheduler(frame, handle)._step()
    assert handed == [["a", "b", "c"], ["b"], ["c"]]
    assert jobs(dsns) == [("b", 1)]


def test_what_a_failed_batch_had_scheduled_for_later_is_left_for_later(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    handed: list[list[str]] = []

    def handle(batch: list[Job]) -> None:
        handed.append([job.subject for job in batch])
        if batch[0].subject == "a":
            with frame.unit((TENANT,), action="test") as uow:
                uow.schedule("remind", "a", at=uow.now + timedelta(hours=1), tenant=TENANT)
        raise ZeroDivisionError("always")

    schedule(frame, "a", "b")
    scheduler(frame, handle)._step()
    assert handed == [["a", "b"], ["b"]]
    assert jobs(dsns) == [("a", 0), ("b", 1)]


def test_a_job_that_another_worker_has_taken_over_is_not_handed_over_by_the_first(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    handed: list[list[str]] = []
    taken: list[Job] = []

    def handle(batch: list[Job]) -> None:
        handed.append([job.subject for job in batch])
        if len(batch) == 2:
            clock.advance(LEASE + timedelta(seconds=1))
            taken.extend(claim(frame.frame_engine, "remind", clock.now(), 1))
            raise ZeroDivisionError("after a long time")
        finish(frame, batch)

    schedule(frame, "a", "b")
    scheduler(frame, handle)._step()
    assert [job.subject for job in taken] == ["a"]
    assert handed == [["a", "b"], ["b"]]
    assert jobs(dsns) == [("a", 0)]


def test_the_others_keep_their_lease_while_a_failed_batch_is_taken_one_by_one(frame: Frame, clock: FixedClock) -> None:
    stolen: list[str] = []

    def handle(batch: list[Job]) -> None:
        if len(batch) == 1:
            clock.advance(timedelta(seconds=20))
            stolen.extend(job.subject for job in claim(frame.frame_engine, "remind", clock.now(), 1))
        raise ZeroDivisionError("always")

    schedule(frame, "a", "b")
    scheduler(frame, handle)._step()
    assert stolen == ["a"]


def test_a_port_that_is_away_does_not_keep_a_loop_busy_with_one_batch_for_ever(
    frame: Frame, dsns: Dsns, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[list[str]] = []
    now = [1000.0]
    monkeypatch.setattr(chassis.time.scheduler.time, "monotonic", lambda: now[0])

    def handle(batch: list[Job]) -> None:
        handed.append([job.subject for job in batch])
        now[0] += 8
        raise TimeoutError("blackhole")

    schedule(frame, *(f"s{n:02d}" for n in range(40)))
    loop = scheduler(frame, handle)
    loop._step()
    assert len(handed) < 8
    assert [attempts for _subject, attempts in jobs(dsns)].count(0) == 0
    assert len(jobs(dsns)) == 40


def test_a_loop_that_takes_a_batch_one_by_one_is_alive_all_the_while(frame: Frame) -> None:
    ages: list[float] = []

    def handle(batch: list[Job]) -> None:
        ages.append(loop.heartbeat.age)
        loop.heartbeat._last -= 100
        raise ZeroDivisionError("always")

    loop = scheduler(frame, handle)
    schedule(frame, "a", "b", "c")
    loop._step()
    assert max(ages) < 100


def test_put_back_leaves_alone_what_is_no_longer_ours(frame: Frame, dsns: Dsns, clock: FixedClock) -> None:
    schedule(frame, "a")
    (job,) = claim(frame.frame_engine, "remind", clock.now(), 10)
    with frame.unit((TENANT,), action="test") as uow:
        uow.schedule("remind", "a", at=uow.now + timedelta(hours=1), tenant=TENANT)
    put_back(frame.frame_engine, [job], clock.now(), "late")
    assert jobs(dsns) == [("a", 0)]
