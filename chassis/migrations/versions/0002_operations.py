"""Long work: its progress, and what became of each line."""

from __future__ import annotations

from alembic import op

revision = "frame_0002"
down_revision = "frame_0001"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE operation_run (
        {AGGREGATE}, kind text NOT NULL, title text NOT NULL, parameters jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'finished', 'cancelled', 'failed')),
        checkpoint jsonb, total bigint, accepted bigint NOT NULL, unchanged bigint NOT NULL, refused bigint NOT NULL,
        stalls integer NOT NULL, notice_code text, notice text,
        begun_by jsonb NOT NULL, begun_at timestamptz NOT NULL, ended_at timestamptz,
        PRIMARY KEY (tenant, id))
    """,
    # A line of a broken source has a reason per column: `ordinal` counts them. The key is also the order of pages.
    """
    CREATE TABLE operation_line (
        tenant text NOT NULL, operation_id text NOT NULL, line bigint NOT NULL, ordinal smallint NOT NULL,
        "column" text, outcome text NOT NULL CHECK (outcome IN ('accepted', 'unchanged', 'refused')),
        code text NOT NULL, message text NOT NULL, subject_id text,
        PRIMARY KEY (tenant, operation_id, line, ordinal))
    """,
    """
    CREATE INDEX operation_line_refused ON operation_line (tenant, operation_id, line, ordinal)
        WHERE outcome = 'refused'
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("operation_run", "operation_line"):
        tenant_table(table)
    grant("operation_run", app="SELECT, INSERT, UPDATE")
    # A line that has been done is not done again: its key is what a second attempt would break on.
    grant("operation_line", app="SELECT, INSERT")


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


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
