"""Why a task stands still and by which clocks it would end; by whom and when it was given to a person."""

from __future__ import annotations

from alembic import op

revision = "review_0028"
down_revision = "review_0027"
branch_labels = None
depends_on = None

DDL = (
    """
    ALTER TABLE case_task ADD COLUMN still jsonb, ADD COLUMN given_by text, ADD COLUMN given_at timestamptz
    """,
    # What was given to one person: the tasks of somebody who is away are asked for.
    """
    CREATE INDEX case_task_of_holder ON case_task (tenant, holder_id, due_order, id)
        WHERE state = 'open' AND holder_id IS NOT NULL
    """,
    # Whatever is open follows the calendar, what waits for acceptance too.
    "CREATE INDEX review_case_in_hand ON review_case (tenant, id) WHERE state IN ('accepted', 'received')",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
