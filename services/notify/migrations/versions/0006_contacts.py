"""Contacts change, and a message may go to the number that was the enterprise's until then."""

from __future__ import annotations

from alembic import op

revision = "notify_0006"
down_revision = "notify_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE message ADD COLUMN mobile_sealed text")
    op.execute(f"GRANT UPDATE ON contact TO {_role('app')}")


def downgrade() -> None:
    raise RuntimeError("消息库不回退：先备份，再恢复。(notify's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`notify_owner` migrates, so `notify_app` and `notify_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"
