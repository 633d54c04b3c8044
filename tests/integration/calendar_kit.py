"""Calendars as they arrive on the bus."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from contracts.calendars import NATION, CalendarDay, CalendarPublished
from contracts.identity import TenantChanged, TenantSettings
from contracts.rule import Level
from gateway.identity.calendars.domain import days_in

NEW_YEAR = date(2027, 1, 1)
DOCUMENT = "国办发明电〔2026〕5号"


def nations_year(year: int = 2027, *, version: int = 1, rests: Collection[date] = (NEW_YEAR,)) -> CalendarPublished:
    """Monday to Friday without `rests`: every day of the year."""
    days = tuple(CalendarDay(day=day, working=day.weekday() < 5 and day not in rests) for day in days_in(year))
    return _published(NATION, year, days, version)


def own_days(tenant: str, *days: tuple[date, bool], version: int = 1, year: int | None = None) -> CalendarPublished:
    """What a tenant does otherwise on single days."""
    listed = tuple(CalendarDay(day=day, working=working) for day, working in days)
    return _published(tenant, year or days[0][0].year, listed, version)


def changed(
    tenant: str, parent: str | None, code: str, *, version: int = 2, level: Level = Level.COUNTY, **settings: str
) -> TenantChanged:
    return TenantChanged(
        id=tenant,
        parent_id=parent,
        level=level,
        division_code=code,
        name=tenant,
        settings=TenantSettings.model_validate(settings),
        settings_version=version,
        why="作息时间调整",
    )


def _published(tenant: str, year: int, days: tuple[CalendarDay, ...], version: int) -> CalendarPublished:
    return CalendarPublished(
        tenant=tenant,
        year=year,
        days=days,
        calendar_version=version,
        document_number=DOCUMENT if tenant == NATION else "章府办〔2026〕9号",
        why="载入",
        published_by="operator",
        published_at=datetime(2026, 11, 29, 4, tzinfo=UTC),
    )
