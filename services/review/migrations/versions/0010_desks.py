"""What lists of cases are ordered by, and which cases are open, behind years of history.

Made while the service goes on: nobody waits for them. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "review_0010"
down_revision = "review_0009"
branch_labels = None
depends_on = None

INDEXES = {
    "review_case_by_due": "review_case (tenant, due_order, id)",
    "review_case_of_state": "review_case (tenant, state, accepted_at, id)",
    "review_case_of_state_by_due": "review_case (tenant, state, due_order, id)",
    "review_case_of_item": "review_case (tenant, item_id, accepted_at, id)",
    # Of a time when departments had no ids here: they are found by name, and so is that there are none.
    "review_case_of_a_name": "review_case (tenant, department, state, accepted_at, id) WHERE department_id IS NULL",
    "review_case_open": "review_case (tenant, id) WHERE state = 'accepted'",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
