"""Policy items, enterprises with their facts, payee accounts."""

from __future__ import annotations

from alembic import op

revision = "catalog_0001"
down_revision = None
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Published policies are public data: without row security PostgreSQL may use every kind of index on them.
    f"""
    CREATE TABLE policy_item (
        {AGGREGATE}, code text NOT NULL, item_version integer NOT NULL, content jsonb NOT NULL,
        published_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id), CONSTRAINT policy_item_code_once UNIQUE (tenant, code))
    """,
    "CREATE UNIQUE INDEX policy_item_by_id ON policy_item (id)",
    f"""
    CREATE TABLE enterprise (
        {AGGREGATE}, uscc text NOT NULL, name text NOT NULL, industry text,
        contact_sealed text NOT NULL, contact_masked text NOT NULL, recorded jsonb NOT NULL,
        PRIMARY KEY (tenant, id), CONSTRAINT enterprise_uscc_once UNIQUE (tenant, uscc))
    """,
    """
    CREATE TABLE enterprise_fact (
        tenant text NOT NULL, enterprise_id text NOT NULL, version integer NOT NULL, ordinal integer NOT NULL,
        name text NOT NULL, kind text NOT NULL, value jsonb NOT NULL, unit text, period text,
        source text NOT NULL, as_of date NOT NULL, valid_until date,
        recorded_by text NOT NULL, recorded_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, enterprise_id, version, ordinal),
        FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise)
    """,
    """
    CREATE INDEX enterprise_fact_newest
        ON enterprise_fact (tenant, enterprise_id, name, period, as_of DESC, version DESC, ordinal DESC)
    """,
    # security_invoker: the view shows what its reader may see, not what its owner may.
    """
    CREATE VIEW enterprise_fact_current WITH (security_invoker = true) AS
        SELECT DISTINCT ON (tenant, enterprise_id, name, period) * FROM enterprise_fact
        ORDER BY tenant, enterprise_id, name, period, as_of DESC, version DESC, ordinal DESC
    """,
    f"""
    CREATE TABLE payee_account (
        {AGGREGATE}, enterprise_id text NOT NULL, account_name text NOT NULL, account_sealed text NOT NULL,
        account_masked text NOT NULL, bank_name text NOT NULL, account_version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('registered', 'confirmed')),
        registered_by text NOT NULL, registered_at timestamptz NOT NULL,
        confirmed_by text, confirmed_at timestamptz,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise,
        CONSTRAINT payee_account_version_once UNIQUE (tenant, enterprise_id, account_version),
        CONSTRAINT payee_account_by_a_second_person CHECK (confirmed_by <> registered_by),
        CONSTRAINT payee_account_confirmed_by_somebody CHECK (
            (state = 'confirmed') = (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL)))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("enterprise", "enterprise_fact", "payee_account"):
        tenant_table(table)
    grant("policy_item", app="SELECT, INSERT, UPDATE")
    grant("enterprise", app="SELECT, INSERT, UPDATE")
    # A fact is never changed or taken back: a correction is a newer one.
    grant("enterprise_fact", app="SELECT, INSERT")
    grant("enterprise_fact_current", app="SELECT")
    grant("payee_account", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


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
