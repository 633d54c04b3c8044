"""Tenants and credentials."""

from __future__ import annotations

from alembic import op

from chassis.schema import grant, tenant_table
from chassis.store import AGGREGATE_DDL

revision = "identity_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        f"""
        CREATE TABLE onboarded_tenant (
            {AGGREGATE_DDL}, parent_id text, level text NOT NULL, division_code text NOT NULL, name text NOT NULL,
            receipt_prefix text NOT NULL, settings jsonb NOT NULL, settings_version integer NOT NULL,
            CONSTRAINT onboarded_tenant_pkey PRIMARY KEY (tenant, id),
            CONSTRAINT onboarded_tenant_prefix_once UNIQUE (receipt_prefix))
        """
    )
    op.execute(
        f"""
        CREATE TABLE credential (
            {AGGREGATE_DDL}, actor_id text NOT NULL, name text NOT NULL, roles text[] NOT NULL, enterprise_id text,
            department text, token_digest text NOT NULL, issued_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
        """
    )
    # Which tenant a token belongs to must be found before a tenant is known, so this table has no row
    # security; it holds nothing but a digest and two opaque ids.
    op.execute(
        "CREATE TABLE credential_key (token_digest text PRIMARY KEY, tenant text NOT NULL, credential_id text NOT NULL)"
    )
    for table in ("onboarded_tenant", "credential"):
        tenant_table(op, table)
        grant(op, table, app="SELECT, INSERT, UPDATE")
    grant(op, "credential_key", app="SELECT, INSERT")


def downgrade() -> None:
    op.execute("DROP TABLE credential_key, credential, onboarded_tenant")
