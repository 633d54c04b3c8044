"""What is stuck is found among all timers, and what lies below a tenant among all tenants.

Made while the service goes on: nobody waits for them. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "frame_0008"
down_revision = "frame_0007"
branch_labels = None
depends_on = None

INDEXES = {
    "job_by_time": "job (due_at)",
    "job_failed": "job (due_at) WHERE attempts > 0",
    "tenant_of_parent": "tenant (parent_id, id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
