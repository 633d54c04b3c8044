"""Every version of a tenant with who changed it and why, its division codes so far, and published calendars."""

from __future__ import annotations

from alembic import op

revision = "identity_0006"
down_revision = "identity_0005"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Absent where the former version, which runs beside this one during an upgrade, has onboarded the tenant.
    "ALTER TABLE onboarded_tenant ADD COLUMN division_codes jsonb",
    """
    CREATE TABLE tenant_version (
        tenant text NOT NULL, version integer NOT NULL, parent_id text, division_code text NOT NULL,
        division_code_since date, name text NOT NULL, settings jsonb NOT NULL, why text NOT NULL,
        changed_by text NOT NULL, changed_by_name text NOT NULL, changed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, version))
    """,
    """
    INSERT INTO tenant_version
        SELECT t.tenant, t.version, t.parent_id, t.division_code, NULL, t.name, t.settings, '', coalesce(f.actor, 'system'),
            '', coalesce(f.at, now())
        FROM onboarded_tenant t LEFT JOIN audit_fact f ON f.tenant = t.tenant AND f.aggregate_type = 'tenant'
            AND f.aggregate_id = t.id AND f.version = t.version
    """,
    f"""
    CREATE TABLE published_calendar (
        {AGGREGATE}, year integer NOT NULL, days jsonb NOT NULL, document_number text NOT NULL, why text NOT NULL,
        published_by text NOT NULL, published_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("tenant_version", "published_calendar"):
        tenant_table(table)
    # What a tenant was is never changed.
    grant("tenant_version", app="SELECT, INSERT")
    grant("published_calendar", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("数据库不回退：先备份，再恢复。(the tables are not taken down; restore a backup)")


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
