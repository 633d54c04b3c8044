"""What is seen of calendars: from what the gateway has learned of them, as every service has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from chassis.read.reader import Reader
from chassis.tenancy.working_days import Asking, known_days, owner_of
from chassis.time.clock import CHINA
from chassis.time.next_year import year_asked_for
from contracts.calendars import (
    NATION,
    CalendarDay,
    CalendarDue,
    CalendarView,
    CalendarYear,
    GetCalendar,
    ListCalendars,
    LoadedCalendars,
)
from contracts.message import TenantId
from gateway.identity.calendars.domain import SATURDAY, CalendarNotLoadedHere

YEARS = (
    "SELECT tenant, year, version, document_number, why, published_at, complete FROM calendar_year"
    " WHERE tenant IN ('', :owner) ORDER BY year, tenant"
)


def get_calendar(query: GetCalendar, reader: Reader) -> CalendarView:
    """Raises CalendarNotLoadedHere."""
    return calendar_view(query.tenant, query.year, reader)


def list_calendars(query: ListCalendars, reader: Reader) -> LoadedCalendars:
    rows = reader.execute(YEARS, {"owner": owner_of(query.tenant)}).mappings().all()
    complete = {row["year"] for row in rows if row["complete"]}
    last = today = reader.now.astimezone(CHINA).year
    while last + 1 in complete:
        last += 1
    nations = {row["year"] for row in rows if row["complete"] and not row["tenant"]}
    asked = year_asked_for(reader.now.astimezone(CHINA).date(), nations)
    return LoadedCalendars(
        tenant=query.tenant,
        years=tuple(_year_of(row) for row in rows),
        known_until=date(last, 12, 31) if today in complete else None,
        due=CalendarDue(year=asked.year, urgency=asked.urgency, since=asked.since) if asked else None,
    )


def calendar_view(tenant: TenantId, year: int, asking: Asking) -> CalendarView:
    """The year as it holds for the tenant. Raises CalendarNotLoadedHere."""
    rows = asking.execute(YEARS, {"owner": owner_of(tenant)}).mappings()
    known = {row["tenant"]: row for row in rows if row["year"] == year}
    if not known:
        raise CalendarNotLoadedHere(year=year)
    national = known_days(asking, NATION, year)
    own = known_days(asking, tenant, year) if tenant != NATION else {}
    nation, mine = known.get(""), known.get(owner_of(tenant))
    return CalendarView(
        tenant=tenant,
        year=year,
        version=mine["version"] if mine else 0,
        document_number=mine["document_number"] if mine else "",
        why=mine["why"] if mine else "",
        published_at=mine["published_at"] if mine else None,
        nation_version=nation["version"] if nation else None,
        own_days=tuple(CalendarDay(day=day, working=working) for day, working in sorted(own.items())),
        **_exceptions({**national, **own}, whole=nation is not None),
    )


def _exceptions(days: Mapping[date, bool], *, whole: bool) -> dict[str, Any]:
    return {
        "rest_days": tuple(sorted(day for day, worked in days.items() if not worked and day.weekday() < SATURDAY)),
        "working_days": tuple(sorted(day for day, worked in days.items() if worked and day.weekday() >= SATURDAY)),
        "working_day_count": sum(days.values()) if whole else None,
    }


def _year_of(row: RowMapping) -> CalendarYear:
    return CalendarYear.model_validate({**row, "tenant": row["tenant"] or NATION})
