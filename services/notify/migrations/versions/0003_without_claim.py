"""A message may be about no claim: an item that a firm is newly entitled to."""

from __future__ import annotations

from alembic import op

revision = "notify_0003"
down_revision = "notify_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE message ALTER COLUMN claim DROP NOT NULL")


def downgrade() -> None:
    raise RuntimeError("消息库不回退：先备份，再恢复。(notify's tables are not taken down; restore a backup)")
