"""Receivers that are no applicants, who has named them, and their accounts: each confirmed by a second person."""

from __future__ import annotations

from alembic import op

revision = "catalog_0016"
down_revision = "catalog_0015"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE payee_holder (
        {AGGREGATE}, kind text NOT NULL CHECK (kind IN ('enterprise', 'person', 'organisation')), name text NOT NULL,
        known_by text NOT NULL, code_masked text NOT NULL, identity_sealed text,
        registered_by text NOT NULL, registered_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id), CONSTRAINT payee_holder_once UNIQUE (tenant, known_by),
        CONSTRAINT payee_holder_person_sealed CHECK ((kind = 'person') = (identity_sealed IS NOT NULL)))
    """,
    """
    CREATE TABLE payee_holder_naming (
        tenant text NOT NULL, holder_id text NOT NULL, enterprise_id text NOT NULL,
        named_by text NOT NULL, named_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, holder_id, enterprise_id),
        FOREIGN KEY (tenant, holder_id) REFERENCES payee_holder (tenant, id),
        FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise (tenant, id))
    """,
    "CREATE INDEX payee_holder_naming_of_enterprise ON payee_holder_naming (tenant, enterprise_id, holder_id)",
    f"""
    CREATE TABLE holder_account (
        {AGGREGATE}, holder_id text NOT NULL, named_by text,
        account_name text NOT NULL, account_sealed text NOT NULL, account_masked text NOT NULL, bank_name text NOT NULL,
        account_version integer NOT NULL, state text NOT NULL CHECK (state IN ('registered', 'confirmed')),
        registered_by text NOT NULL, registered_at timestamptz NOT NULL, confirmed_by text, confirmed_at timestamptz,
        withdrawn_by text, withdrawn_at timestamptz, withdrawn_why text,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, holder_id) REFERENCES payee_holder (tenant, id),
        CONSTRAINT holder_account_counted_once UNIQUE (tenant, holder_id, account_version),
        CONSTRAINT holder_account_by_a_second_person CHECK (state <> 'confirmed' OR confirmed_by <> registered_by),
        CONSTRAINT holder_account_confirmed_by_somebody CHECK (
            (state = 'confirmed') = (confirmed_by IS NOT NULL) AND (confirmed_by IS NULL) = (confirmed_at IS NULL)),
        CONSTRAINT holder_account_withdrawn_unconfirmed CHECK (withdrawn_by IS NULL OR state = 'registered'),
        CONSTRAINT holder_account_withdrawn_for_a_reason CHECK (
            (withdrawn_by IS NULL) = (withdrawn_at IS NULL) AND (withdrawn_by IS NULL) = (withdrawn_why IS NULL)))
    """,
    """
    CREATE INDEX holder_account_waiting ON holder_account (tenant, holder_id)
        WHERE state = 'registered' AND withdrawn_by IS NULL
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("payee_holder", "payee_holder_naming", "holder_account"):
        tenant_table(table)
    grant("payee_holder", app="SELECT, INSERT, UPDATE")
    grant("payee_holder_naming", app="SELECT, INSERT")
    grant("holder_account", app="SELECT, INSERT, UPDATE")


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
