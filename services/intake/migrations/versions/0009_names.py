"""Enterprises are called otherwise: their copies follow."""

from __future__ import annotations

from alembic import op

revision = "intake_0009"
down_revision = "intake_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    op.execute(f"GRANT UPDATE (name) ON enterprise TO {owner.removesuffix('_owner')}_app")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
