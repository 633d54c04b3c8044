"""What messages to duties are ordered by, of a tenant and of one department.

Made while the service goes on: nobody waits for them. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "notify_0007"
down_revision = "notify_0006"
branch_labels = None
depends_on = None

INDEXES = {
    "duty_message_by_time": "duty_message (tenant, latest, id)",
    "duty_message_of_department": "duty_message (tenant, department_id, latest, id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
