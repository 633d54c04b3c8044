"""An application may be filed in the place of an earlier one: once per period became *first* once per period."""

from __future__ import annotations

from alembic import op

revision = "intake_0004"
down_revision = "intake_0003"
branch_labels = None
depends_on = None

DDL = (
    "ALTER TABLE application ADD COLUMN replaces text",
    """
    CREATE UNIQUE INDEX application_first_of_period ON application (tenant, enterprise_id, item_id, period)
        WHERE replaces IS NULL
    """,
    "CREATE UNIQUE INDEX application_replaced_once ON application (tenant, replaces) WHERE replaces IS NOT NULL",
    "ALTER TABLE application DROP CONSTRAINT application_once_per_period",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
