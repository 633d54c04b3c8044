"""What lists of payments are ordered by, and which payments a clock may run for, behind years of history.

Made while the service goes on: nobody waits for them. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0007"
down_revision = "treasury_0006"
branch_labels = None
depends_on = None

INDEXES = {
    "disbursement_by_due": "disbursement (tenant, due_order, id)",
    "disbursement_by_size": "disbursement (tenant, amount_fen DESC, id)",
    "disbursement_by_clock": "disbursement (tenant, id) WHERE state IN ('held', 'ready', 'authorised', 'sent', 'unknown', 'failed')",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
