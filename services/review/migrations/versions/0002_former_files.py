"""Which files of enterprises were merged into which."""

from __future__ import annotations

from alembic import op

from chassis.schema import former_file_table

revision = "review_0002"
down_revision = "review_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A city's case is decided in the city's unit of work; the firm that filed it has its files in a county.
    former_file_table(op, seen_from_elsewhere=True)


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
