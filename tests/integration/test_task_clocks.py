"""The clock of a step on a real database: told at 50, 80 and 100 % once each, whoever looks and whatever the calendar says;
standing still with its cause and a projected end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from calendar_kit import own_days
from review_database import Review
from task_kit import alarms_due, hands_over, prepared, raises, tasks, until

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job
from console.servers.provision import Dsns
from contracts.review import CaseView, GetCase, ListCases
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.public_notices.holding import hold, let_go
from tests.unit.review.review_kit import application, china


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def replica(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> Callable[[], Review]:
    dsns = service_database("review")
    return lambda: Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def told(review: Review) -> list[tuple[str, int, str, str]]:
    """(tenant that hears, percent, duty, department) of what was said of tasks."""
    rows = review.rows("SELECT body FROM outbox WHERE type LIKE 'TaskDeadline%' ORDER BY position")
    said = [json.loads(body)["data"] for (body,) in rows]
    asked = [(data.get("used_percent", 100), data["attention"]) for data in said]
    return [(each["tenant"], percent, each["duty"], each["department_id"]) for percent, each in asked]


def changes(review: Review, change: Callable[[Case, object], None]) -> None:
    with review.frame.event_unit(["zhanggong"], action="test") as uow:
        (id,) = [row[0] for row in review.rows("SELECT id FROM review_case")]
        case = uow.of(Cases).get(id)
        change(case, uow)
        uow.of(Cases).save(case)


HEARD = ("ganzhou", "first_review", "dep-city-tax")


def test_a_step_s_own_clock_is_told_once_per_level_to_the_duty_that_answers_whatever_replicas_look(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    replicas = [prepared(replica()), replica(), replica()]
    replicas[0].hears(application())
    hands_over(replicas[0])
    (task,) = tasks(replicas[0]).items
    assert task.due_at == china("2026-03-24 17:30"), "ten working days from Tuesday"
    for text in ("2026-03-17 17:30", "2026-03-20 17:30", "2026-03-24 17:30"):
        until(clock, text, china)
        jobs = alarms_due(replicas[0])
        assert len(jobs) == 1
        ready = threading.Barrier(3)

        def race(review: Review, jobs: list[Job] = jobs, ready: threading.Barrier = ready) -> None:
            ready.wait(10)
            raises(review, jobs)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(race, replicas))
    tenant, duty, department = HEARD
    assert told(replicas[0]) == [(tenant, level, duty, department) for level in (50, 80, 100)]
    until(clock, "2026-04-30 17:30", china)
    assert alarms_due(replicas[0]) == []


def test_a_calendar_that_changes_moves_the_task_and_its_next_alarm_and_tells_nothing_twice(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = prepared(replica())
    review.hears(application())
    hands_over(review)
    until(clock, "2026-03-17 17:30", china)
    raises(review, alarms_due(review))
    assert [percent for _tenant, percent, *_ in told(review)] == [50]
    # A Saturday and a Sunday are worked: everything ends two days sooner.
    review.hears(own_days("zhanggong", (date(2026, 3, 21), True), (date(2026, 3, 22), True)))
    review.follows()
    hands_over(review)
    (task,) = tasks(review).items
    assert task.due_at == china("2026-03-22 17:30")
    until(clock, "2026-03-20 17:30", china)
    raises(review, alarms_due(review))
    until(clock, "2026-03-22 17:30", china)
    raises(review, alarms_due(review))
    assert [percent for _tenant, percent, *_ in told(review)] == [50, 80, 100]
    # The days are rest days after all: it ends later again, and nothing is said anew.
    review.hears(own_days("zhanggong", (date(2026, 3, 21), False), (date(2026, 3, 22), False), version=2))
    review.follows()
    until(clock, "2026-03-24 17:30", china)
    raises(review, alarms_due(review))
    assert [percent for _tenant, percent, *_ in told(review)] == [50, 80, 100]


def test_while_an_objection_is_looked_into_the_task_stands_still_with_its_cause_and_a_projected_end(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = prepared(replica())
    review.hears(application())
    hands_over(review)
    until(clock, "2026-03-12 10:00", china)
    changes(review, hold)  # type: ignore[arg-type]
    hands_over(review)
    (task,) = tasks(review).items
    assert (task.paused, task.paused_by, task.due_at) == (True, ("objection",), None)
    assert (task.paused_why, task.paused_since) == ("收到对公示的异议，正在核查", clock.now())
    assert task.projected_due_at == china("2026-03-24 17:30")
    (listed,) = review.asked(ListCases())["ok"]["items"]
    case = CaseView.model_validate(review.asked(GetCase(case_id=listed["case_id"]))["ok"])
    assert (case.paused, case.due_at) == ("收到对公示的异议，正在核查", china("2026-05-09 17:30"))
    until(clock, "2026-03-19 10:00", china)
    (task,) = tasks(review).items
    assert task.projected_due_at == china("2026-03-31 17:30"), "five working days later, as long as it stands still"
    raises(review, alarms_due(review))
    assert told(review) == []
    changes(review, let_go)  # type: ignore[arg-type]
    hands_over(review)
    (task,) = tasks(review).items
    assert (task.paused, task.paused_by, task.due_at) == (False, (), china("2026-03-31 17:30"))
