"""Tracking: one row per receipt."""

from __future__ import annotations

from alembic import op

revision = "oversight_0001"
down_revision = None
branch_labels = None
depends_on = None

DDL = (
    # The receipt comes first in the key: tracking asks by it alone, and row security looks at the one row found.
    # A row is lengthened a dozen times in its life; the room left in each page keeps that out of the indexes.
    """
    CREATE TABLE tracking (
        receipt text NOT NULL, tenant text NOT NULL, filed_in text NOT NULL, enterprise_id text NOT NULL,
        enterprise_masked text NOT NULL, item_title text NOT NULL, mode text NOT NULL,
        query_code_digest text, submitted_at timestamptz, steps jsonb NOT NULL,
        PRIMARY KEY (receipt, tenant),
        CONSTRAINT tracking_submission_whole CHECK ((query_code_digest IS NULL) = (submitted_at IS NULL)))
        WITH (fillfactor = 70)
    """,
    "CREATE INDEX tracking_of_firm ON tracking (filed_in, enterprise_id, submitted_at, receipt)",
)

FIRMS_OWN_TENANT = "filed_in = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
"""A county's firm sees its case under a city's item: that row belongs to the city."""


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("tracking")
    op.execute(f"CREATE POLICY tracking_of_own_firms ON tracking FOR SELECT USING ({FIRMS_OWN_TENANT})")
    grant("tracking", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("监督库不回退：先备份，再恢复。(oversight's tables are not taken down; restore a backup)")


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
