"""Messages to firms, and the sealed numbers that short messages go to."""

from __future__ import annotations

from alembic import op

revision = "notify_0001"
down_revision = None
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    """
    CREATE TABLE contact (
        tenant text NOT NULL, enterprise_id text NOT NULL, mobile_sealed text NOT NULL,
        PRIMARY KEY (tenant, enterprise_id))
    """,
    f"""
    CREATE TABLE message (
        {AGGREGATE}, enterprise_id text NOT NULL, claim jsonb NOT NULL,
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
        tenant_table(table)
    grant("contact", app="SELECT, INSERT")
    grant("message", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("消息库不回退：先备份，再恢复。(notify's tables are not taken down; restore a backup)")


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
