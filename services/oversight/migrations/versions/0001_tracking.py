"""Tracking: one row per receipt."""

from __future__ import annotations

from alembic import op

from chassis.schema import TENANT_POLICY, grant, tenant_table

revision = "oversight_0001"
down_revision = None
branch_labels = None
depends_on = None

DDL = (
    # The receipt comes first in the key: tracking asks by it alone, and row security looks at the one row found.
    # A row is lengthened a dozen times in its life; the room left in each page keeps that out of the indexes.
    """
    CREATE TABLE tracking (
        receipt text NOT NULL, tenant text NOT NULL, filed_in text NOT NULL, enterprise_id text NOT NULL,
        enterprise_masked text NOT NULL, item_title text NOT NULL, mode text NOT NULL,
        query_code_digest text, submitted_at timestamptz, steps jsonb NOT NULL,
        PRIMARY KEY (receipt, tenant),
        CONSTRAINT tracking_submission_whole CHECK ((query_code_digest IS NULL) = (submitted_at IS NULL)))
        WITH (fillfactor = 70)
    """,
    "CREATE INDEX tracking_of_firm ON tracking (filed_in, enterprise_id, submitted_at, receipt)",
)

FIRMS_OWN_TENANT = TENANT_POLICY.replace("tenant = ANY", "filed_in = ANY", 1)
"""A county's firm sees its case under a city's item: that row belongs to the city."""


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table(op, "tracking")
    op.execute(f"CREATE POLICY tracking_of_own_firms ON tracking FOR SELECT USING ({FIRMS_OWN_TENANT})")
    grant(op, "tracking", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("监督库不回退：先备份，再恢复。(oversight's tables are not taken down; restore a backup)")
