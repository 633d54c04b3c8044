"""Until when a case must be decided, by the calendar of 2026, and who is told on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chassis.testing.fakes import FakeUnit
from chassis.time.calendar import Calendar, announced_days
from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from contracts.case_events import TaskDeadlineApproaching, TaskDeadlineMissed
from contracts.deadlines import ReviewDeadlineUndetermined
from contracts.review import ReviewDeadlineApproaching, ReviewDeadlineMissed, ReviewDeadlineMoved
from contracts.rule import TimeLimit
from services.review.cases import clock, deadline
from services.review.cases.case import Case
from services.review.cases.store import Cases
from tests.unit.review.review_kit import china, item_rules, opened, review_unit

OF_TASKS = (TaskDeadlineApproaching, TaskDeadlineMissed)
TUESDAY = china("2026-03-10 12:00")


def claimed(uow: FakeUnit) -> list[Job]:
    """The jobs that are due now, as a scheduler would hand them over."""
    return [
        Job(tenant, kind, subject, due_at) for (tenant, kind, subject), due_at in uow.jobs.items() if due_at <= uow.now
    ]


def at(uow: FakeUnit, text: str) -> list[object]:
    """Let the scheduler call at this time; returns what was told of the case."""
    uow.now = china(text)
    uow.recorded.clear()
    deadline.raise_alarms(claimed(uow), uow)
    return [event for event in uow.events if not isinstance(event, OF_TASKS)]


@pytest.mark.parametrize(
    ("received", "limit", "due"),
    [
        ("2026-03-10 12:00", 5, "2026-03-17 17:30"),
        ("2026-03-10 17:30", 5, "2026-03-17 17:30"),  # the stroke of closing time is still today
        ("2026-03-10 17:31", 5, "2026-03-18 17:30"),  # after closing time: received the next working day
        ("2026-03-14 10:00", 5, "2026-03-23 17:30"),  # a Saturday: received on Monday
        ("2026-02-13 12:00", 5, "2026-02-27 17:30"),  # Spring Festival, with Saturday 14 February worked
        ("2026-09-30 10:00", 5, "2026-10-13 17:30"),  # National Day, with Saturday 10 October worked
        ("2026-11-23 10:00", 20, "2026-12-21 17:30"),
    ],
)
def test_the_review_limit_runs_in_working_days_of_2026(received, limit, due):
    uow = review_unit(item_rules(limit=limit))
    assert opened(uow, at=china(received)).due_at == china(due)


def test_limits_in_calendar_days_and_hours_are_kept_as_they_are_written():
    calendar = Calendar.from_chinesecalendar()
    friday = china("2026-03-13 10:00")
    for limit, due in (
        (TimeLimit(limit=2, unit="calendar_days"), "2026-03-16 17:30"),
        (TimeLimit(limit=48, unit="hours"), "2026-03-15 10:00"),
    ):
        assert clock.due_date(limit, friday, calendar) == (china(due), None)


def test_reminders_come_at_half_and_at_four_fifths_and_the_breach_at_the_end():
    uow = review_unit()
    case = opened(uow, at=TUESDAY)
    assert at(uow, "2026-03-13 12:59") == []
    (half,) = at(uow, "2026-03-13 13:00")
    assert isinstance(half, ReviewDeadlineApproaching)
    assert (half.used_percent, half.due_at) == (50, case.due_at)
    (most,) = at(uow, "2026-03-16 17:30")
    assert most.used_percent == 80
    (missed,) = at(uow, "2026-03-17 17:30")
    assert isinstance(missed, ReviewDeadlineMissed)
    assert missed.due_at == case.due_at
    assert uow.jobs == {}


def test_each_alarm_is_raised_once_however_often_its_job_is_handed_over():
    uow = review_unit()
    opened(uow, at=TUESDAY)
    uow.now = china("2026-03-13 13:00")
    jobs = claimed(uow)
    for _ in range(3):
        deadline.raise_alarms(jobs, uow)
    assert [type(event) for event in uow.events] == [ReviewDeadlineApproaching, TaskDeadlineApproaching]


def test_a_service_that_was_down_tells_of_the_breach_alone():
    uow = review_unit()
    opened(uow, at=TUESDAY)
    (missed,) = at(uow, "2026-04-01 09:00")
    assert isinstance(missed, ReviewDeadlineMissed)
    assert {level for *_, level in uow.alarms} == {"50", "80", "100"}


def test_an_application_that_arrives_late_raises_what_is_due_at_once():
    uow = review_unit(now=china("2026-03-16 17:31"))
    case = opened(uow, at=TUESDAY)
    assert case.due_at == china("2026-03-17 17:30")
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): case.due_at}
    assert {level for *_, level in uow.alarms} == {"50", "80"}


def test_a_case_that_was_decided_meanwhile_needs_no_alarm():
    uow = review_unit()
    case = opened(uow, at=TUESDAY)
    case.state = "approved"
    assert at(uow, "2026-04-01 09:00") == []
    assert uow.jobs == {}


def test_an_item_without_a_review_limit_has_no_deadline():
    uow = review_unit(item_rules(limit=None))
    assert opened(uow).due_at is None
    assert uow.jobs == {}


def waiting_case(uow: FakeUnit) -> Case:
    return opened(uow, at=china("2026-11-23 10:00"))


def test_a_year_that_is_not_published_gives_no_date_and_the_calendar_is_looked_for_daily():
    uow = review_unit(item_rules(limit=40), now=china("2026-11-23 10:00"))
    case = waiting_case(uow)
    assert case.due_at is None
    (next_look,) = uow.jobs.values()
    assert next_look == uow.now + timedelta(days=1)
    assert at(uow, "2026-11-24 10:00") == []
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): china("2026-11-25 10:00")}
    assert uow.alarms == {("zhanggong", "calendar", "2027", "review", "100")}
    assert uow.of(Cases).rows[case.id].version == 1


def test_half_of_a_limit_that_ends_in_a_year_without_a_calendar_is_told_all_the_same():
    """40 working days from Sunday 29 November: half of them are gone on 28 December, whatever 2027 is like."""
    uow = review_unit(item_rules(limit=40), now=china("2026-11-29 10:00"))
    case = opened(uow, at=china("2026-11-29 10:00"))
    assert (case.due_at, case.awaits_year) == (None, 2027)
    assert at(uow, "2026-12-27 10:00") == []
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): china("2026-12-28 10:00")}
    assert at(uow, "2026-12-28 10:00") == []
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): china("2026-12-28 17:30")}, "sooner than in a day"
    (half,) = at(uow, "2026-12-28 17:30")
    assert isinstance(half, ReviewDeadlineUndetermined)
    assert (half.used_percent, half.awaits_year, half.attention) == (50, 2027, case.own_owner.attention)
    assert at(uow, "2026-12-29 17:30") == [], "told once"


def test_what_was_told_while_a_case_waited_is_not_told_again_when_its_date_is_known():
    uow = review_unit(item_rules(limit=40), now=china("2026-11-29 10:00"))
    opened(uow, at=china("2026-11-29 10:00"))
    at(uow, "2026-12-28 17:30")
    next_year = [(date(2027, 1, 1) + timedelta(days=n), n % 7 not in (1, 2)) for n in range(365)]
    uow._calendar = Calendar.from_rows([*announced_days(2026), *next_year])
    (moved,) = at(uow, "2026-12-29 17:30")
    assert isinstance(moved, ReviewDeadlineMoved)
    ((_, look),) = uow.jobs.items()
    (most,) = at(uow, f"{look.astimezone(CHINA):%Y-%m-%d %H:%M}")
    assert isinstance(most, ReviewDeadlineApproaching)
    assert most.used_percent == 80


def test_loading_the_calendar_computes_what_waited():
    uow = review_unit(item_rules(limit=40), now=china("2026-11-23 10:00"))
    case = waiting_case(uow)
    next_year = [(date(2027, 1, 1) + timedelta(days=n), n % 7 not in (1, 2)) for n in range(365)]
    uow._calendar = Calendar.from_rows([*announced_days(2026), *next_year])
    (moved,) = at(uow, "2026-11-24 10:00")
    assert isinstance(moved, ReviewDeadlineMoved)
    assert (moved.was, moved.due_at, moved.awaits_year) == (None, case.due_at, None)
    assert case.due_at is not None
    assert case.due_at.year == 2027
    assert case.version == 2
    (next_alarm,) = uow.jobs.values()
    assert uow.now < next_alarm < case.due_at


def test_whoever_has_to_answer_hears_of_the_review_limit_as_well_as_the_department_once_per_level():
    uow = review_unit()
    case = opened(uow, at=TUESDAY)
    (task,) = case.tasks
    told = []
    for text in ("2026-03-13 13:00", "2026-03-13 13:00", "2026-03-16 17:30", "2026-03-17 17:30"):
        uow.now = china(text)
        uow.recorded.clear()
        deadline.raise_alarms(claimed(uow), uow)
        told += [event for event in uow.events if isinstance(event, OF_TASKS)]
    assert [getattr(event, "used_percent", 100) for event in told] == [50, 80, 100]
    assert {(event.task_id, event.attention.duty, event.due_at) for event in told} == {(task.id, "leader", case.due_at)}
