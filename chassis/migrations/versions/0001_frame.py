"""The frame's tables: tenants, calendar, operations, outbox, inbox, parking, jobs, alarms, audit."""

from __future__ import annotations

from datetime import date, timedelta

from alembic import op

revision = "frame_0001"
down_revision = None
branch_labels = None
depends_on = None

DDL = (
    """
    CREATE TABLE tenant (
        id text PRIMARY KEY, parent_id text, level text NOT NULL, division_code text NOT NULL, name text NOT NULL,
        settings jsonb NOT NULL, settings_version integer NOT NULL)
    """,
    """
    CREATE TABLE calendar_day (
        tenant text NOT NULL, day date NOT NULL, working boolean NOT NULL, PRIMARY KEY (tenant, day))
    """,
    """
    CREATE TABLE operation (
        tenant text NOT NULL, operation_id text NOT NULL, name text NOT NULL, body_hash text NOT NULL,
        actor text NOT NULL, result jsonb NOT NULL, finished_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, operation_id))
    """,
    """
    CREATE TABLE outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant text NOT NULL, addressed_to text NOT NULL, event_id text NOT NULL,
        partition smallint NOT NULL, aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        sequence integer NOT NULL, type text NOT NULL, routing_key text NOT NULL, body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(), published_at timestamptz,
        CONSTRAINT outbox_sequence_once UNIQUE (tenant, aggregate_type, aggregate_id, sequence))
    """,
    "CREATE INDEX outbox_pending ON outbox (partition, position) WHERE published_at IS NULL",
    """
    CREATE TABLE inbox (
        tenant text NOT NULL, event_id text NOT NULL, type text NOT NULL, handled_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, event_id))
    """,
    """
    CREATE TABLE position (
        tenant text NOT NULL, aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        sequence integer NOT NULL, PRIMARY KEY (tenant, aggregate_type, aggregate_id))
    """,
    """
    CREATE TABLE parked (
        tenant text NOT NULL, event_id text NOT NULL, origin text NOT NULL,
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer NOT NULL,
        type text NOT NULL, body text NOT NULL,
        cause text NOT NULL CHECK (cause IN ('gap', 'not_yet', 'fault', 'refused')),
        state text NOT NULL CHECK (state IN ('waiting', 'dead')),
        error text NOT NULL, attempts integer NOT NULL DEFAULT 0,
        parked_at timestamptz NOT NULL, next_attempt_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, event_id))
    """,
    "CREATE INDEX parked_due ON parked (next_attempt_at) WHERE state = 'waiting'",
    "CREATE INDEX parked_aggregate ON parked (origin, aggregate_type, aggregate_id, sequence)",
    """
    CREATE TABLE quarantine (
        id text PRIMARY KEY, queue text NOT NULL, body bytea NOT NULL, properties jsonb NOT NULL,
        error text NOT NULL, quarantined_at timestamptz NOT NULL, resolved_at timestamptz, resolution text)
    """,
    """
    CREATE TABLE job (
        tenant text NOT NULL, kind text NOT NULL, subject text NOT NULL, due_at timestamptz NOT NULL,
        lease_until timestamptz, attempts integer NOT NULL DEFAULT 0, error text,
        PRIMARY KEY (tenant, kind, subject))
    """,
    "CREATE INDEX job_due ON job (kind, due_at)",
    """
    CREATE TABLE alarm (
        tenant text NOT NULL, subject_type text NOT NULL, subject text NOT NULL, clock text NOT NULL,
        level integer NOT NULL, raised_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, subject_type, subject, clock, level))
    """,
    """
    CREATE TABLE audit_fact (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant text NOT NULL, aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        version integer NOT NULL, action text NOT NULL, actor text NOT NULL, at timestamptz NOT NULL,
        body text NOT NULL, salt bytea NOT NULL, digest bytea NOT NULL, block bigint,
        CONSTRAINT audit_version_once UNIQUE (tenant, aggregate_type, aggregate_id, version))
    """,
    "CREATE INDEX audit_unsealed ON audit_fact (position) WHERE block IS NULL",
    "CREATE INDEX audit_sealed ON audit_fact (block)",
    """
    CREATE TABLE audit_block (
        number bigint PRIMARY KEY, previous bytea NOT NULL, facts integer NOT NULL,
        hash bytea NOT NULL, sealed_at timestamptz NOT NULL)
    """,
)

SEEDED_YEARS = (2025, 2026)

WEEKDAYS_OFF = """
2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04 2025-04-04 2025-05-01
2025-05-02 2025-05-05 2025-06-02 2025-10-01 2025-10-02 2025-10-03 2025-10-06 2025-10-07 2025-10-08
2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06
2026-05-01 2026-05-04 2026-05-05 2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06
2026-10-07
"""

WEEKENDS_WORKED = """
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28 2026-05-09
2026-09-20 2026-10-10
"""


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("operation", "outbox", "inbox", "position", "parked", "job", "alarm", "audit_fact"):
        tenant_table(table)
        frame_table(table)
    grant("operation", app="SELECT, INSERT", frame="SELECT")
    grant("outbox", app="SELECT, INSERT", frame="SELECT, UPDATE")
    grant("inbox", app="SELECT, INSERT", frame="SELECT")
    grant("position", app="SELECT, INSERT, UPDATE", frame="SELECT")
    grant("parked", app="SELECT, INSERT, UPDATE, DELETE", frame="SELECT, UPDATE")
    grant("job", app="SELECT, INSERT, UPDATE, DELETE", frame="SELECT, UPDATE")
    grant("alarm", app="SELECT, INSERT", frame="SELECT")
    grant("audit_fact", app="SELECT, INSERT", frame="SELECT, UPDATE (block)")
    grant("audit_block", app="SELECT", frame="SELECT, INSERT")
    grant("quarantine", app="INSERT", frame="SELECT, INSERT, UPDATE")
    grant("tenant", app="SELECT, INSERT, UPDATE", frame="SELECT")
    grant("calendar_day", app="SELECT", frame="SELECT")
    _seed_calendar()


def _seed_calendar() -> None:
    # The State Council's published arrangements, as data, so that a tenant or a later year can add rows.
    off, worked = set(WEEKDAYS_OFF.split()), set(WEEKENDS_WORKED.split())
    for year in SEEDED_YEARS:
        day = date(year, 1, 1)
        rows = []
        while day.year == year:
            working = str(day) in worked or (day.weekday() < 5 and str(day) not in off)
            rows.append(f"('', '{day}', {working})")
            day += timedelta(days=1)
        op.execute(f"INSERT INTO calendar_day (tenant, day, working) VALUES {', '.join(rows)}")


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def tenant_table(table: str) -> None:
    """Row-level security by tenant, for everybody including the owner."""
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")


def frame_table(table: str) -> None:
    """The frame's role sees all tenants' rows of one of the frame's own tables."""
    op.execute(f"CREATE POLICY {table}_by_frame ON {table} TO {_role('frame')} USING (true) WITH CHECK (true)")


def grant(table: str, *, app: str, frame: str | None = None) -> None:
    """Exactly these privileges on `table` for the role of the service, and for that of the frame."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
    if frame:
        op.execute(f"GRANT {frame} ON {table} TO {_role('frame')}")
