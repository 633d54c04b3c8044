"""Deadlines that moved are journalled, and a disbursement says which year's working days it waits for."""

from __future__ import annotations

from alembic import op

revision = "treasury_0002"
down_revision = "treasury_0001"
branch_labels = None
depends_on = None

DDL = (
    "ALTER TABLE disbursement ADD COLUMN awaits_year integer",
    """
    CREATE TABLE payout_deadline_move (
        tenant text NOT NULL, disbursement_id text NOT NULL, version integer NOT NULL, was timestamptz, due_at timestamptz,
        awaits_year integer, reason text NOT NULL, moved_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, disbursement_id, version),
        FOREIGN KEY (tenant, disbursement_id) REFERENCES disbursement (tenant, id))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("payout_deadline_move")
    grant("payout_deadline_move", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("资金库不回退：先备份，再恢复。(treasury's tables are not taken down; restore a backup)")


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
