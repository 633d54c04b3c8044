"""Databases whose months are not all to come, and one as a former version of the frame left it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from frame_kit import message_body, psycopg_url

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.foundation.migrate import migrate
from chassis.foundation.settings import Terms
from chassis.keeping.keeper import Keeper
from chassis.keeping.months import TABLES, month_after
from chassis.write.audit import AuditFact
from chassis.write.outbox import partition_of
from console.servers.provision import Dsns

SHORT = Terms(outbox=1, event_log=120, inbox=1, results=1, audit=1)


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


def keeper_of(frame: Frame, terms: Terms = SHORT) -> Keeper:
    return Keeper(frame.frame_engine, frame.look_engine, frame.clock, terms)


def rows(dsns: Dsns, statement: str) -> list[Any]:
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        return owner.execute(statement).fetchall()  # type: ignore[arg-type]


def say(dsns: Dsns, subject: str, sequence: int, at: datetime, *, published: bool = True) -> None:
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute(
            "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence,"
            " type, routing_key, body, created_at, published_at) VALUES ('zhanggong', 'zhanggong', %s, %s, 'message',"
            " %s, %s, 'MessageDelivered', 'notify.message.MessageDelivered', %s, %s, %s)",
            [
                new_id(), partition_of(subject), subject, sequence, message_body(subject, sequence).decode(), at,
                at if published else None,
            ],
        )  # fmt: skip


def note(dsns: Dsns, subject: str, version: int, at: datetime) -> None:
    """A fact that the audit has been given."""
    fact = AuditFact("zhanggong", "note", subject, version, "test", "tester", at, f'{{"version": {version}}}')
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute(
            "INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*fact, b"salt", fact.digest(b"salt")],
        )
