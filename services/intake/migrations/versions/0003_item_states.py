"""Where each item stands: suspended, withdrawn and expired ones take no new applications."""

from __future__ import annotations

from alembic import op

revision = "intake_0003"
down_revision = "intake_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Public like the item itself; an item without a row is on offer.
    op.execute(
        "CREATE TABLE item_state (item_id text PRIMARY KEY, tenant text NOT NULL, state text NOT NULL,"
        " reason text NOT NULL, since timestamptz NOT NULL)"
    )
    grant("item_state", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
