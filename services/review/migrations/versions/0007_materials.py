"""Which materials a case needs, and who answers for each.

A case that is open already was filed before anybody was asked to: it needs none.
"""

from __future__ import annotations

from alembic import op

revision = "review_0007"
down_revision = "review_0006"
branch_labels = None
depends_on = None

DDL = """
    ALTER TABLE review_case
        ADD COLUMN materials jsonb NOT NULL DEFAULT '{"needed": [], "confirmed": []}'
"""


def upgrade() -> None:
    op.execute(DDL)


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
