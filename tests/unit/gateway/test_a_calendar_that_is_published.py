"""A year's working days as an operator enters them: by exceptions, day by day, or a tenant's own on single days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.time.calendar import Calendar, announced_days
from contracts.calendars import NATION, CalendarDay, CalendarPublished, PublishCalendar
from contracts.refusal import Refused
from gateway.identity.calendars.domain import PublishedCalendar, days_in, days_of

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)
HOLIDAYS = tuple(day for day, worked in announced_days(2026) if not worked)
MAKE_UP = tuple(day for day, worked in announced_days(2026) if worked and day.weekday() > 4)


def published(**changes: Any) -> PublishCalendar:
    """The arrangement of 2026, as the State Council announced it (国办发明电〔2025〕7号)."""
    words: dict[str, Any] = {
        "year": 2026,
        "rest_days": HOLIDAYS,
        "working_days": MAKE_UP,
        "document_number": "国办发明电〔2025〕7号",
        "why": "载入 2026 年安排",
    }
    return PublishCalendar.model_validate(words | changes)


def tenants_own(**changes: Any) -> PublishCalendar:
    return published(tenant="xingguo", rest_days=(), working_days=(), **changes)


def refused(command: PublishCalendar) -> list[str]:
    with pytest.raises(Refused) as told:
        days_of(command)
    return [reason.code for reason in told.value.reasons]


def test_exceptions_to_monday_to_friday_are_the_whole_year() -> None:
    assert days_of(published()) == dict(announced_days(2026))
    assert Calendar(days_of(published())).years == (2026,)


def test_the_whole_year_may_be_listed_day_by_day() -> None:
    days = tuple(CalendarDay(day=day, working=worked) for day, worked in announced_days(2026))
    assert days_of(published(rest_days=(), working_days=(), days=days)) == dict(announced_days(2026))


@given(st.sets(st.sampled_from(list(days_in(2027))), max_size=40))
def test_whatever_the_holidays_are_a_year_has_every_day_once(rest: set[date]) -> None:
    statutory = {date(2027, month, day) for month, day in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))}
    days = days_of(published(year=2027, rest_days=tuple(rest | statutory), working_days=()))
    assert sorted(days) == list(days_in(2027))
    assert {day for day, worked in days.items() if not worked} == (
        rest | statutory | {day for day in days_in(2027) if day.weekday() > 4}
    )


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"rest_days": (*HOLIDAYS, date(2027, 1, 1))}, ["day_of_another_year"]),
        ({"working_days": (*MAKE_UP, date(2026, 10, 7))}, ["day_told_twice", "make_up_day_on_weekday"]),
        ({"working_days": (*MAKE_UP, date(2026, 3, 10))}, ["make_up_day_on_weekday"]),
        ({"rest_days": HOLIDAYS[1:]}, ["statutory_holiday_worked"]),
        ({"rest_days": (), "working_days": ()}, ["statutory_holiday_worked"] * 4),
        ({"days": (CalendarDay(day=date(2026, 3, 10), working=False),)}, ["calendar_incomplete"]),
    ],
)
def test_slips_of_the_pen_are_refused(changes: dict[str, Any], codes: list[str]) -> None:
    assert refused(published(**changes)) == codes


def test_a_refusal_names_the_day() -> None:
    with pytest.raises(Refused, match=r"2026-01-01 为法定节假日"):
        days_of(published(rest_days=HOLIDAYS[1:]))


def test_a_tenant_names_single_days_and_nothing_else_of_the_year() -> None:
    command = published(tenant="xingguo", rest_days=(date(2026, 3, 10),), working_days=(date(2026, 3, 14),))
    assert days_of(command) == {date(2026, 3, 10): False, date(2026, 3, 14): True}
    assert days_of(tenants_own()) == {}


def test_a_published_calendar_says_every_day_with_its_version_and_ground() -> None:
    calendar = PublishedCalendar.of(NATION, 2026)
    calendar.publish(published(), by="operator", at=NOW, known={}, in_force=None)
    (recorded,) = calendar.pending
    said = recorded.event
    assert isinstance(said, CalendarPublished)
    assert (recorded.to, said.tenant, said.year, said.calendar_version) == (NATION, NATION, 2026, 1)
    assert {each.day: each.working for each in said.days} == dict(announced_days(2026))
    assert list(said.days) == sorted(said.days, key=lambda each: each.day)
    assert (said.document_number, said.why, said.published_by) == (
        "国办发明电〔2025〕7号",
        "载入 2026 年安排",
        "operator",
    )


def test_what_is_in_force_is_replaced_only_by_whoever_says_so() -> None:
    calendar = PublishedCalendar.of(NATION, 2026)
    calendar.version = 3
    known = dict.fromkeys(days_in(2026), True)
    for replaces in (None, 2):
        with pytest.raises(Refused) as told:
            calendar.publish(published(replaces=replaces), by="o", at=NOW, known=known, in_force=3)
        assert (told.value.code, told.value.reasons[0].field) == ("calendar_in_force", "replaces")
    calendar.publish(published(replaces=3), by="o", at=NOW, known=known, in_force=3)
    (recorded,) = calendar.pending
    assert isinstance(recorded.event, CalendarPublished)
    assert recorded.event.calendar_version == 4


def test_the_same_days_again_are_no_news() -> None:
    calendar = PublishedCalendar.of(NATION, 2026)
    with pytest.raises(Refused, match="没有变更"):
        calendar.publish(published(replaces=0), by="o", at=NOW, known=dict(announced_days(2026)), in_force=0)


def test_two_tenants_calendars_of_a_year_are_two_aggregates() -> None:
    assert PublishedCalendar.of("xingguo", 2027).id != PublishedCalendar.of(NATION, 2027).id


def test_days_of_a_year_are_all_its_days() -> None:
    for year in (2027, 2028):
        days = list(days_in(year))
        assert len(days) == (366 if year == 2028 else 365)
        assert all(after - before == timedelta(days=1) for before, after in pairwise(days))


def test_a_day_of_another_year_is_not_told_as_a_missing_one_besides() -> None:
    days = [CalendarDay(day=day, working=worked) for day, worked in announced_days(2026)]
    slipped = CalendarDay(day=date(2025, 12, 31), working=days[-1].working)
    command = published(rest_days=(), working_days=(), days=(*days[:-1], slipped))
    assert refused(command) == ["day_of_another_year"]
