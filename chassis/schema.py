"""The frame's tables, and the rules that every tenant table is made by.

Rows belong to `tenant`. Row-level security is ENABLEd and FORCEd: a statement sees the tenants named by the
unit of work (`zhida.tenants`) and no others. The frame's own role (relay, sweeper, sealer, verify) has
policies on the frame's tables only.
"""

from __future__ import annotations

from alembic.operations import Operations

TENANT_POLICY = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
"""The sub-select makes the setting an init plan: read once a statement, not once a row."""

FRAME_DDL: tuple[str, ...] = (
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


def _role(op: Operations, kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are its service's roles."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def tenant_table(op: Operations, table: str) -> None:
    """Put `table` under row-level security by tenant, for everybody including its owner."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({TENANT_POLICY}) WITH CHECK ({TENANT_POLICY})")


def frame_table(op: Operations, table: str) -> None:
    """Let the frame's role see all tenants' rows of one of the frame's own tables."""
    op.execute(f"CREATE POLICY {table}_by_frame ON {table} TO {_role(op, 'frame')} USING (true) WITH CHECK (true)")


def grant(op: Operations, table: str, *, app: str, frame: str | None = None) -> None:
    """Give the service's role (and the frame's) exactly these privileges on `table`."""
    op.execute(f"GRANT {app} ON {table} TO {_role(op, 'app')}")
    if frame:
        op.execute(f"GRANT {frame} ON {table} TO {_role(op, 'frame')}")


FORMER_FILE_DDL: tuple[str, ...] = (
    """
    CREATE TABLE former_file (
        tenant text NOT NULL, absorbed_id text NOT NULL, surviving_id text NOT NULL,
        PRIMARY KEY (tenant, absorbed_id))
    """,
    "CREATE INDEX former_file_of ON former_file (tenant, surviving_id)",
)


def former_file_table(op: Operations, *, seen_from_elsewhere: bool = False) -> None:
    """Make the table of chassis.former_files: which files of enterprises were merged into which.

    `seen_from_elsewhere`: without row security, for a service that has to know of a firm's files where it acts for
    another tenant than the firm's own. The table holds three ids and nothing else.
    """
    for statement in FORMER_FILE_DDL:
        op.execute(statement)
    if not seen_from_elsewhere:
        tenant_table(op, "former_file")
    grant(op, "former_file", app="SELECT, INSERT")
