"""D: what has no due date because the working days of a year are not loaded. It is known, and nobody can say it is late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.time.next_year import YearAskedFor, year_asked_for
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.look import Look
from console.place import GATEWAY

FOLLOWED_WITHIN = timedelta(minutes=10)
"""How long open deadlines may take to follow a calendar that has arrived."""

NAMED = 50
"""How many of the things that wait are named to an operator."""


@dataclass(frozen=True, slots=True)
class WaitsForYear:
    """A kind of thing with a clock that stores which year it waits for. `open` selects those in their service's database:
    tenant, id, name (for people), year.
    """

    service: str
    what: str
    limit: str
    open: str


WAITING: Sequence[WaitsForYear] = (
    WaitsForYear(
        "review",
        "办件",
        "审核时限",
        "SELECT tenant, id, claim ->> 'receipt' AS name, awaits_year AS year FROM review_case"
        " WHERE state = 'accepted' AND awaits_year IS NOT NULL",
    ),
    WaitsForYear(
        "treasury",
        "支付",
        "拨付时限",
        # A failed payment that another attempt has followed has no clock any more.
        "SELECT tenant, id, claim ->> 'receipt' AS name, awaits_year AS year FROM disbursement d"
        " WHERE state IN ('held', 'ready', 'authorised', 'sent', 'unknown', 'failed') AND awaits_year IS NOT NULL"
        " AND (state <> 'failed' OR EXISTS (SELECT FROM job j"
        " WHERE (j.tenant, j.kind, j.subject) = (d.tenant, 'payout_alarm', d.id)))",
    ),
)

# What has waited for a year that is there now follows it by a job of its tenant; the calendar says when it came.
COUNTED = """
SELECT w.tenant, w.year, count(*) AS count, min(w.name) AS first,
    EXISTS (SELECT FROM alarm a WHERE (a.tenant, a.subject_type, a.subject)
        = (w.tenant, 'calendar', CAST(w.year AS text))) AS asked_for,
    EXISTS (SELECT FROM calendar_year y WHERE (y.tenant, y.year) = ('', w.year) AND y.complete
        AND coalesce(y.published_at, '-infinity') < :late) AND NOT EXISTS (
        SELECT FROM job j WHERE j.tenant = w.tenant AND j.kind = 'follow_calendar') AS forgotten
FROM ({open}) AS w GROUP BY w.tenant, w.year ORDER BY w.year, w.tenant
"""

NAMES = "SELECT name FROM ({open}) AS w WHERE tenant = :tenant AND year = :year ORDER BY id LIMIT :limit"
COUNT = "SELECT count(*) FROM ({open}) AS w WHERE tenant = :tenant AND year = :year"

LOADED = text("SELECT year FROM calendar_year WHERE tenant = '' AND complete")


def load_command(year: int) -> str:
    """What to type to have the year loaded."""
    return f"./zhida calendar load --year {year} --file FILE --document 文号 --why 原因"


def waiting_for_calendars(look: Look) -> Iterator[Finding | Notice]:
    """How much waits for which year, and which year is to be loaded by now.

    A finding is what waits although the year is there, and what waits without anybody having been asked for the year.
    """
    for kind in WAITING:
        with look.books.snapshot(kind.service, look.tenants) as connection:
            yield from counted(connection, kind, look.now)
    if (asked := next_year(look)) is not None:
        since = f"自 {asked.since} 起" + ("告警" if asked.urgency == "alarm" else "提醒")
        yield Notice(None, f"全国 {asked.year} 年工作日历尚未载入（{since}）", load_command(asked.year))


def counted(connection: Connection | Reader, kind: WaitsForYear, now: datetime) -> Iterator[Finding | Notice]:
    """What of a kind waits, by tenant and year."""
    statement = text(COUNTED.format(open=kind.open))
    for row in connection.execute(statement, {"late": now - FOLLOWED_WITHIN}):
        what = f"{row.count} 件{kind.what}（如收件编号 {row.first}）的{kind.limit}"
        if row.forgotten:
            yield Finding("D", row.tenant, f"{what}仍待 {row.year} 年工作日历，而该年日历已经载入")
        elif not row.asked_for:
            yield Finding("D", row.tenant, f"{what}待 {row.year} 年工作日历，却没有发出载入提醒")
        else:
            yield Notice(row.tenant, f"{what}待 {row.year} 年工作日历载入后确定", load_command(row.year))


def next_year(look: Look) -> YearAskedFor | None:
    """The nation's year that is to be loaded by now, as the gateway knows it."""
    if GATEWAY not in look.books.names:
        return None
    with look.books.frame(GATEWAY).connect() as connection:
        loaded = set(connection.execute(LOADED).scalars())
    return year_asked_for(look.now.astimezone(CHINA).date(), loaded)


def names_of(asking: Connection | Reader, service: str, tenant: str, year: int) -> tuple[int, list[str]]:
    """How many of the tenant's things wait for the year in this service, and what the first of them are called."""
    count, names = 0, []
    asked = {"tenant": tenant, "year": year}
    for kind in WAITING:
        if kind.service == service:
            count += asking.execute(text(COUNT.format(open=kind.open)), asked).scalar_one()
            found = asking.execute(text(NAMES.format(open=kind.open)), {**asked, "limit": NAMED})
            names += [f"{kind.what} {row.name}" for row in found]
    return count, names
