"""Where each item stands: suspended, withdrawn and expired ones take no new applications."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant

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
    grant(op, "item_state", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
