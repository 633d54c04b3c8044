"""Messages to firms, and the sealed numbers that short messages go to."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant, tenant_table
from chassis.store import AGGREGATE_DDL

revision = "notify_0001"
down_revision = None
branch_labels = None
depends_on = None

DDL = (
    """
    CREATE TABLE contact (
        tenant text NOT NULL, enterprise_id text NOT NULL, mobile_sealed text NOT NULL,
        PRIMARY KEY (tenant, enterprise_id))
    """,
    f"""
    CREATE TABLE message (
        {AGGREGATE_DDL}, enterprise_id text NOT NULL, claim jsonb NOT NULL,
        channel text NOT NULL CHECK (channel IN ('inbox', 'sms')),
        template text NOT NULL, text text NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
        attempts integer NOT NULL, reason text,
        created_at timestamptz NOT NULL, delivered_at timestamptz,
        PRIMARY KEY (tenant, id),
        CONSTRAINT message_delivered_at_some_time CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
        CONSTRAINT message_failed_for_a_reason CHECK (state <> 'failed' OR reason IS NOT NULL))
    """,
    "CREATE INDEX message_of_firm ON message (tenant, enterprise_id, created_at, id)",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("contact", "message"):
        tenant_table(op, table)
    grant(op, "contact", app="SELECT, INSERT")
    grant(op, "message", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("消息库不回退：先备份，再恢复。(notify's tables are not taken down; restore a backup)")
