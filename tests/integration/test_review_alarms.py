"""Deadlines on a real database: each alarm exactly once, whatever number of replicas looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job, claim
from console.servers.provision import Dsns
from contracts.review import CaseView, ListCases, RejectCase
from services.review.cases import deadline
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import application, china, item_rules


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def replica(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> Callable[[], Review]:
    """Another process of the same service on the same database."""
    dsns = service_database("review")
    return lambda: Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def handle(review: Review, jobs: list[Job]) -> None:
    with review.frame.event_unit([job.tenant for job in jobs], action=deadline.REVIEW_ALARM) as uow:
        deadline.raise_alarms(jobs, uow)


def due_jobs(review: Review) -> list[Job]:
    return claim(review.frame.frame_engine, deadline.REVIEW_ALARM, review.frame.clock.now(), 50)


def alarms_told(review: Review) -> list[str]:
    return [name for name, _ in review.told() if name in ("ReviewDeadlineApproaching", "ReviewDeadlineMissed")]


def until(clock: FixedClock, text: str) -> None:
    clock.advance(china(text) - clock.now())


def test_replicas_that_hold_the_same_jobs_raise_each_alarm_once(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    replicas = [replica().prepared(), replica(), replica()]
    replicas[0].hears(application(uscc="enterprise-a"), application(uscc="enterprise-b"))
    for text in ("2026-03-13 13:00", "2026-03-16 17:30", "2026-03-17 17:30"):
        until(clock, text)
        jobs = due_jobs(replicas[0])
        assert len(jobs) == 2
        ready = threading.Barrier(3)

        def race(review: Review, jobs: list[Job] = jobs, ready: threading.Barrier = ready) -> None:
            ready.wait(10)
            handle(review, jobs)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(race, replicas))
    assert alarms_told(replicas[0]) == ["ReviewDeadlineApproaching"] * 4 + ["ReviewDeadlineMissed"] * 2
    assert replicas[0].rows("SELECT level, count(*) FROM alarm GROUP BY 1 ORDER BY 1") == [
        (50, 2),
        (80, 2),
        (100, 2),
    ]
    assert replicas[0].rows("SELECT count(*) FROM job WHERE kind = 'review_alarm'") == [(0,)]


def test_a_job_is_due_no_earlier_than_its_alarm(replica: Callable[[], Review], clock: FixedClock) -> None:
    review = replica().prepared()
    review.hears(application())
    until(clock, "2026-03-13 12:59")
    assert due_jobs(review) == []
    until(clock, "2026-03-13 13:00")
    assert len(due_jobs(review)) == 1


def test_a_decision_takes_the_alarms_away(replica: Callable[[], Review], clock: FixedClock) -> None:
    review = replica().prepared()
    review.hears(application())
    case = CaseView.model_validate(review.asked(ListCases())["ok"]["items"][0])
    review.ordered(
        RejectCase(
            other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="不符合办法第三条", expected_version=case.version
        )
    )
    until(clock, "2026-04-01 09:00")
    assert due_jobs(review) == []
    assert alarms_told(review) == []


def test_a_tenants_own_closing_time_decides_the_day_of_receipt(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = replica().prepared()
    review.does("UPDATE tenant SET settings = settings || '{\"closing_time\": \"11:30\"}' WHERE id = 'zhanggong'")
    review.hears(application())
    case = CaseView.model_validate(review.asked(ListCases())["ok"]["items"][0])
    assert case.due_at == china("2026-03-18 11:30")


def test_a_case_waits_for_next_years_calendar_and_gets_its_date_when_that_is_loaded(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = replica().prepared(item_rules(limit=40))
    until(clock, "2026-11-23 10:00")
    review.hears(application(at=clock.now()))
    until(clock, "2026-11-24 10:00")
    handle(review, due_jobs(review))
    assert review.rows("SELECT due_at, version FROM review_case") == [(None, 1)]
    assert review.rows("SELECT subject, clock FROM alarm") == [("2027", "review")]
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    review.does(
        "INSERT INTO calendar_day (tenant, day, working) VALUES "
        + ", ".join(f"('', '{day}', {day.weekday() < 5})" for day in days)
    )
    until(clock, "2026-11-25 10:00")
    later = replica()  # a process keeps a calendar it has read for half a minute
    handle(later, due_jobs(later))
    ((due_at, version),) = review.rows("SELECT due_at, version FROM review_case")
    assert (due_at, version) == (china("2027-01-18 17:30"), 2)
    ((next_alarm,),) = review.rows("SELECT due_at FROM job WHERE kind = 'review_alarm'")
    assert clock.now() < next_alarm < due_at
    assert alarms_told(review) == []
