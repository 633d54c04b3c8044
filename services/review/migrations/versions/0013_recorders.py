"""The persons whose word facts of a case are: none of them decides it."""

from __future__ import annotations

from alembic import op

revision = "review_0013"
down_revision = "review_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of cases that were filed before, nobody has told whose word their facts are.
    op.execute("ALTER TABLE review_case ADD COLUMN recorders jsonb NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
