"""Payments whose limit waits for a year's calendar are found and counted without walking over all others.

Made while the service goes on: nobody waits for it. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0008"
down_revision = "treasury_0007"
branch_labels = None
depends_on = None

INDEXES = {
    "disbursement_awaits_year": "disbursement (tenant, awaits_year, id)"
    " WHERE awaits_year IS NOT NULL AND state IN ('held', 'ready', 'authorised', 'sent', 'unknown', 'failed')",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
