"""Which files of enterprises were merged into which."""

from __future__ import annotations

from alembic import op

revision = "review_0002"
down_revision = "review_0001"
branch_labels = None
depends_on = None

FORMER_FILE = (
    """
    CREATE TABLE former_file (
        tenant text NOT NULL, absorbed_id text NOT NULL, surviving_id text NOT NULL,
        PRIMARY KEY (tenant, absorbed_id))
    """,
    "CREATE INDEX former_file_of ON former_file (tenant, surviving_id)",
)


def upgrade() -> None:
    # A city's case is decided in the city's unit of work; the firm that filed it has its files in a county.
    for statement in FORMER_FILE:
        op.execute(statement)
    grant("former_file", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
