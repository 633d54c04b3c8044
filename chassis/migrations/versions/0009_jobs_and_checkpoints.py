"""What processes died of is set aside; who works at a job since when is known; verify remembers what it has verified."""

from __future__ import annotations

from alembic import op

revision = "frame_0009"
down_revision = "frame_0008"
branch_labels = None
depends_on = None

DDL = (
    # `deaths` counts processes that ended while they held the job; `stopped_at` says that it is tried no more.
    """
    ALTER TABLE job ADD COLUMN deaths integer NOT NULL DEFAULT 0, ADD COLUMN claimed_at timestamptz,
        ADD COLUMN stopped_at timestamptz
    """,
    # How far each check of `./zhida verify` has come in this database, and what stood there (hashes, totals).
    """
    CREATE TABLE verify_checkpoint (
        book text PRIMARY KEY, position bigint NOT NULL, stands jsonb NOT NULL, verified_at timestamptz NOT NULL)
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    frame = f"{owner.removesuffix('_owner')}_frame"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON verify_checkpoint TO {frame}")


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")
