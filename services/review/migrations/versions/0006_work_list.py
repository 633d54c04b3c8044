"""What the work list is searched by; and what a filing promised and a refusal cites.

Under row security the server takes no index over what lies inside a document, so that what is searched for in a claim
is written out. Open cases alone are listed by the time that they have left.
"""

from __future__ import annotations

from alembic import op

revision = "review_0006"
down_revision = "review_0005"
branch_labels = None
depends_on = None

DDL = (
    """
    ALTER TABLE review_case
        ADD COLUMN commitments jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN cites jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN how_to_object text NOT NULL DEFAULT '',
        ADD COLUMN receipt text GENERATED ALWAYS AS (claim ->> 'receipt') STORED,
        ADD COLUMN uscc text GENERATED ALWAYS AS (claim ->> 'uscc') STORED,
        ADD COLUMN enterprise_name text GENERATED ALWAYS AS (claim ->> 'enterprise_name') STORED,
        ADD COLUMN item_id text GENERATED ALWAYS AS (claim ->> 'item_id') STORED,
        ADD COLUMN due_order timestamptz NOT NULL
            GENERATED ALWAYS AS (coalesce(due_at, timestamptz '9999-01-01 00:00:00+00')) STORED
    """,
    """
    CREATE INDEX review_case_by_time_left ON review_case (tenant, due_order, id) INCLUDE (department, item_id)
        WHERE state = 'accepted'
    """,
    "CREATE INDEX review_case_by_number ON review_case (tenant, receipt)",
    "CREATE INDEX review_case_of_enterprise ON review_case (tenant, uscc)",
    "CREATE INDEX review_case_by_name ON review_case (tenant, enterprise_name, id)",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
