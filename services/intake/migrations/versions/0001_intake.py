"""Applications and nominations; copies of published items, enterprises, their facts and their accounts."""

from __future__ import annotations

from alembic import op

revision = "intake_0001"
down_revision = None
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Published policies are public data, here as in the catalogue.
    """
    CREATE TABLE item_version (
        item_id text NOT NULL, version integer NOT NULL, tenant text NOT NULL, content jsonb NOT NULL,
        PRIMARY KEY (item_id, version))
    """,
    """
    CREATE TABLE enterprise (
        tenant text NOT NULL, id text NOT NULL, uscc text NOT NULL, name text NOT NULL, PRIMARY KEY (tenant, id))
    """,
    # A fact about no period has period '': every name and period has one newest fact.
    """
    CREATE TABLE enterprise_fact (
        tenant text NOT NULL, enterprise_id text NOT NULL, name text NOT NULL, period text NOT NULL,
        as_of date NOT NULL, fact jsonb NOT NULL, PRIMARY KEY (tenant, enterprise_id, name, period))
    """,
    """
    CREATE TABLE payee (
        tenant text NOT NULL, enterprise_id text NOT NULL, account_version integer NOT NULL,
        payee jsonb NOT NULL, PRIMARY KEY (tenant, enterprise_id))
    """,
    f"""
    CREATE TABLE application (
        {AGGREGATE}, enterprise_id text NOT NULL, item_id text NOT NULL, period text NOT NULL,
        receipt text NOT NULL, claim jsonb NOT NULL, facts jsonb NOT NULL, payee jsonb NOT NULL,
        estimated_fen bigint NOT NULL CHECK (estimated_fen >= 0), commitments jsonb NOT NULL,
        nomination_id text, query_code_sealed text NOT NULL, submitted_by text NOT NULL, submitted_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id),
        CONSTRAINT application_once_per_period UNIQUE (tenant, enterprise_id, item_id, period),
        CONSTRAINT application_receipt_once UNIQUE (receipt))
    """,
    "CREATE INDEX application_of_enterprise ON application (tenant, enterprise_id, id)",
    f"""
    CREATE TABLE nomination (
        {AGGREGATE}, item_id text NOT NULL, item_version integer NOT NULL, lines integer NOT NULL,
        total_fen bigint NOT NULL, nominated_by text NOT NULL, nominated_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("enterprise", "enterprise_fact", "payee", "application", "nomination"):
        tenant_table(table)
    grant("item_version", app="SELECT, INSERT")
    grant("enterprise", app="SELECT, INSERT")
    grant("enterprise_fact", app="SELECT, INSERT, UPDATE")
    grant("payee", app="SELECT, INSERT, UPDATE")
    # What was filed stays as it was filed.
    grant("application", app="SELECT, INSERT")
    grant("nomination", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")


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
