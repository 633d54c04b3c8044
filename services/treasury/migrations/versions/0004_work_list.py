"""What payments are searched by.

Under row security the server takes no index over what lies inside a document, so that what is searched for is written
out. What is not paid yet is listed by the time that it has left.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0004"
down_revision = "treasury_0003"
branch_labels = None
depends_on = None

DDL = (
    """
    ALTER TABLE disbursement
        ADD COLUMN receipt text GENERATED ALWAYS AS (claim ->> 'receipt') STORED,
        ADD COLUMN uscc text GENERATED ALWAYS AS (claim ->> 'uscc') STORED,
        ADD COLUMN enterprise_name text GENERATED ALWAYS AS (claim ->> 'enterprise_name') STORED,
        ADD COLUMN account_name text GENERATED ALWAYS AS (payee ->> 'account_name') STORED,
        ADD COLUMN due_order timestamptz NOT NULL
            GENERATED ALWAYS AS (coalesce(due_at, timestamptz '9999-01-01 00:00:00+00')) STORED
    """,
    """
    CREATE INDEX disbursement_by_time_left ON disbursement (tenant, due_order, id)
        WHERE state IN ('held', 'ready', 'authorised', 'sent', 'unknown')
    """,
    "CREATE INDEX disbursement_by_number ON disbursement (tenant, receipt)",
    "CREATE INDEX disbursement_of_enterprise ON disbursement (tenant, uscc)",
    "CREATE INDEX disbursement_by_amount ON disbursement (tenant, amount_fen)",
    "CREATE INDEX disbursement_by_name ON disbursement (tenant, enterprise_name, account_name, id)",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("资金库不回退：先备份，再恢复。(treasury's tables are not taken down; restore a backup)")
