"""What a decision has put aside in the register and of quotas, so that it counts again when the decision is undone.

`replaced_by`: by which decision a row counts no more, `replaced_was`: as what it counted. Rows from before say neither.
"""

from __future__ import annotations

from alembic import op

revision = "review_0027"
down_revision = "review_0024"
branch_labels = None
depends_on = None

DDL = (
    # A case's instalment and revision: `case-instalment-revision`, as the ids of its rows begin.
    "ALTER TABLE award_part ADD COLUMN replaced_by text, ADD COLUMN replaced_was text",
    # Here a decision is the revision of the case: only first instalments take places. `revision` is that which took it.
    "ALTER TABLE quota_use ADD COLUMN revision integer, ADD COLUMN replaced_by integer, ADD COLUMN replaced_was text",
    # Refusals that are not said yet still stand in the queue of their item.
    """
    CREATE INDEX review_case_refusal_held ON review_case (tenant, item_id, id)
    WHERE state = 'rejected' AND undo_until IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    app = f"{owner.removesuffix('_owner')}_app"
    op.execute(f"GRANT UPDATE (replaced_by, replaced_was) ON award_part, quota_use TO {app}")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
