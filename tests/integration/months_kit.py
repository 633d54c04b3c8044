"""Databases whose months are not all to come, and one as a former version of the frame left it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from alembic.script import ScriptDirectory
from frame_kit import psycopg_url

from chassis.foundation.migrate import migrate
from chassis.keeping.months import TABLES, month_after
from console.servers.provision import Dsns


def ago(months: int) -> datetime:
    """Noon of the tenth day of the month so many months ago."""
    return month_after(datetime.now(UTC), -months) + timedelta(days=9, hours=12)


def part_of(table: str, months: int) -> str:
    return f"{table}_{ago(months):%Y_%m}"


def divide(dsns: Dsns, *, months: int) -> None:
    """Instead of the one first part that a new database has: a part for each of the last `months` months, and this one."""
    with psycopg.connect(psycopg_url(dsns.owner), autocommit=True) as owner:
        for table in TABLES:
            owner.execute(f"DROP TABLE {table}_before")  # type: ignore[arg-type]
            for number in range(months, -1, -1):
                first: date = month_after(datetime.now(UTC), -number).date()
                owner.execute("SELECT make_month(%s, %s)", [table, first])


def parts(dsns: Dsns, table: str) -> list[str]:
    """Those of past months and of this one."""
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        return [
            part
            for (part,) in owner.execute(
                "SELECT part FROM kept_month WHERE whose = %s AND coalesce(begins, now()) <= now() AND ends IS NOT NULL"
                " ORDER BY ends",
                [table],
            )
        ]


def as_of(service: str, revision: str, dsns: Dsns) -> None:
    """An empty database as a former version of the frame would have migrated it, with today's service."""
    newest = ScriptDirectory._upgrade_revs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ScriptDirectory,
            "_upgrade_revs",
            lambda self, to, now: newest(self, revision if "chassis" in self.dir else to, now),
        )
        migrate(service, dsns.owner)
