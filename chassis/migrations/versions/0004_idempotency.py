"""The record of a command's result is called what the trade calls it: an idempotency record, kept under its key.

No county was live when names were changed for the last time: the former version does not run beside this one.
"""

from __future__ import annotations

from alembic import op

revision = "frame_0004"
down_revision = "frame_0003"
branch_labels = None
depends_on = None

RENAMES = (
    "ALTER TABLE operation RENAME TO idempotency_record",
    "ALTER TABLE idempotency_record RENAME COLUMN operation_id TO key",
    "ALTER TABLE idempotency_record RENAME CONSTRAINT operation_pkey TO idempotency_record_pkey",
    "ALTER POLICY operation_by_tenant ON idempotency_record RENAME TO idempotency_record_by_tenant",
    "ALTER POLICY operation_by_frame ON idempotency_record RENAME TO idempotency_record_by_frame",
    "DROP FUNCTION begin_order",
)

# VOLATILE: the second statement sees what was committed before the lock was had, not before the function was called.
# It runs as whoever calls it, under the row security that it has just set.
BEGIN_COMMAND = """
CREATE FUNCTION begin_command(whose text, lock_on text, IN of_tenant text, IN of_key text,
    OUT held boolean, OUT name text, OUT body_hash text, OUT result jsonb)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('zhida.tenants', whose, true);
    held := pg_try_advisory_xact_lock(hashtextextended(lock_on, 7203));
    IF held THEN
        SELECT r.name, r.body_hash, r.result INTO name, body_hash, result
        FROM idempotency_record r WHERE r.tenant = of_tenant AND r.key = of_key;
    END IF;
END $$
"""


def upgrade() -> None:
    for statement in (*RENAMES, BEGIN_COMMAND):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")
