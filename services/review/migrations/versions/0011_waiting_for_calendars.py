"""Cases whose limit waits for a year's calendar are found and counted without walking over all others.

Made while the service goes on: nobody waits for it. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "review_0011"
down_revision = "review_0010"
branch_labels = None
depends_on = None

INDEXES = {
    "review_case_awaits_year": "review_case (tenant, awaits_year, id)"
    " WHERE state = 'accepted' AND awaits_year IS NOT NULL",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
