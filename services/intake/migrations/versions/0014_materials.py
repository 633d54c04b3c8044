"""Materials of enterprises' files, which go with what they file."""

from __future__ import annotations

from alembic import op

revision = "intake_0014"
down_revision = "intake_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE enterprise_material (
        tenant text NOT NULL, id text NOT NULL, enterprise_id text NOT NULL, name text NOT NULL, sha256 text NOT NULL,
        size bigint, valid_from date NOT NULL, valid_until date, gone text CHECK (gone IN ('replaced', 'withdrawn')),
        PRIMARY KEY (tenant, id))
    """)
    tenant_table("enterprise_material")
    grant("enterprise_material", app="SELECT, INSERT, UPDATE (gone)")
    op.execute("ALTER TABLE application ADD COLUMN materials jsonb NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")


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
