"""Which days are worked: the State Council's arrangement of a year, and what a tenant does otherwise on single days."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Event, Id, Model, Query, ServiceName, TenantId, Why

NATION: TenantId = "nation"
"""Stands where a tenant does for what holds everywhere (国务院办公厅节假日安排). Nobody is onboarded under this id."""


class CalendarDay(Model):
    """Whether one day is worked."""

    day: date
    working: bool


class CalendarYear(Model):
    """What is in force for one year. Version 0 came with the installation (or, of a tenant, there is nothing of its own)."""

    tenant: TenantId
    year: int
    version: int
    document_number: str
    why: str
    published_at: datetime | None


class CalendarView(CalendarYear):
    """The working days of one year as they hold for `tenant`.

    `rest_days` are the days from Monday to Friday that are not worked, `working_days` those of a weekend that are.
    `own_days` is what the tenant does otherwise than the nation. `working_day_count` is absent while the nation's
    arrangement of the year is not loaded: then there is only what the tenant has of its own.
    """

    nation_version: int | None
    rest_days: tuple[date, ...]
    working_days: tuple[date, ...]
    own_days: tuple[CalendarDay, ...] = ()
    working_day_count: int | None


class PublishCalendar(Command[CalendarView]):
    """Load a year's working days for the nation, or what one tenant does otherwise on single days of it.

    The nation's year is told as the State Council announces it, by exceptions to Monday to Friday: `rest_days` (放假,
    weekends may be among them) and `working_days` (调休上班); or by `days`, every one of the year. A tenant names single
    days in any of the three; none takes back all that it had. What is published replaces what was: `replaces` names the
    version in force where there is one, so that nobody does that unawares.
    """

    owner: ClassVar[ServiceName] = "gateway"

    tenant: TenantId = NATION
    year: int = Field(ge=2020, le=2100)
    rest_days: tuple[date, ...] = Field(default=(), max_length=366)
    working_days: tuple[date, ...] = Field(default=(), max_length=366)
    days: tuple[CalendarDay, ...] = Field(default=(), max_length=366)
    document_number: str = Field(min_length=2, max_length=80)
    why: Why
    replaces: int | None = Field(default=None, ge=0)


class CalendarPublished(Event):
    """The days of one year: all of it for the nation, for a tenant those that it has otherwise.

    It takes the place of all that was known of this tenant's year under an earlier `calendar_version`.
    """

    aggregate: ClassVar[str] = "calendar"

    tenant: TenantId
    year: int
    days: tuple[CalendarDay, ...]
    calendar_version: int
    document_number: str
    why: str
    published_by: Id
    published_at: datetime


class GetCalendar(Query[CalendarView]):
    """One year as it holds for the tenant; without a tenant the nation's."""

    owner: ClassVar[ServiceName] = "gateway"

    tenant: TenantId = NATION
    year: int


Urgency = Literal["reminder", "alarm"]


class CalendarDue(Model):
    """The nation's working days of `year` are to be loaded: a reminder from 15 November of the year before, an alarm from
    5 December and for the year that has begun. `since` is the day from which it is so urgent.
    """

    year: int
    urgency: Urgency
    since: date


class LoadedCalendars(Model):
    """The years that are loaded. `known_until` is the last day of those that follow on today without a gap: no deadline
    beyond it can be computed; absent while not even today's year is loaded. `due`: the year that is to be loaded now.
    """

    tenant: TenantId
    years: tuple[CalendarYear, ...]
    known_until: date | None
    due: CalendarDue | None = None


class ListCalendars(Query[LoadedCalendars]):
    """Which years are loaded: the nation's, and with a tenant what it has of its own besides."""

    owner: ClassVar[ServiceName] = "gateway"

    tenant: TenantId = NATION


class MissingCalendar(Model):
    """Deadlines of `tenant` wait for `year`: its alarm was raised by the clock (`review`, `payout`, `contact`) at `since`.

    Of the tenant `nation` and the clock `next_year`: nothing waits yet, but it is November or later.
    """

    tenant: TenantId
    year: int
    clock: str
    since: datetime


class MissingCalendars(Model):
    items: tuple[MissingCalendar, ...]


class ListMissingCalendars(Query[MissingCalendars]):
    """The years that deadlines wait for, of all tenants. Any service answers for its own clocks."""

    owner: ClassVar[ServiceName] = "catalog"
