"""The persons whose word a fact is: none of them decides a claim that rests on it."""

from __future__ import annotations

from alembic import op

revision = "intake_0010"
down_revision = "intake_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was told before says of nobody whose word it is.
    op.execute("ALTER TABLE enterprise_fact ADD COLUMN recorders text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
