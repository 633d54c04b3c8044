"""The months of the frame's large tables: which there are, the next ones made ahead, and old ones dropped.

The tables are partitioned by month (UTC). Making and dropping are functions of the database's owner
(`make_month`, `drop_month`; chassis/migrations), which refuse whatever is not archived: the frame's role may call them
and own nothing. A row whose month is missing goes into the table's default part: no write is ever refused for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Engine, text

TABLES = ("outbox", "inbox", "idempotency_record", "audit_fact")

AHEAD = 2
"""How many months are there before anything is written into them."""

ALL = text("SELECT whose, part, begins, ends, bytes, rows FROM kept_month ORDER BY whose, ends, part")
MAKE = text("SELECT make_month(:whose, :month)")
DROP = text("SELECT drop_month(:whose, :part)")
PATIENT = text("SET LOCAL statement_timeout = '15min'")
"""A month is counted before it goes; nobody waits for that."""


class Month(NamedTuple):
    """One part of a table. The first has no beginning, the default part neither beginning nor end.

    `bytes` with its indexes; `rows` as the server estimates them.
    """

    whose: str
    part: str
    begins: datetime | None
    ends: datetime | None
    bytes: int
    rows: int


def months(engine: Engine, whose: str | None = None) -> list[Month]:
    """All parts, or those of one table, in order of time; the default part is the last of its table."""
    with engine.connect() as connection:
        return [Month._make(row) for row in connection.execute(ALL) if whose in (None, row.whose)]


def make_ahead(engine: Engine, now: datetime) -> int:
    """See that this month and the next ones are there; returns how many were made. Repeats harmlessly."""
    made = 0
    for whose in TABLES:
        covered = max((each.ends for each in months(engine, whose) if each.ends is not None), default=None)
        for number in range(AHEAD + 1):
            first = month_after(now, number)
            if covered is None or covered < month_after(first, 1):
                with engine.begin() as connection:
                    made += bool(connection.execute(MAKE, {"whose": whose, "month": first.date()}).scalar_one())
    return made


def drop(engine: Engine, month: Month) -> None:
    """Raises an infrastructure fault when its table was not to be had at once: then it is tried again later."""
    with engine.begin() as connection:
        connection.execute(PATIENT)
        connection.execute(DROP, {"whose": month.whose, "part": month.part})


def old(parts: Sequence[Month], now: datetime, keep: int) -> list[Month]:
    """Those that ended at least `keep` whole months ago, oldest first."""
    limit = month_after(now, -keep)
    return [each for each in parts if each.ends is not None and each.ends <= limit]


def month_after(moment: datetime, number: int) -> datetime:
    """The first instant of the month `number` months after that of `moment`."""
    months_on = moment.astimezone(UTC).year * 12 + moment.astimezone(UTC).month - 1 + number
    first = date(months_on // 12, months_on % 12 + 1, 1)
    return datetime(first.year, first.month, 1, tzinfo=UTC)
