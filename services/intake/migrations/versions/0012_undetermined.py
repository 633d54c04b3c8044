"""Claims whose figure persons set: no estimate, but the range of what it can come to."""

from __future__ import annotations

from alembic import op

revision = "intake_0012"
down_revision = "intake_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE application ALTER COLUMN estimated_fen DROP NOT NULL,"
        " ADD COLUMN lowest_fen bigint CHECK (lowest_fen >= 0), ADD COLUMN highest_fen bigint CHECK (highest_fen >= 0)"
    )


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
