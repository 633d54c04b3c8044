"""Outside figures that items rest on, and those that an application was judged on."""

from __future__ import annotations

from alembic import op

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
    grant("outside_figure", app="SELECT, INSERT, DELETE")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
