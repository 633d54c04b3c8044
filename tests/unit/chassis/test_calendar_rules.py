"""Working days of 2025 and 2026 as the State Council announced them, and how periods are counted in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.time.calendar import Calendar, CalendarNotLoaded, CalendarSource
from chassis.time.clock import CHINA

CALENDAR = Calendar.from_chinesecalendar()
FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)

RESTS_2026 = [
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
]
WORKED_WEEKENDS_2026 = {
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
}


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def with_days(*changed: tuple[date, bool]) -> Calendar:
    return Calendar.from_chinesecalendar(overrides=changed)


@pytest.mark.parametrize(("first", "last"), RESTS_2026)
def test_the_announced_rest_days_of_2026_are_not_worked(first: date, last: date) -> None:
    assert not any(CALENDAR.is_working_day(day) for day in days(first, last))


def test_the_weekend_days_worked_in_2026_are_exactly_the_six_announced_ones() -> None:
    weekend = [day for day in days(date(2026, 1, 1), LAST) if day.weekday() > 4]
    assert {day for day in weekend if CALENDAR.is_working_day(day)} == WORKED_WEEKENDS_2026


def test_every_other_day_of_2026_is_worked_on_weekdays_only() -> None:
    rests = {day for first, last in RESTS_2026 for day in days(first, last)}
    for day in days(date(2026, 1, 1), LAST):
        if day not in rests and day not in WORKED_WEEKENDS_2026:
            assert CALENDAR.is_working_day(day) == (day.weekday() < 5)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 2, 14), 5, date(2026, 2, 28)),
        (date(2026, 9, 18), 5, date(2026, 9, 24)),
        (date(2026, 9, 24), 5, date(2026, 10, 9)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2025, 9, 26), 5, date(2025, 10, 10)),
    ],
)
def test_periods_end_where_the_published_examples_say(start: date, n: int, end: date) -> None:
    assert CALENDAR.add_working_days(start, n) == end
    assert CALENDAR.working_days_between(start, end) == n


@pytest.mark.parametrize(
    ("arrives", "counts_as"),
    [
        ("2026-03-10T09:00", date(2026, 3, 10)),
        ("2026-03-10T17:30", date(2026, 3, 10)),  # the stroke of closing time is still today
        ("2026-03-10T17:30:00.000001", date(2026, 3, 11)),
        ("2026-03-13T18:00", date(2026, 3, 16)),  # Friday evening
        ("2026-03-14T10:00", date(2026, 3, 16)),  # Saturday
        ("2026-02-13T18:00", date(2026, 2, 14)),  # Friday evening before a Saturday that is worked
        ("2026-09-30T23:59", date(2026, 10, 8)),
        ("2026-03-10T00:00", date(2026, 3, 10)),
    ],
)
def test_work_that_arrives_after_closing_time_or_on_a_rest_day_counts_as_received_the_next_working_day(
    arrives: str, counts_as: date
) -> None:
    assert CALENDAR.effective_receipt(china(arrives)) == counts_as


def test_the_day_of_receipt_is_the_local_one_whatever_zone_the_instant_is_told_in() -> None:
    assert CALENDAR.effective_receipt(datetime(2026, 3, 9, 23, 0, tzinfo=UTC)) == date(2026, 3, 10)
    assert CALENDAR.effective_receipt(datetime(2026, 3, 10, 9, 31, tzinfo=UTC)) == date(2026, 3, 11)


def test_a_tenant_with_another_closing_time_receives_and_closes_by_its_own() -> None:
    summer = Calendar.from_chinesecalendar(closing_time=time(18, 0))
    assert summer.effective_receipt(china("2026-07-01T17:45")) == date(2026, 7, 1)
    assert summer.close_of_business(date(2026, 7, 1)) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


def test_close_of_business_is_given_as_an_instant_in_utc() -> None:
    close = CALENDAR.close_of_business(date(2026, 3, 10))
    assert close == datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
    assert close.tzinfo is UTC


def test_an_office_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="not after opening"):
        Calendar({}, closing_time=time(8, 0))


def test_a_tenant_s_own_rows_replace_the_nation_s() -> None:
    torch_festival = with_days((date(2026, 8, 6), False), (date(2026, 8, 8), True))
    assert torch_festival.add_working_days(date(2026, 8, 5), 1) == date(2026, 8, 7)
    assert torch_festival.add_working_days(date(2026, 8, 7), 1) == date(2026, 8, 8)
    assert CALENDAR.add_working_days(date(2026, 8, 5), 1) == date(2026, 8, 6)


@pytest.mark.parametrize(
    ("ask", "missing"),
    [
        (lambda c: c.is_working_day(date(2027, 1, 4)), 2027),
        (lambda c: c.roll_forward(date(2027, 1, 4)), 2027),
        (lambda c: c.next_working_day(date(2026, 12, 31)), 2027),
        (lambda c: c.add_working_days(date(2026, 12, 20), 40), 2027),
        (lambda c: c.add_working_days(date(2026, 12, 20), 400), 2027),
        (lambda c: c.add_working_days(date(2025, 1, 6), -40), 2024),
        (lambda c: c.add_working_days(date(2024, 12, 30), 1), 2024),
        (lambda c: c.working_days_between(date(2026, 12, 1), date(2027, 1, 4)), 2027),
        (lambda c: c.effective_receipt(china("2026-12-31T17:31")), 2027),
        (lambda _: Calendar.from_chinesecalendar([2027]), 2027),
        (lambda _: Calendar({}).roll_forward(FIRST), 2025),
    ],
)
def test_an_answer_that_needs_a_year_not_announced_is_refused_and_names_the_year(ask, missing: int) -> None:
    with pytest.raises(CalendarNotLoaded) as refusal:
        ask(CALENDAR)
    assert refusal.value.year == missing


def test_the_day_that_a_period_begins_on_need_not_be_loaded_since_it_is_not_counted() -> None:
    assert CALENDAR.add_working_days(date(2024, 12, 31), 1) == date(2025, 1, 2)
    assert CALENDAR.add_working_days(date(2027, 1, 1), -1) == date(2026, 12, 31)


def test_a_year_with_one_day_missing_counts_as_not_loaded() -> None:
    rows = {day: day.weekday() < 5 for day in days(date(2027, 1, 1), date(2027, 12, 30))}
    assert Calendar(rows).years == ()
    with pytest.raises(CalendarNotLoaded):
        Calendar(rows).is_working_day(date(2027, 6, 1))


def test_a_missing_year_between_two_loaded_ones_is_never_counted_across() -> None:
    rows = {day: day.weekday() < 5 for day in days(date(2027, 1, 1), date(2027, 12, 31))}
    gap = Calendar.from_rows([*rows.items()], overrides=announced(2025))
    assert gap.years == (2025, 2027)
    with pytest.raises(CalendarNotLoaded, match="2026"):
        gap.add_working_days(date(2025, 12, 31), 1)
    with pytest.raises(CalendarNotLoaded, match="2026"):
        gap.add_working_days(date(2025, 12, 1), 60)
    with pytest.raises(CalendarNotLoaded, match="2026"):
        gap.add_working_days(date(2027, 1, 5), -10)
    with pytest.raises(CalendarNotLoaded, match="2026"):
        gap.working_days_between(date(2025, 12, 1), date(2027, 2, 1))


def announced(year: int) -> list[tuple[date, bool]]:
    return [(day, CALENDAR.is_working_day(day)) for day in days(date(year, 1, 1), date(year, 12, 31))]


def test_a_year_of_rest_days_only_is_loaded_and_holds_no_working_day() -> None:
    idle = Calendar(dict.fromkeys(days(date(2027, 1, 1), date(2027, 12, 31)), False))
    assert not idle.is_working_day(date(2027, 12, 31))
    assert idle.working_days_between(date(2027, 1, 1), date(2027, 12, 31)) == 0
    with pytest.raises(CalendarNotLoaded, match="2028"):
        idle.roll_forward(date(2027, 1, 1))


def test_an_instant_given_for_a_date_is_a_mistake_and_is_told_so() -> None:
    with pytest.raises(TypeError, match="effective_receipt"):
        CALENDAR.add_working_days(datetime(2026, 3, 10, tzinfo=UTC), 1)


@given(DAYS, st.integers(1, 30))
def test_a_period_ends_on_a_working_day_and_holds_exactly_its_number_of_them(start: date, n: int) -> None:
    ahead = [day for day in days(start, LAST)[1:] if CALENDAR.is_working_day(day)]
    if len(ahead) < n:
        with pytest.raises(CalendarNotLoaded, match="2027"):
            CALENDAR.add_working_days(start, n)
    else:
        assert CALENDAR.add_working_days(start, n) == ahead[n - 1]
        assert CALENDAR.working_days_between(start, ahead[n - 1]) == n


MIDDLE = st.dates(date(2025, 6, 1), date(2026, 6, 1))


@given(MIDDLE, st.integers(-40, 40), st.integers(-40, 40))
def test_two_periods_in_a_row_are_as_long_as_their_sum(day: date, n: int, m: int) -> None:
    start = CALENDAR.roll_forward(day)
    there = CALENDAR.add_working_days(start, n)
    assert CALENDAR.add_working_days(there, m) == CALENDAR.add_working_days(start, n + m)
    assert CALENDAR.add_working_days(there, -n) == start
    assert CALENDAR.working_days_between(start, there) == n


@given(DAYS, DAYS)
def test_counting_back_is_the_negative_of_counting_forward(one: date, other: date) -> None:
    assert CALENDAR.working_days_between(one, other) == -CALENDAR.working_days_between(other, one)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 30, 17, 0)), st.integers(0, 5 * 24 * 60))
def test_what_arrives_later_never_counts_as_received_earlier(arrival: datetime, minutes: int) -> None:
    first = arrival.replace(tzinfo=CHINA)
    later = min(first + timedelta(minutes=minutes), china("2026-12-31T17:30"))
    assert CALENDAR.effective_receipt(first) <= CALENDAR.effective_receipt(later)
    assert first <= CALENDAR.close_of_business(CALENDAR.effective_receipt(first))


@given(st.dates(date(2026, 1, 5), date(2026, 9, 1)), st.integers(1, 40), st.dates(date(2026, 1, 5), LAST))
def test_a_day_more_of_rest_never_ends_a_period_earlier_and_a_day_more_of_work_never_later(
    start: date, n: int, changed: date
) -> None:
    rest, work = with_days((changed, False)), with_days((changed, True))
    assert work.add_working_days(start, n) <= rest.add_working_days(start, n)
    assert CALENDAR.add_working_days(start, n) in {
        work.add_working_days(start, n),
        rest.add_working_days(start, n),
    }


# -- where the days come from -----------------------------------------------------------------------------


SEEDED = CalendarSource(2026, 0)
NATIONS = CalendarSource(2027, 1, "国办发明电〔2026〕5号")
OWN = CalendarSource(2027, 2, "章府办〔2027〕1号", own=True)


def counted(*sources: CalendarSource, hours_version: int = 1, last: date = date(2027, 1, 18)) -> str:
    calendar = Calendar({}, sources=sources, hours_version=hours_version)
    return calendar.basis(date(2026, 11, 23), last)


def test_a_period_names_the_calendars_that_it_is_counted_by_with_their_versions() -> None:
    assert counted(OWN, SEEDED, NATIONS) == (
        "全国 2027 年工作日历第 1 版（国办发明电〔2026〕5号）、本地区 2027 年工作日历第 2 版（章府办〔2027〕1号）"
    )


def test_what_came_with_the_installation_is_named_only_where_nothing_else_is() -> None:
    assert counted(SEEDED, NATIONS, last=date(2026, 12, 21)) == "全国 2026 年工作日历（随系统预置）"
    assert counted() == "现行工作日历"


def test_office_hours_are_named_once_they_have_been_changed() -> None:
    assert counted(SEEDED, hours_version=3, last=date(2026, 12, 21)) == (
        "全国 2026 年工作日历（随系统预置）、本地区作息时间 08:30—17:30（地区设置第 3 版）"
    )
