"""Policy items, enterprises with their facts, payee accounts."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant, tenant_table
from chassis.store import AGGREGATE_DDL

revision = "catalog_0001"
down_revision = None
branch_labels = None
depends_on = None

DDL = (
    # Published policies are public data: without row security PostgreSQL may use every kind of index on them.
    f"""
    CREATE TABLE policy_item (
        {AGGREGATE_DDL}, code text NOT NULL, item_version integer NOT NULL, content jsonb NOT NULL,
        published_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id), CONSTRAINT policy_item_code_once UNIQUE (tenant, code))
    """,
    "CREATE UNIQUE INDEX policy_item_by_id ON policy_item (id)",
    f"""
    CREATE TABLE enterprise (
        {AGGREGATE_DDL}, uscc text NOT NULL, name text NOT NULL, industry text,
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
        {AGGREGATE_DDL}, enterprise_id text NOT NULL, account_name text NOT NULL, account_sealed text NOT NULL,
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
        tenant_table(op, table)
    grant(op, "policy_item", app="SELECT, INSERT, UPDATE")
    grant(op, "enterprise", app="SELECT, INSERT, UPDATE")
    # A fact is never changed or taken back: a correction is a newer one.
    grant(op, "enterprise_fact", app="SELECT, INSERT")
    grant(op, "enterprise_fact_current", app="SELECT")
    grant(op, "payee_account", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")
