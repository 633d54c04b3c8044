"""Outside figures that items rest on, and those that an application was judged on."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant

revision = "intake_0006"
down_revision = "intake_0005"
branch_labels = None
depends_on = None

DDL = (
    # Public like the items that rest on them.
    """
    CREATE TABLE outside_figure (
        tenant text NOT NULL, id text NOT NULL, name text NOT NULL, figure jsonb NOT NULL,
        recorded_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
    """,
    "CREATE INDEX outside_figure_by_name ON outside_figure (tenant, name)",
    "ALTER TABLE application ADD COLUMN figures jsonb NOT NULL DEFAULT '[]'",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    grant(op, "outside_figure", app="SELECT, INSERT, DELETE")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
