"""Calendars arrive by event: which version of a year is known, and rows that the service itself may write."""

from __future__ import annotations

from alembic import op

revision = "frame_0005"
down_revision = "frame_0004"
branch_labels = None
depends_on = None

DDL = (
    # The nation's tenant is '', as in calendar_day. Version 0 is what came with the installation or was put in by hand.
    # A year is complete when every day of it is there: a tenant's few days of its own are not a year.
    """
    CREATE TABLE calendar_year (
        tenant text NOT NULL, year integer NOT NULL, version integer NOT NULL, document_number text NOT NULL,
        why text NOT NULL, published_at timestamptz, complete boolean NOT NULL, PRIMARY KEY (tenant, year))
    """,
    """
    INSERT INTO calendar_year (tenant, year, version, document_number, why, complete)
        SELECT tenant, extract(year FROM day)::integer, 0, '', '随系统预置',
            count(*) = extract(doy FROM make_date(extract(year FROM day)::integer, 12, 31))
        FROM calendar_day GROUP BY tenant, extract(year FROM day)
    """,
    # The version of the settings by which the office hours last changed.
    "ALTER TABLE tenant ADD COLUMN hours_version integer NOT NULL DEFAULT 1",
    # Which years are asked for is looked up every few seconds, and there are many alarms.
    "CREATE INDEX alarm_calendar ON alarm (subject) WHERE subject_type = 'calendar'",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    grant("calendar_year", app="SELECT, INSERT, UPDATE", frame="SELECT")
    grant("calendar_day", app="INSERT, UPDATE, DELETE")


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str, frame: str | None = None) -> None:
    """Exactly these privileges on `table` for the role of the service, and for that of the frame."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
    if frame:
        op.execute(f"GRANT {frame} ON {table} TO {_role('frame')}")
