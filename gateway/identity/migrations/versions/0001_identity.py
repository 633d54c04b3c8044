"""Tenants and credentials."""

from __future__ import annotations

from alembic import op

revision = "identity_0001"
down_revision = None
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE onboarded_tenant (
            {AGGREGATE}, parent_id text, level text NOT NULL, division_code text NOT NULL, name text NOT NULL,
            receipt_prefix text NOT NULL, settings jsonb NOT NULL, settings_version integer NOT NULL,
            CONSTRAINT onboarded_tenant_pkey PRIMARY KEY (tenant, id),
            CONSTRAINT onboarded_tenant_prefix_once UNIQUE (receipt_prefix))
        """
    )
    op.execute(
        f"""
        CREATE TABLE credential (
            {AGGREGATE}, actor_id text NOT NULL, name text NOT NULL, roles text[] NOT NULL, enterprise_id text,
            department text, token_digest text NOT NULL, issued_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
        """
    )
    # Which tenant a token belongs to must be found before a tenant is known, so this table has no row
    # security; it holds nothing but a digest and two opaque ids.
    op.execute(
        "CREATE TABLE credential_key (token_digest text PRIMARY KEY, tenant text NOT NULL, credential_id text NOT NULL)"
    )
    for table in ("onboarded_tenant", "credential"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT, UPDATE")
    grant("credential_key", app="SELECT, INSERT")


def downgrade() -> None:
    op.execute("DROP TABLE credential_key, credential, onboarded_tenant")


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
