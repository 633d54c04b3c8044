"""From when on whoever keeps calendars is asked for the next year's, and how often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.time.clock import CHINA
from chassis.time.next_year import next_morning, year_asked_for

KNOWN = frozenset({2025, 2026})


@pytest.mark.parametrize(
    ("today", "urgency", "since"),
    [
        (date(2026, 11, 15), "reminder", date(2026, 11, 15)),
        (date(2026, 12, 4), "reminder", date(2026, 11, 15)),
        (date(2026, 12, 5), "alarm", date(2026, 12, 5)),
        (date(2026, 12, 31), "alarm", date(2026, 12, 5)),
        (date(2027, 1, 1), "alarm", date(2026, 12, 5)),
        (date(2027, 7, 1), "alarm", date(2026, 12, 5)),
    ],
)
def test_the_next_year_is_asked_for_from_mid_november_and_more_urgently_from_december(
    today: date, urgency: str, since: date
) -> None:
    asked = year_asked_for(today, KNOWN)
    assert asked is not None
    assert (asked.year, asked.urgency, asked.since) == (2027, urgency, since)


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 11, 14)])
def test_nobody_is_asked_before(today: date) -> None:
    assert year_asked_for(today, KNOWN) is None


@pytest.mark.parametrize("today", [date(2026, 11, 15), date(2026, 12, 31)])
def test_nobody_is_asked_for_what_is_there(today: date) -> None:
    assert year_asked_for(today, {*KNOWN, 2027}) is None


def test_a_year_that_has_begun_without_a_calendar_comes_before_the_one_after_it() -> None:
    asked = year_asked_for(date(2027, 12, 20), {2028})
    assert asked is not None
    assert (asked.year, asked.urgency) == (2027, "alarm")


def test_a_reminder_is_repeated_weekly_and_an_alarm_daily() -> None:
    occasions = {}
    for days in range(40):
        today = date(2026, 11, 15) + timedelta(days=days)
        asked = year_asked_for(today, KNOWN)
        assert asked is not None
        occasions.setdefault(asked.occasion(today), today)
    told = list(occasions.values())
    assert told[:3] == [date(2026, 11, 15), date(2026, 11, 22), date(2026, 11, 29)]
    assert told[3:6] == [date(2026, 12, 5), date(2026, 12, 6), date(2026, 12, 7)]


def test_it_is_looked_at_again_as_offices_open_tomorrow() -> None:
    late = datetime(2026, 11, 14, 23, 50, tzinfo=CHINA)
    assert next_morning(late) == datetime(2026, 11, 15, 0, 30, tzinfo=UTC)


@given(st.dates(date(2021, 1, 1), date(2090, 12, 31)), st.sets(st.integers(2020, 2091), max_size=60))
def test_what_is_asked_for_is_never_loaded_and_never_farther_than_the_next_year(today: date, loaded: set[int]) -> None:
    asked = year_asked_for(today, loaded)
    if asked is None:
        assert today.year in loaded
        assert today.year + 1 in loaded or today < date(today.year, 11, 15)
    else:
        assert asked.year not in loaded
        assert asked.year in (today.year, today.year + 1)
        assert asked.since <= today
