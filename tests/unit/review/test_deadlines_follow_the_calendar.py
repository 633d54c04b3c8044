"""A calendar that arrives or is corrected moves what it moves, says why, and moves it once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import FakeUnit
from chassis.time.calendar import Calendar, CalendarSource, announced_days
from chassis.time.jobs import Job
from contracts.case_events import TaskDeadlineMissed
from contracts.review import ReviewDeadlineMissed, ReviewDeadlineMoved
from services.review.cases import deadline
from services.review.cases.store import Cases
from tests.unit.review.review_kit import china, item_rules, opened, review_unit

NEXT_YEAR = [
    (date(2027, 1, 1) + timedelta(days=n), (date(2027, 1, 1) + timedelta(days=n)).weekday() < 5) for n in range(1, 365)
] + [(date(2027, 1, 1), False)]
NATIONS = CalendarSource(2027, 1, "国办发明电〔2026〕5号")
OWN = CalendarSource(2026, 1, "章府办〔2026〕9号", own=True)


def calendar_of(*, next_year: bool, rests: Collection[date] = (), sources: Collection[CalendarSource] = ()) -> Calendar:
    """2025 and 2026 as announced, 2027 if it is loaded, and `rests` not worked."""
    days = [*announced_days(2025), *announced_days(2026), *(NEXT_YEAR if next_year else [])]
    return Calendar.from_rows(days, overrides=[(day, False) for day in rests], sources=sources)


def followed(uow: FakeUnit, calendar: Calendar) -> list[Any]:
    """One pass over all open cases by this calendar; returns what was told."""
    uow._calendar = calendar
    uow.recorded.clear()
    after: str | None = ""
    while after is not None:
        after = deadline.follow_calendar(uow, "zhanggong", after)  # type: ignore[arg-type]
    return uow.events


def known(uow: FakeUnit) -> dict[str, Any]:
    """All that a pass may change, by application."""
    cases = {case.id: case for case in uow.of(Cases).rows.values()}
    return {
        case.claim.application_id: (case.due_at, case.awaits_year, uow.jobs.get((case.tenant, "review_alarm", id)))
        for id, case in cases.items()
    } | {"alarms": {alarm[2:] for alarm in uow.alarms if alarm[1] == "case"}}


def waiting(**words: Any) -> FakeUnit:
    """A case of 23 November with 40 working days, of a year that is not loaded."""
    uow = review_unit(item_rules(limit=40), now=china("2026-11-23 10:00"), calendar=calendar_of(next_year=False))
    opened(uow, at=china("2026-11-23 10:00"), **words)
    return uow


def test_what_waited_gets_its_date_and_says_on_what_ground() -> None:
    uow = waiting()
    (case,) = uow.of(Cases).rows.values()
    assert (case.due_at, case.awaits_year) == (None, 2027)
    (moved,) = followed(uow, calendar_of(next_year=True, sources=[CalendarSource(2026, 0), NATIONS]))
    assert isinstance(moved, ReviewDeadlineMoved)
    assert (moved.was, moved.due_at, moved.awaits_year) == (None, china("2027-01-19 17:30"), None)
    assert moved.reason == "依据全国 2027 年工作日历第 1 版（国办发明电〔2026〕5号）计算"
    assert (case.due_at, case.awaits_year, case.version) == (moved.due_at, None, 2)
    assert case.moved is not None
    assert (case.moved.reason, case.moved.moved_at) == (moved.reason, uow.now)
    (look,) = uow.jobs.values()
    assert uow.now < look < moved.due_at


def test_a_day_that_is_taken_away_moves_the_date_and_the_next_alarm() -> None:
    uow = review_unit(now=china("2026-03-10 12:00"), calendar=calendar_of(next_year=False))
    case = opened(uow, at=china("2026-03-10 12:00"))
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): china("2026-03-13 13:00")}
    (moved,) = followed(uow, calendar_of(next_year=False, rests=[date(2026, 3, 11)], sources=[OWN]))
    assert (moved.was, moved.due_at) == (china("2026-03-17 17:30"), china("2026-03-18 17:30"))
    assert moved.reason == "依据本地区 2026 年工作日历第 1 版（章府办〔2026〕9号）计算"
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): china("2026-03-16 13:00")}


def test_a_swap_that_leaves_the_date_moves_the_reminder_without_a_word() -> None:
    uow = review_unit(now=china("2026-03-10 12:00"), calendar=calendar_of(next_year=False))
    case = opened(uow, at=china("2026-03-10 12:00"))
    swapped = Calendar.from_rows(
        announced_days(2026), overrides=[(date(2026, 3, 13), False), (date(2026, 3, 14), True)]
    )
    assert followed(uow, swapped) == []
    assert case.version == 1
    assert uow.jobs == {("zhanggong", "review_alarm", case.id): china("2026-03-14 13:00")}


def test_a_date_that_moves_into_the_past_is_missed_at_once_and_one_that_moves_on_leaves_what_was_told() -> None:
    calendar = calendar_of(next_year=False, rests=[date(2026, 3, 16), date(2026, 3, 17)])
    uow = review_unit(now=china("2026-03-10 12:00"), calendar=calendar)
    case = opened(uow, at=china("2026-03-10 12:00"))
    assert case.due_at == china("2026-03-19 17:30")
    uow.now = china("2026-03-18 09:00")
    told = followed(uow, calendar_of(next_year=False))
    assert [type(each) for each in told] == [ReviewDeadlineMoved, ReviewDeadlineMissed, TaskDeadlineMissed]
    assert uow.jobs == {}
    alarms = set(uow.alarms)
    (moved,) = followed(uow, calendar)
    assert (moved.due_at, uow.alarms) == (china("2026-03-19 17:30"), alarms)
    uow.recorded.clear()
    looks = []
    while uow.jobs:
        ((key, uow.now),) = uow.jobs.items()
        looks.append(uow.now)
        deadline.raise_alarms([Job(*key, uow.now)], uow)  # type: ignore[arg-type]
    assert looks == [china("2026-03-18 17:30"), china("2026-03-19 17:30")]
    assert uow.events == [], "it is looked at again, and told no second time"


def test_a_date_that_moves_beyond_the_loaded_years_is_open_again() -> None:
    uow = review_unit(item_rules(limit=20), now=china("2026-12-01 10:00"), calendar=calendar_of(next_year=False))
    case = opened(uow, at=china("2026-12-01 10:00"))
    assert case.due_at == china("2026-12-29 17:30")
    rests = [date(2026, 12, day) for day in (28, 29, 30)]
    (moved,) = followed(uow, calendar_of(next_year=False, rests=rests))
    assert (moved.due_at, moved.awaits_year, moved.reason) == (None, 2027, "待 2027 年工作日安排公布后确定")
    assert ("zhanggong", "calendar", "2027", "review", "100") in uow.alarms


def test_a_decided_case_stays_as_it_was() -> None:
    uow = waiting()
    (case,) = uow.of(Cases).rows.values()
    case.state = "approved"
    assert followed(uow, calendar_of(next_year=True)) == []
    assert case.due_at is None


def test_a_pass_takes_its_cases_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "PART", 3)
    uow = waiting(uscc="e-0")
    for number in range(1, 7):
        opened(uow, at=china("2026-11-23 10:00"), uscc=f"e-{number}")
    uow._calendar = calendar_of(next_year=True)
    after, parts = "", []
    while True:
        uow.recorded.clear()
        last = deadline.follow_calendar(uow, "zhanggong", after)  # type: ignore[arg-type]
        parts.append(len(uow.events))
        if last is None:
            break
        after = last
    assert parts == [3, 3, 1]


RECEIVED = st.integers(0, 300 * 24).map(lambda hours: china("2026-01-05 09:00") + timedelta(hours=hours))
LATER = st.integers(0, 60 * 24).map(lambda hours: timedelta(hours=hours))
LIMITS = st.integers(1, 90)
RESTS = st.sets(st.dates(date(2026, 1, 5), date(2027, 6, 30)), max_size=12)


@given(LIMITS, RECEIVED, LATER, RESTS)
def test_the_same_calendar_again_changes_nothing(
    limit: int, received: datetime, later: timedelta, rests: set[date]
) -> None:
    uow = review_unit(item_rules(limit=limit), now=received, calendar=calendar_of(next_year=False))
    opened(uow, at=received)
    uow.now = received + later
    calendar = calendar_of(next_year=True, rests=rests)
    followed(uow, calendar)
    before, versions = known(uow), [case.version for case in uow.of(Cases).rows.values()]
    assert followed(uow, calendar) == []
    assert known(uow) == before
    assert [case.version for case in uow.of(Cases).rows.values()] == versions


@given(LIMITS, RECEIVED, RESTS)
def test_a_year_that_is_loaded_later_is_as_if_it_had_been_there_from_the_start(
    limit: int, received: datetime, rests: set[date]
) -> None:
    whole = calendar_of(next_year=True, rests=rests)
    later = review_unit(item_rules(limit=limit), now=received, calendar=calendar_of(next_year=False))
    opened(later, at=received, application_id="a-1")
    followed(later, whole)
    from_the_start = review_unit(item_rules(limit=limit), now=received, calendar=whole)
    opened(from_the_start, at=received, application_id="a-1")
    assert known(later) == known(from_the_start)
