"""What imports of enterprises and items keep."""

from __future__ import annotations

revision = "catalog_0004"
down_revision = "catalog_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError(
        "目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)"
    )
