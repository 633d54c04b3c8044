"""Who gets what of a case, and with which account: copies of confirmed accounts, and what was sent of each approval.

A copy belongs to the tenant that registered the account; whose case waits for it is found by the enterprise, or by the holder.
"""

from __future__ import annotations

from alembic import op

revision = "review_0020"
down_revision = "review_0019"
branch_labels = None
depends_on = None

DDL = (
    """
    CREATE TABLE payee_account_copy (
        tenant text NOT NULL, enterprise_id text NOT NULL, account_version integer NOT NULL, payee jsonb NOT NULL,
        PRIMARY KEY (tenant, enterprise_id))
    """,
    """
    CREATE TABLE holder_account_copy (
        tenant text NOT NULL, holder_id text NOT NULL, account_version integer NOT NULL, holder jsonb NOT NULL,
        payee jsonb NOT NULL, PRIMARY KEY (tenant, holder_id))
    """,
    # Which cases name a holder; only added to: a case that names another now finds that it need not do anything.
    """
    CREATE TABLE case_holder (
        tenant text NOT NULL, holder_id text NOT NULL, case_id text NOT NULL,
        PRIMARY KEY (tenant, holder_id, case_id))
    """,
    """
    ALTER TABLE review_case
        ADD COLUMN enterprise_id text GENERATED ALWAYS AS (claim ->> 'enterprise_id') STORED,
        ADD COLUMN accounts jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN receivers jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN emitted jsonb NOT NULL DEFAULT '[]'
    """,
    """
    CREATE INDEX review_case_open_of_enterprise ON review_case (tenant, enterprise_id)
        WHERE state IN ('received', 'accepted')
    """,
    # What is open already learns who its receivers are once this version runs.
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT tenant, 'case_accounts', id, now() FROM review_case WHERE state IN ('received', 'accepted')
    ON CONFLICT DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("payee_account_copy", "holder_account_copy", "case_holder"):
        tenant_table(table)
    grant("payee_account_copy", app="SELECT, INSERT, UPDATE")
    grant("holder_account_copy", app="SELECT, INSERT, UPDATE")
    grant("case_holder", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def tenant_table(table: str) -> None:
    """Row-level security by tenant, for everybody including the owner."""
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
