"""An enterprise applies before its account is confirmed, names other receivers, and signs a commitment in place of papers."""

from __future__ import annotations

from alembic import op

revision = "intake_0011"
down_revision = "intake_0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE application ALTER COLUMN payee DROP NOT NULL",
    # Whoever still runs the version before writes none of them.
    """
    ALTER TABLE application
        ADD COLUMN account_needed boolean NOT NULL DEFAULT false,
        ADD COLUMN credit_commitment boolean NOT NULL DEFAULT false,
        ADD COLUMN payees jsonb NOT NULL DEFAULT '[]'
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
