"""What a department keeps to its own auditor."""

from __future__ import annotations

from alembic import op

revision = "identity_0007"
down_revision = "identity_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE security_event ADD COLUMN department_id text")


def downgrade() -> None:
    op.execute("ALTER TABLE security_event DROP COLUMN department_id")
