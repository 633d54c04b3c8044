"""Which enterprises were merged into which is called by its name.

No county was live when names were changed for the last time: the former version does not run beside this one.
"""

from __future__ import annotations

from alembic import op

revision = "notify_0004"
down_revision = "notify_0003"
branch_labels = None
depends_on = None

RENAMES = (
    "ALTER TABLE former_file RENAME TO merged_enterprise",
    "ALTER TABLE merged_enterprise RENAME CONSTRAINT former_file_pkey TO merged_enterprise_pkey",
    "ALTER INDEX former_file_of RENAME TO merged_enterprise_of",
    "ALTER POLICY former_file_by_tenant ON merged_enterprise RENAME TO merged_enterprise_by_tenant",
)


def upgrade() -> None:
    for statement in RENAMES:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("数据库不回退：先备份，再恢复。(the tables are not taken down; restore a backup)")
