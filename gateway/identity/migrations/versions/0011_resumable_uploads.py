"""Files that come in parts: what has come of each."""

from __future__ import annotations

from alembic import op

revision = "identity_0011"
down_revision = "identity_0010"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE resumable_upload (
            {AGGREGATE}, file_name text, size bigint NOT NULL CHECK (size > 0), received bigint NOT NULL,
            parts jsonb NOT NULL, uploaded_by text NOT NULL, begun_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
            sha256 text, refused jsonb, PRIMARY KEY (tenant, id), CHECK (received BETWEEN 0 AND size))
        """
    )
    op.execute(
        "CREATE INDEX resumable_upload_open ON resumable_upload (tenant, uploaded_by, expires_at)"
        " WHERE sha256 IS NULL AND refused IS NULL"
    )
    tenant_table("resumable_upload")
    grant("resumable_upload", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    op.execute("DROP TABLE resumable_upload")


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
