"""Fact withdrawals, labels, consents, materials, merges."""

from __future__ import annotations

revision = "catalog_0003"
down_revision = "catalog_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError(
        "目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)"
    )
