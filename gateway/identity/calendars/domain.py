"""A year's working days as they are published. Pure: the person, the time and what is in force are given.

The State Council announces a year by its exceptions (国务院办公厅关于部分节假日安排的通知); every day of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.aggregate import Aggregate
from contracts.calendars import NATION, CalendarDay, CalendarPublished, PublishCalendar
from contracts.message import TenantId
from contracts.refusal import Conflict, Invalid, NotFound, Refused

SATURDAY = 5

STATUTORY = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Holidays of a fixed date (《全国年节及纪念日放假办法》): a calendar that has them worked was entered wrongly."""

Days = Mapping[date, bool]


class DayOfAnotherYear(Invalid):
    """A day that is named does not lie in the year."""

    code = "day_of_another_year"
    sentence = "{day} 不在 {year} 年内。"


class DayToldTwice(Invalid):
    """One day is said to be worked and not to be."""

    code = "day_told_twice"
    sentence = "{day} 既列为放假，又列为上班。"


class CalendarIncomplete(Invalid):
    """A list of days that is to be the whole year leaves some out."""

    code = "calendar_incomplete"
    sentence = "{year} 年缺少 {missing} 天（例如 {day}）：逐日列出时须包括全年每一天。"


class MakeUpDayOnWeekday(Invalid):
    """Make-up days lie on weekends: another one is a slip of the pen."""

    code = "make_up_day_on_weekday"
    sentence = "{day} 是星期一至星期五，本为工作日，不是调休上班日。"


class StatutoryHolidayWorked(Invalid):
    """The holidays of a fixed date are not worked anywhere."""

    code = "statutory_holiday_worked"
    sentence = "{day} 为法定节假日，不能列为工作日，请核对放假安排。"


class CalendarInForce(Conflict):
    """The year is there already: whoever means to replace it says which version."""

    code = "calendar_in_force"
    sentence = "{year} 年工作日历已载入（第 {version} 版）。如需更正，请注明所替换的版本。"


class CalendarUnchanged(Invalid):
    """All days are as they were."""

    code = "calendar_unchanged"
    sentence = "与现行的 {year} 年工作日历相同，没有变更。"


class CalendarNotLoadedHere(NotFound):
    """Nothing is known of this year."""

    code = "calendar_not_loaded"
    sentence = "{year} 年的工作日安排尚未载入。"


@dataclass(kw_only=True, slots=True)
class PublishedCalendar(Aggregate):
    """One year of the nation, or what a tenant has of its own in it. Published again, it takes its own place."""

    year: int
    days: tuple[CalendarDay, ...] = ()
    document_number: str = ""
    why: str = ""
    published_by: str = ""
    published_at: datetime | None = None

    @classmethod
    def of(cls, tenant: TenantId, year: int) -> PublishedCalendar:
        """Nothing is published yet. The id holds the tenant: events of two tenants must not be taken for one another."""
        return cls(id=calendar_id(tenant, year), tenant=tenant, year=year)

    def publish(self, command: PublishCalendar, *, by: str, at: datetime, known: Days, in_force: int | None) -> None:
        """Say what is worked from now on. `known` are the days in force, `in_force` their version, if there is one.

        Raises everything at once that is wrong with the days, or CalendarInForce, CalendarUnchanged.
        """
        days = days_of(command)
        if in_force is not None and command.replaces != in_force:
            raise CalendarInForce(field="replaces", year=self.year, version=in_force)
        if days == known:
            raise CalendarUnchanged(year=self.year)
        self.days = tuple(CalendarDay(day=day, working=working) for day, working in sorted(days.items()))
        self.document_number, self.why = command.document_number, command.why
        self.published_by, self.published_at = by, at
        self.record(
            CalendarPublished(
                tenant=self.tenant,
                year=self.year,
                days=self.days,
                calendar_version=self.version + 1,
                document_number=self.document_number,
                why=self.why,
                published_by=by,
                published_at=at,
            )
        )


def calendar_id(tenant: TenantId, year: int) -> str:
    return f"{tenant}-{year}"


def days_of(command: PublishCalendar) -> dict[date, bool]:
    """Every day that the command speaks of, for the nation every one of the year. Raises all that is wrong at once."""
    days: dict[date, bool] = {each.day: each.working for each in command.days}
    days |= dict.fromkeys(command.rest_days, False) | dict.fromkeys(command.working_days, True)
    found = list(_wrong_days(command))
    if command.tenant == NATION:
        if not command.days:
            days = {day: day.weekday() < SATURDAY for day in days_in(command.year)} | days
        of_another = any(isinstance(each, DayOfAnotherYear) for each in found)
        found += (
            each for each in _wrong_year(command, days) if not (of_another and isinstance(each, CalendarIncomplete))
        )
    if found:
        first = found[0]
        first.reasons = tuple(reason for refusal in found for reason in refusal.reasons)
        raise first
    return days


def days_in(year: int) -> Iterator[date]:
    """The days of a year, in order."""
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _wrong_days(command: PublishCalendar) -> Iterator[Refused]:
    told: dict[date, bool] = {}
    lists = (
        *(("days", each.day, each.working) for each in command.days),
        *(("rest_days", day, False) for day in command.rest_days),
        *(("working_days", day, True) for day in command.working_days),
    )
    for name, day, working in lists:
        if day.year != command.year:
            yield DayOfAnotherYear(field=name, day=day, year=command.year)
        if told.setdefault(day, working) != working:
            yield DayToldTwice(field=name, day=day)


def _wrong_year(command: PublishCalendar, days: Days) -> Iterator[Refused]:
    missing = [day for day in days_in(command.year) if day not in days]
    if missing:
        yield CalendarIncomplete(field="days", year=command.year, missing=len(missing), day=missing[0])
    for day in command.working_days:
        if day.weekday() < SATURDAY:
            yield MakeUpDayOnWeekday(field="working_days", day=day)
    for month, number in STATUTORY:
        day = date(command.year, month, number)
        if days.get(day):
            yield StatutoryHolidayWorked(field="rest_days", day=day)
