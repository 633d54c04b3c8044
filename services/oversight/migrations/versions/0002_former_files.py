"""Which files of enterprises were merged into which."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant, tenant_table

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
    tenant_table(op, "former_file")
    grant(op, "former_file", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("监督库不回退：先备份，再恢复。(oversight's tables are not taken down; restore a backup)")
