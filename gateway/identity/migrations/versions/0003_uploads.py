"""Who sent which file."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant, tenant_table
from chassis.store import AGGREGATE_DDL

revision = "identity_0003"
down_revision = "identity_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE upload (
            {AGGREGATE_DDL}, sha256 text NOT NULL, size bigint NOT NULL, media_type text NOT NULL, file_name text,
            uploaded_by text NOT NULL, uploaded_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
        """
    )
    tenant_table(op, "upload")
    grant(op, "upload", app="SELECT, INSERT")


def downgrade() -> None:
    op.execute("DROP TABLE upload")
