"""Long work: its progress, and what became of each line."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant, tenant_table
from chassis.store import AGGREGATE_DDL

revision = "frame_0002"
down_revision = "frame_0001"
branch_labels = None
depends_on = None

DDL = (
    f"""
    CREATE TABLE operation_run (
        {AGGREGATE_DDL}, kind text NOT NULL, title text NOT NULL, parameters jsonb NOT NULL,
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
        tenant_table(op, table)
    grant(op, "operation_run", app="SELECT, INSERT, UPDATE")
    # A line that has been done is not done again: its key is what a second attempt would break on.
    grant(op, "operation_line", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")
