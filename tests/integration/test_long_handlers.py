"""Work that takes long is left to whoever does it; work that ends its process again and again is set aside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.stuck import StuckJob, redrive_job, stuck_jobs
from chassis.testing.fakes import NOON
from chassis.testing.waiting import eventually
from chassis.time.clock import FixedClock
from chassis.time.jobs import LEASE, MOST_DEATHS, Job, claim
from chassis.time.leases import LeaseKeeper
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


def claimed(frame: Frame) -> list[str]:
    return [job.subject for job in claim(frame.frame_engine, "remind", frame.clock.now(), 10)]


def die(frame: Frame, clock: FixedClock) -> list[str]:
    """A process claims what is due and ends; its lease runs out."""
    taken = claimed(frame)
    clock.advance(LEASE + timedelta(seconds=1))
    return taken


def stuck(frame: Frame) -> list[StuckJob]:
    return stuck_jobs(frame.frame_engine, frame.clock.now())


def scheduler(frame: Frame, handle: Callable[[list[Job]], None], keeper: LeaseKeeper | None = None) -> Scheduler:
    return Scheduler(frame.frame_engine, DueWork("remind", handle, 50), frame.clock, poll=0.001, keeper=keeper)


def test_a_job_stays_with_the_handler_that_takes_longer_than_a_lease(frame: Frame, clock: FixedClock) -> None:
    stolen: list[str] = []
    keeper = LeaseKeeper(frame.frame_engine, clock, every=0.01)

    def handle(jobs: list[Job]) -> None:
        for _ in range(3):
            clock.advance(LEASE - timedelta(seconds=1))
            until = clock.now() + LEASE
            eventually(lambda until=until: lease(frame) == until)
            stolen.extend(claimed(frame))

    schedule(frame, "a")
    thread = threading.Thread(target=keeper.run)
    thread.start()
    scheduler(frame, handle, keeper)._step()
    keeper.stop()
    thread.join()
    assert stolen == []


def lease(frame: Frame) -> object:
    with frame.frame_engine.connect() as connection:
        return connection.exec_driver_sql("SELECT lease_until FROM job WHERE subject = 'a'").scalar()


def test_a_job_whose_handler_fails_after_its_lease_was_extended_is_put_back(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    keeper = LeaseKeeper(frame.frame_engine, clock, every=0)

    def handle(jobs: list[Job]) -> None:
        clock.advance(timedelta(seconds=20))
        keeper._step()
        raise ZeroDivisionError

    schedule(frame, "a")
    scheduler(frame, handle, keeper)._step()
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT attempts, lease_until FROM job").fetchall() == [(1, None)]


def test_a_handler_that_says_nothing_for_long_loses_its_jobs(frame: Frame, clock: FixedClock) -> None:
    stolen: list[str] = []
    keeper = LeaseKeeper(frame.frame_engine, clock, every=0, quiet=100)
    loop: Scheduler

    def handle(jobs: list[Job]) -> None:
        loop.heartbeat._last -= 101
        keeper._step()
        clock.advance(LEASE + timedelta(seconds=1))
        keeper._step()
        stolen.extend(claimed(frame))

    loop = scheduler(frame, handle, keeper)
    schedule(frame, "a")
    loop._step()
    assert stolen == ["a"]


def test_a_job_that_ends_its_process_is_claimed_so_often_and_then_set_aside_with_a_name(
    frame: Frame, clock: FixedClock
) -> None:
    schedule(frame, "killer")
    for _ in range(MOST_DEATHS):
        assert die(frame, clock) == ["killer"]
    assert claimed(frame) == []
    clock.advance(timedelta(days=1))
    assert claimed(frame) == []
    (left,) = stuck(frame)
    assert (left.subject, left.stopped_at is not None) == ("killer", True)
    assert left.error is not None
    assert f"连续 {MOST_DEATHS} 次" in left.error


def test_those_that_were_claimed_together_with_one_that_ends_its_process_are_done_all_the_same(
    frame: Frame, clock: FixedClock
) -> None:
    schedule(frame, "a", "killer", "z")
    done: list[str] = []
    assert die(frame, clock) == ["a", "killer", "z"]
    for _ in range(20):
        (job, *more) = claim(frame.frame_engine, "remind", clock.now(), 10) or [None]
        assert not more, "suspects are claimed one by one"
        if job is None:
            clock.advance(LEASE + timedelta(seconds=1))
        elif job.subject != "killer":
            done.append(job.subject)
            with frame.unit((TENANT,), action="test") as uow:
                uow.finish(job)
    assert done == ["a", "z"]
    assert [left.subject for left in stuck(frame) if left.stopped_at] == ["killer"]


def test_what_came_due_before_a_suspect_is_claimed_as_a_batch(frame: Frame, clock: FixedClock) -> None:
    schedule(frame, "suspect")
    die(frame, clock)
    with frame.unit((TENANT,), action="test") as uow:
        uow.schedule_many("remind", ((TENANT, s, NOON - timedelta(minutes=5)) for s in ("b", "c")))
        uow.schedule_many("remind", ((TENANT, s, uow.now) for s in ("d", "e")))
    assert claimed(frame) == ["b", "c"]
    assert claimed(frame) == ["suspect"]
    assert claimed(frame) == ["d", "e"]


def test_a_job_that_its_handler_leaves_for_later_counts_nobody_dead(frame: Frame, clock: FixedClock) -> None:
    handed: list[int] = []
    loop = scheduler(frame, lambda jobs: handed.append(jobs[0].deaths))
    schedule(frame, "a")
    for _ in range(MOST_DEATHS + 2):
        loop._step()
        clock.advance(LEASE + timedelta(seconds=1))
    assert handed == [0] * (MOST_DEATHS + 2)


def test_a_job_that_was_set_aside_is_done_again_when_an_operator_says_so(frame: Frame, clock: FixedClock) -> None:
    schedule(frame, "a")
    for _ in range(MOST_DEATHS + 1):
        die(frame, clock)
    (left,) = stuck(frame)
    with frame.unit((TENANT,), action="test") as uow:
        redrive_job(uow, left)
    (job,) = claim(frame.frame_engine, "remind", clock.now(), 10)
    assert job.deaths == 0


def test_a_job_that_is_scheduled_anew_is_tried_again(frame: Frame, clock: FixedClock) -> None:
    schedule(frame, "a")
    for _ in range(MOST_DEATHS + 1):
        die(frame, clock)
    schedule(frame, "a")
    assert claimed(frame) == ["a"]


def test_it_is_known_since_when_somebody_works_at_a_job(frame: Frame, clock: FixedClock) -> None:
    schedule(frame, "a")
    claimed(frame)
    began = clock.now()
    with frame.frame_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE job SET lease_until = lease_until + interval '1 hour'")
    clock.advance(timedelta(minutes=30))
    (found,) = stuck(frame)
    assert found.in_hand_since(clock.now()) == began
    assert found.in_hand_since(clock.now() + timedelta(hours=2)) is None
