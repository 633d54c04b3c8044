"""Contacts change: whom to ask for, since when the number is new, and every change with its reason."""

from __future__ import annotations

from alembic import op

revision = "catalog_0012"
down_revision = "catalog_0011"
branch_labels = None
depends_on = None

DDL = (
    "ALTER TABLE enterprise ADD COLUMN contact_name text, ADD COLUMN contact_changed_at timestamptz",
    """
    CREATE TABLE enterprise_contact_change (
        tenant text NOT NULL, enterprise_id text NOT NULL, version integer NOT NULL,
        contact_name text, contact_masked text NOT NULL, former_sealed text, former_masked text,
        reason text NOT NULL, changed_by text NOT NULL, changed_by_name text NOT NULL, changed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, enterprise_id, version), FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise,
        CONSTRAINT enterprise_contact_former_number_whole CHECK ((former_sealed IS NULL) = (former_masked IS NULL)))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("enterprise_contact_change")
    # Who changed a number to which, and when, is what a fraud is found out by: it stays as it was written.
    grant("enterprise_contact_change", app="SELECT, INSERT")


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
