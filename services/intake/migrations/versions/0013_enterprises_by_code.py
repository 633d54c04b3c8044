"""Enterprises by their credit code: a no-application list names its lines so, whatever county they live in."""

from __future__ import annotations

from alembic import op

revision = "intake_0013"
down_revision = "intake_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX enterprise_by_code ON enterprise (tenant, uscc)")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
