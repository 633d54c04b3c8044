"""What enterprises are called by now: a case shows it beside the name that it was filed under."""

from __future__ import annotations

from alembic import op

revision = "review_0012"
down_revision = "review_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A change is one row, written once. Found by the credit code: a city decides on the enterprises of its counties.
    op.execute(
        """
        CREATE TABLE renamed_enterprise (
            uscc text NOT NULL, change_id text NOT NULL, tenant text NOT NULL, name text NOT NULL,
            effective_on date NOT NULL, PRIMARY KEY (uscc, change_id))
        """
    )
    op.execute("CREATE INDEX renamed_enterprise_by_name ON renamed_enterprise (tenant, name, uscc)")
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    op.execute(f"GRANT SELECT, INSERT ON renamed_enterprise TO {owner.removesuffix('_owner')}_app")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
