"""Working days (工作日历): which years are loaded, one year as months, a year to be checked and then published."""

from __future__ import annotations

import asyncio
from datetime import date

from pydantic import Field

from contracts.calendars import (
    NATION,
    CalendarDay,
    CalendarView,
    GetCalendar,
    ListCalendars,
    PublishCalendar,
)
from contracts.message import Model, TenantId, Why
from contracts.refusal import NotFound, Refused
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.identity.calendars import use_cases, views
from gateway.portal.platform.calendars.announced import announced, listed
from gateway.portal.platform.calendars.months import SATURDAY, months_of
from gateway.portal.platform.missing import missing_years
from gateway.portal.platform.places import everywhere
from gateway.portal.platform.today import today
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
OPERATOR = Permitted(PublishCalendar)
Year = Field(ge=2020, le=2100)


class Announcement(Model):
    """What is to be checked: the announcement as it was pasted, or days as they are listed."""

    year: int = Year
    notice: str = Field(default="", max_length=8000)
    rest_lines: str = Field(default="", max_length=8000)
    work_lines: str = Field(default="", max_length=8000)

    @property
    def days(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        """(days off, days worked). Raises AnnouncementUnclear."""
        off, worked = announced(self.notice, self.year)
        listed_off = listed(self.rest_lines, self.year, "rest_lines")
        listed_work = listed(self.work_lines, self.year, "work_lines")
        return tuple(sorted({*off, *listed_off})), tuple(sorted({*worked, *listed_work}))


class OtherDay(Model):
    """One day that a place has otherwise than the nation; `as_everywhere` takes that back."""

    tenant: TenantId
    year: int
    day: date
    kind: str = Field(pattern="^(rest|work|as_everywhere)$")
    document_number: str = Field(min_length=2, max_length=80)
    why: Why
    replaces: int | None = None


@pages.show(
    "/platform/calendars", ListCalendars, OPERATOR, template="calendars.html", nav=("platform.nav.calendars", 20)
)
async def show_calendars(door: Door, query: ListCalendars) -> Values:
    """Which years are loaded, up to when deadlines can be computed, and what deadlines wait for."""
    loaded, missing = await asyncio.gather(door.found(query, views.list_calendars), missing_years(door))
    places = [(NATION, "全国"), *((each.id, each.name) for each in await everywhere(door))]
    next_year = max((each.year for each in loaded.years if each.tenant == NATION), default=today(door).year - 1) + 1
    return {"loaded": loaded, "missing": missing, "places": places, "names": dict(places), "next_year": next_year}


@pages.show("/platform/calendars/check", Announcement, OPERATOR, template="check.html")
async def check_calendar(door: Door, asked: Announcement) -> Shown:
    """What was announced, as months, before anybody counts by it."""
    known = await year_known(door, NATION, asked.year)
    try:
        off, worked = asked.days
    except Refused as refused:
        values = {"asked_for": asked, "trouble": refused.refusal().message, "reasons": refused.reasons, "known": known}
        return Shown({**values, "off": (), "worked": (), "months": ()}, 422)
    values = {"asked_for": asked, "trouble": "", "reasons": (), "known": known, "off": off, "worked": worked}
    weekdays_off = [day for day in off if day.weekday() < SATURDAY]
    return Shown({**values, "months": months_of(asked.year, weekdays_off, worked), "weekdays_off": weekdays_off})


@pages.form("/platform/calendars", PublishCalendar, OPERATOR, on=check_calendar, without=("tenant", "days"))
async def publish_calendar(door: Door, command: PublishCalendar) -> str:
    """From now on deadlines are counted by it (载入工作日历)."""
    await door.decided(command, use_cases.publish_calendar, tenant=NATION)
    return address(f"/platform/calendars/{command.year}", done="calendar_published")


@pages.show("/platform/calendars/{year}", GetCalendar, OPERATOR, template="year.html")
async def show_year(door: Door, query: GetCalendar) -> Values:
    """One year as months, as it holds everywhere or in one place."""
    view = await door.found(query, views.get_calendar)
    own = [each.day for each in view.own_days]
    places = [(NATION, "全国"), *((each.id, each.name) for each in await everywhere(door))]
    return {
        "calendar": view,
        "months": months_of(view.year, view.rest_days, view.working_days, own),
        "places": places,
        "place_name": dict(places).get(query.tenant, query.tenant),
        "of_nation": query.tenant == NATION,
    }


@pages.form("/platform/calendars/{year}/days", OtherDay, OPERATOR, on=show_year)
async def have_otherwise(door: Door, said: OtherDay) -> str:
    """A place has one day otherwise than the nation, or no longer (本地另行安排)."""
    known = await door.found(GetCalendar(tenant=said.tenant, year=said.year), views.get_calendar)
    days = {each.day: each.working for each in known.own_days if each.day != said.day}
    if said.kind != "as_everywhere":
        days[said.day] = said.kind == "work"
    command = PublishCalendar(
        tenant=said.tenant,
        year=said.year,
        days=tuple(CalendarDay(day=day, working=working) for day, working in sorted(days.items())),
        document_number=said.document_number,
        why=said.why,
        replaces=said.replaces,
    )
    await door.decided(command, use_cases.publish_calendar, tenant=said.tenant)
    return address(f"/platform/calendars/{said.year}", tenant=said.tenant, done="day_published")


async def year_known(door: Door, tenant: TenantId, year: int) -> CalendarView | None:
    """The year as it is in force; None where nothing of it is loaded."""
    try:
        return await door.found(GetCalendar(tenant=tenant, year=year), views.get_calendar)
    except RefusedThere as refused:
        if refused.refusal().kind != NotFound.kind:
            raise
        return None
