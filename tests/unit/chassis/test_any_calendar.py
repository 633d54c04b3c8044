"""What holds of limits in working days whatever the State Council announces and whatever a place does otherwise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.time.calendar import DAY, Calendar
from chassis.time.clock import CHINA
from chassis.time.sla import LEVELS, Alarm, Limit, NotYetPublished, SlaClock

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
EVERY_DAY = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
DAYS = st.dates(FIRST, LAST)
RESTS = st.sets(DAYS, max_size=40)
MADE_UP = st.sets(DAYS, max_size=15)
RECEIVED = st.integers(0, 2 * 365 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=CHINA) + timedelta(hours=hours))
LIMITS = st.builds(Limit, n=st.integers(0, 120), unit=st.sampled_from(["working_days", "calendar_days", "hours"]))
WORKING = st.builds(Limit, n=st.integers(0, 120), unit=st.just("working_days"))


def announced(rests: Collection[date], made_up: Collection[date], *, until: int = 2028) -> Calendar:
    """Monday to Friday, without `rests`, with `made_up`; the years up to `until` are loaded."""
    return Calendar.from_rows(
        (day, (day.weekday() < 5 or day in made_up) and day not in rests) for day in EVERY_DAY if day.year <= until
    )


def due_or_year(clock: SlaClock, calendar: Calendar) -> datetime | int:
    due = clock.due(calendar)
    return due.year if isinstance(due, NotYetPublished) else due


def alarms(clock: SlaClock, calendar: Calendar) -> dict[int, datetime]:
    """Level → instant, of those that are known."""
    found = {level: clock.next_alarm(calendar, [each for each in LEVELS if each < level]) for level in LEVELS}
    return {level: alarm.at for level, alarm in found.items() if isinstance(alarm, Alarm)}


@given(RESTS, MADE_UP, RECEIVED, LIMITS)
def test_a_year_that_is_loaded_adds_dates_and_changes_none_that_was_known(
    rests: set[date], made_up: set[date], received: datetime, limit: Limit
) -> None:
    clock = SlaClock.start(limit, received)
    before: tuple[datetime | int, dict[int, datetime]] = (0, {})
    for until in (2026, 2027, 2028):
        calendar = announced(rests, made_up, until=until)
        due, known = due_or_year(clock, calendar), alarms(clock, calendar)
        if isinstance(before[0], datetime):
            assert due == before[0]
        assert known | before[1] == known, "what could be told stays as it is"
        if isinstance(due, int):
            needed = max(until + 1, calendar.business_date(received).year)
            assert due == needed, "the year that is asked for is the first that is needed and missing"
            assert 100 not in known
        else:
            assert list(known) == list(LEVELS)
        before = due, known


@given(RESTS, MADE_UP, RECEIVED, WORKING)
def test_a_limit_ends_as_offices_close_on_the_nth_working_day_after_the_receipt(
    rests: set[date], made_up: set[date], received: datetime, limit: Limit
) -> None:
    calendar = announced(rests, made_up)
    due = due_or_year(SlaClock.start(limit, received), calendar)
    if isinstance(due, int):
        return
    receipt = calendar.effective_receipt(received)
    last = due.astimezone(CHINA).date()
    assert calendar.is_working_day(last)
    assert due == calendar.close_of_business(last)
    assert calendar.working_days_between(receipt, last) == limit.n


@given(RESTS, MADE_UP, DAYS, RECEIVED, WORKING)
def test_a_day_off_more_moves_a_limit_by_one_working_day_or_not_at_all(
    rests: set[date], made_up: set[date], day: date, received: datetime, limit: Limit
) -> None:
    usual, with_rest = announced(rests - {day}, made_up), announced(rests | {day}, made_up)
    clock = SlaClock.start(limit, received)
    before, after = due_or_year(clock, usual), due_or_year(clock, with_rest)
    if isinstance(before, int) or isinstance(after, int):
        return
    last = before.astimezone(CHINA).date()
    allowed = {with_rest.close_of_business(last), with_rest.close_of_business(with_rest.next_working_day(last))}
    assert after in allowed
    assert after >= before


@given(RESTS, MADE_UP, st.dictionaries(DAYS, st.booleans(), max_size=10), RECEIVED, LIMITS)
def test_what_a_place_does_otherwise_counts_the_same_whichever_came_first_and_is_undone_by_taking_it_back(
    rests: set[date], made_up: set[date], own: dict[date, bool], received: datetime, limit: Limit
) -> None:
    nation = [(day, (day.weekday() < 5 or day in made_up) and day not in rests) for day in EVERY_DAY]
    clock = SlaClock.start(limit, received)
    over = Calendar.from_rows(nation, overrides=own.items())
    merged = Calendar({**dict(nation), **own})
    assert due_or_year(clock, over) == due_or_year(clock, merged)
    assert due_or_year(clock, Calendar.from_rows(nation)) == due_or_year(clock, announced(rests, made_up))
