"""Which files of enterprises were merged into which."""

from __future__ import annotations

from alembic import op

revision = "oversight_0002"
down_revision = "oversight_0001"
branch_labels = None
depends_on = None

DDL = (
    """
    CREATE TABLE former_file (
        tenant text NOT NULL, absorbed_id text NOT NULL, surviving_id text NOT NULL,
        PRIMARY KEY (tenant, absorbed_id))
    """,
    "CREATE INDEX former_file_of ON former_file (tenant, surviving_id)",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("former_file")
    grant("former_file", app="SELECT, INSERT")


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
