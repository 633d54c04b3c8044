"""An order begins with one question to the server instead of two."""

from __future__ import annotations

from alembic import op

revision = "frame_0003"
down_revision = "frame_0002"
branch_labels = None
depends_on = None

# VOLATILE: the second statement sees what was committed before the lock was had, not before the function was called.
# It runs as whoever calls it, under the row security that it has just set.
BEGIN_ORDER = """
CREATE FUNCTION begin_order(whose text, key text, IN of_tenant text, IN of_operation text,
    OUT held boolean, OUT name text, OUT body_hash text, OUT result jsonb)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('zhida.tenants', whose, true);
    held := pg_try_advisory_xact_lock(hashtextextended(key, 7203));
    IF held THEN
        SELECT o.name, o.body_hash, o.result INTO name, body_hash, result
        FROM operation o WHERE o.tenant = of_tenant AND o.operation_id = of_operation;
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(BEGIN_ORDER)


def downgrade() -> None:
    raise RuntimeError("机架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")
