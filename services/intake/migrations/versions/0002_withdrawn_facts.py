"""A fact that was withdrawn is forgotten by intake's copy."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant

revision = "intake_0002"
down_revision = "intake_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    grant(op, "enterprise_fact", app="DELETE")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
