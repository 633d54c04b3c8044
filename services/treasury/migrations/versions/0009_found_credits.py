"""What the bank has booked and the books do not know, after they were restored from a backup.

`bank_comparison`: whether the bank's book was gone through since; while it is not, nothing is sent. `found_credit`: what was
found in it. A credit is accounted for as soon as a disbursement has its instruction. `credit_question`: for which payment a
person was asked whether it is that credit, so that nobody is asked twice. `taken_up_at`: a disbursement whose release was lost
with the restore and which the bank has carried out: it has an instruction, and nobody who released it.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0009"
down_revision = "treasury_0008"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE bank_comparison (
        bank text PRIMARY KEY, begun_at timestamptz NOT NULL, after bigint NOT NULL, ended_at timestamptz)
    """,
    """
    CREATE TABLE found_credit (
        tenant text NOT NULL, instruction_id text NOT NULL, status text NOT NULL, account_sealed text NOT NULL,
        account_name text NOT NULL, amount_fen bigint NOT NULL, purpose text NOT NULL, settled_at timestamptz,
        found_at timestamptz NOT NULL, PRIMARY KEY (tenant, instruction_id))
    """,
    """
    CREATE TABLE credit_question (
        tenant text NOT NULL, instruction_id text NOT NULL, disbursement_id text NOT NULL, asked_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, disbursement_id, instruction_id))
    """,
    "ALTER TABLE disbursement ADD COLUMN taken_up_at timestamptz",
    "ALTER TABLE disbursement DROP CONSTRAINT disbursement_sent_only_when_authorised",
    # It is checked from now on; what is there already was checked by the former one.
    """
    ALTER TABLE disbursement ADD CONSTRAINT disbursement_sent_only_when_authorised
        CHECK ((authorised_by IS NOT NULL AND authorised_at IS NOT NULL) OR state IN ('held', 'ready', 'cancelled')
            OR (taken_up_at IS NOT NULL AND state <> 'authorised')) NOT VALID
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    grant("bank_comparison", app="SELECT, UPDATE")
    for table in ("found_credit", "credit_question"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("资金库不回退：先备份，再恢复。(treasury's tables are not taken down; restore a backup)")


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
