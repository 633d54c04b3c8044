"""Grounds and remedies of refusals, and the papers by which what was decided is served.

Papers, their files and how they were served are only ever added; a counter gives each year's papers of a department their numbers.
"""

from __future__ import annotations

from alembic import op

revision = "review_0025"
down_revision = "review_0024"
branch_labels = None
depends_on = None

DDL = (
    "ALTER TABLE item_version ADD COLUMN citation text",
    "ALTER TABLE review_case ADD COLUMN grounds jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE review_case ADD COLUMN remedies jsonb",
    "ALTER TABLE review_case ADD COLUMN notice_number text",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
