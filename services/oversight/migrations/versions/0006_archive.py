"""What is kept of claims for good: a head of each, its packages and vouchers. Packages and vouchers are only added to."""

from __future__ import annotations

from alembic import op

revision = "oversight_0006"
down_revision = "oversight_0005"
branch_labels = None
depends_on = None

DDL = (
    """
    CREATE TABLE archived_claim (
        tenant text NOT NULL, receipt text NOT NULL, case_id text NOT NULL, enterprise_name text NOT NULL, uscc text NOT NULL,
        item_title text NOT NULL, department text NOT NULL, department_id text, packages integer NOT NULL, files jsonb NOT NULL,
        stage text, frozen_at timestamptz, last_sha256 text, PRIMARY KEY (tenant, receipt),
        CHECK ((packages = 0) = (last_sha256 IS NULL)))
    """,
    "CREATE INDEX archived_claim_by_time ON archived_claim (tenant, frozen_at DESC, receipt DESC) WHERE packages > 0",
    """
    CREATE TABLE archive_package (
        tenant text NOT NULL, receipt text NOT NULL, number integer NOT NULL CHECK (number > 0),
        stage text NOT NULL CHECK (stage IN ('decision', 'settlement', 'later')), case_id text NOT NULL, files jsonb NOT NULL,
        frozen_at timestamptz NOT NULL, sha256 text NOT NULL, before text, PRIMARY KEY (tenant, receipt, number),
        FOREIGN KEY (tenant, receipt) REFERENCES archived_claim (tenant, receipt),
        CHECK ((number = 1) = (before IS NULL)))
    """,
    """
    CREATE TABLE archive_voucher (
        tenant text NOT NULL, receipt text NOT NULL, sha256 text NOT NULL, case_id text NOT NULL, disbursement_id text NOT NULL,
        amount_fen bigint NOT NULL, settled boolean NOT NULL, at timestamptz NOT NULL, claim jsonb NOT NULL, body text NOT NULL,
        PRIMARY KEY (tenant, receipt, sha256))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("archived_claim", "archive_package", "archive_voucher"):
        tenant_table(table)
    grant("archived_claim", app="SELECT, INSERT, UPDATE")
    grant("archive_package", app="SELECT, INSERT")
    grant("archive_voucher", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("监督库不回退：先备份，再恢复。(oversight's tables are not taken down; restore a backup)")


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
