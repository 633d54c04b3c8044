"""The frame's tables: tenants, calendar, operations, outbox, inbox, parking, jobs, alarms, audit."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from alembic import op

from chassis.schema import FRAME_DDL, frame_table, grant, tenant_table

revision = "frame_0001"
down_revision = None
branch_labels = None
depends_on = None

SEEDED_YEARS = (2025, 2026)


def upgrade() -> None:
    for statement in FRAME_DDL:
        op.execute(statement)
    for table in ("operation", "outbox", "inbox", "position", "parked", "job", "alarm", "audit_fact"):
        tenant_table(op, table)
        frame_table(op, table)
    grant(op, "operation", app="SELECT, INSERT", frame="SELECT")
    grant(op, "outbox", app="SELECT, INSERT", frame="SELECT, UPDATE")
    grant(op, "inbox", app="SELECT, INSERT", frame="SELECT")
    grant(op, "position", app="SELECT, INSERT, UPDATE", frame="SELECT")
    grant(op, "parked", app="SELECT, INSERT, UPDATE, DELETE", frame="SELECT, UPDATE")
    grant(op, "job", app="SELECT, INSERT, UPDATE, DELETE", frame="SELECT, UPDATE")
    grant(op, "alarm", app="SELECT, INSERT", frame="SELECT")
    grant(op, "audit_fact", app="SELECT, INSERT", frame="SELECT, UPDATE (block)")
    grant(op, "audit_block", app="SELECT", frame="SELECT, INSERT")
    grant(op, "quarantine", app="INSERT", frame="SELECT, INSERT, UPDATE")
    grant(op, "tenant", app="SELECT, INSERT, UPDATE", frame="SELECT")
    grant(op, "calendar_day", app="SELECT", frame="SELECT")
    _seed_calendar()


def _seed_calendar() -> None:
    # The State Council's published arrangements, as data, so that a tenant or a later year can add rows.
    for year in SEEDED_YEARS:
        day = date(year, 1, 1)
        rows = []
        while day.year == year:
            rows.append(f"('', '{day}', {chinese_calendar.is_workday(day)})")
            day += timedelta(days=1)
        op.execute(f"INSERT INTO calendar_day (tenant, day, working) VALUES {', '.join(rows)}")


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")
