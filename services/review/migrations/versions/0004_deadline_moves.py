"""Deadlines that moved are journalled, and a case says which year's working days it waits for."""

from __future__ import annotations

from alembic import op

revision = "review_0004"
down_revision = "review_0003"
branch_labels = None
depends_on = None

DDL = (
    "ALTER TABLE review_case ADD COLUMN awaits_year integer",
    """
    CREATE TABLE review_deadline_move (
        tenant text NOT NULL, case_id text NOT NULL, version integer NOT NULL, was timestamptz, due_at timestamptz,
        awaits_year integer, reason text NOT NULL, moved_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, case_id, version),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("review_deadline_move")
    grant("review_deadline_move", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")


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
