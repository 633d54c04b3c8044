"""What this service knows of the calendars: taken from events, the same in every service."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

from sqlalchemy import CursorResult, Engine, text

from chassis.observability.telemetry import get_logger
from chassis.write.unit import Unit
from contracts.calendars import NATION, CalendarPublished, MissingCalendar, MissingCalendars
from contracts.message import TenantId

LEARN_YEAR = """
    INSERT INTO calendar_year (tenant, year, version, document_number, why, published_at, complete)
    VALUES (:owner, :year, :version, :document, :why, :published_at, :complete)
    ON CONFLICT (tenant, year) DO UPDATE SET version = EXCLUDED.version, document_number = EXCLUDED.document_number,
        why = EXCLUDED.why, published_at = EXCLUDED.published_at, complete = EXCLUDED.complete
        WHERE calendar_year.version < EXCLUDED.version
"""
FORGET_DAYS = "DELETE FROM calendar_day WHERE tenant = :owner AND day BETWEEN :first AND :last"
LEARN_DAYS = """
    INSERT INTO calendar_day (tenant, day, working)
    SELECT :owner, day, working FROM unnest(CAST(:days AS date[]), CAST(:working AS boolean[])) AS d(day, working)
"""

KNOWN_DAYS = "SELECT day, working FROM calendar_day WHERE tenant = :owner AND day BETWEEN :first AND :last"
IN_FORCE = "SELECT version FROM calendar_year WHERE tenant = :owner AND year = :year"

ASKED_FOR = text(
    "SELECT a.tenant, CAST(a.subject AS integer) AS year, a.clock, min(a.raised_at) AS since FROM alarm a"
    " WHERE a.subject_type = 'calendar' AND NOT EXISTS (SELECT FROM calendar_year y"
    " WHERE y.tenant IN ('', a.tenant) AND y.year = CAST(a.subject AS integer) AND y.complete)"
    " GROUP BY a.tenant, a.subject, a.clock ORDER BY since, a.tenant, a.subject, a.clock"
)


ASKED = 100
"""The level of the alarm by which a year is asked for: what waits for it has no alarm of its own."""

log = get_logger(__name__)


def owner_of(tenant: TenantId) -> str:
    """Under which name the rows of `tenant` are kept: the nation's, which are for everybody, under none."""
    return "" if tenant == NATION else tenant


class Asking(Protocol):
    """A reader or a unit of work."""

    def execute(self, sql: str, parameters: Any = None) -> CursorResult[Any]: ...


def known_days(asking: Asking, tenant: TenantId, year: int) -> dict[date, bool]:
    """The days of the year that are known under this tenant's own name (NATION for the nation's), worked or not."""
    period = {"owner": owner_of(tenant), "first": date(year, 1, 1), "last": date(year, 12, 31)}
    return {row.day: row.working for row in asking.execute(KNOWN_DAYS, period)}


def version_in_force(asking: Asking, tenant: TenantId, year: int) -> int | None:
    """Of the tenant's own calendar of the year; None if it has none. 0 came with the installation."""
    version = asking.execute(IN_FORCE, {"owner": owner_of(tenant), "year": year}).scalar()
    return None if version is None else int(version)


def learn(uow: Unit, event: CalendarPublished) -> bool:
    """Keep the days of the year in place of those that were known; an older version never replaces a newer one.

    Returns whether it is news. The tables are public: they have no row security.
    """
    owner, first, last = owner_of(event.tenant), date(event.year, 1, 1), date(event.year, 12, 31)
    news = uow.execute(
        LEARN_YEAR,
        {
            "owner": owner,
            "year": event.year,
            "version": event.calendar_version,
            "document": event.document_number,
            "why": event.why,
            "published_at": event.published_at,
            "complete": len(event.days) == (last - first).days + 1,
        },
    )
    if news.rowcount != 1:
        return False
    uow.execute(FORGET_DAYS, {"owner": owner, "first": first, "last": last})
    days, working = [each.day for each in event.days], [each.working for each in event.days]
    uow.execute(LEARN_DAYS, {"owner": owner, "days": days, "working": working})
    uow.forget_calendars()
    return True


def ask_for(uow: Unit, tenant: TenantId, year: int, clock: str) -> None:
    """Say once that deadlines of the tenant by this clock wait for the working days of `year`: in the log, in the work list,
    on the pages of whoever keeps calendars. It goes away when the year is loaded.
    """
    if uow.raise_alarm("calendar", str(year), clock, ASKED, tenant=tenant):
        log.error("working days are not published and deadlines wait for them", tenant=tenant, year=year, clock=clock)


def missing_calendars(engine: Engine) -> MissingCalendars:
    """The years that deadlines of this service wait for, of all tenants, by the time they were first asked for; `engine`
    is the frame's role.
    """
    with engine.connect() as connection:
        rows = connection.execute(ASKED_FOR).all()
    return MissingCalendars(items=tuple(MissingCalendar.model_validate(row._asdict()) for row in rows))
