"""Materials have a size, and who reads one is kept."""

from __future__ import annotations

from alembic import op

revision = "catalog_0018"
down_revision = "catalog_0017"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""


def upgrade() -> None:
    op.execute("ALTER TABLE material ADD COLUMN size bigint CHECK (size > 0)")
    op.execute(f"""
    CREATE TABLE material_opening (
        {AGGREGATE}, material_id text NOT NULL, enterprise_id text NOT NULL, sha256 text NOT NULL,
        opened_by text NOT NULL, opened_at timestamptz NOT NULL, PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, material_id) REFERENCES material (tenant, id))
    """)
    tenant_table("material_opening")
    grant("material_opening", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


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
