"""Departments and the meaning of plans' words as the gateway tells them, and what is looked for by them."""

from __future__ import annotations

from alembic import op

revision = "catalog_0011"
down_revision = "catalog_0010"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

KNOWN_DEPARTMENT = (
    # The names of authorities are public, and a county's items name the city's departments: no row security.
    """
    CREATE TABLE known_department (
        tenant text NOT NULL, id text NOT NULL, names jsonb NOT NULL, functions text[] NOT NULL, telephone text,
        address text, closed_on date, sequence integer NOT NULL, PRIMARY KEY (tenant, id))
    """,
    "CREATE INDEX known_department_by_name ON known_department USING gin (names jsonb_path_ops)",
)

KNOWN_PLAN_TERM = """
CREATE TABLE known_plan_term (
    tenant text NOT NULL, use text NOT NULL, term text NOT NULL, meaning jsonb NOT NULL, sequence integer NOT NULL,
    PRIMARY KEY (tenant, use, term))
"""
"""What plans' words mean is as public as the plans, and a county inherits what its city has said: no row security."""

ITEMS = (
    # The words of plans that are looked for: kept right by the database, whoever writes.
    """
    ALTER TABLE policy_item
        ADD COLUMN approvers jsonb GENERATED ALWAYS AS (
            jsonb_path_query_array(content, '$.rules.plan.steps[*] ? (@.kind == "approval").duties[*]')) STORED,
        ADD COLUMN checks jsonb GENERATED ALWAYS AS (
            jsonb_path_query_array(content, '$.rules.plan.steps[*] ? (@.kind == "joint_check").departments[*]')) STORED,
        ADD COLUMN department_id text
    """,
    "ALTER TABLE policy_draft ADD COLUMN department_id text",
    f"""
    CREATE TABLE policy_reminder (
        {AGGREGATE}, item_id text NOT NULL, expires_on date NOT NULL, PRIMARY KEY (tenant, id))
    """,
)


def upgrade() -> None:
    for statement in (*KNOWN_DEPARTMENT, KNOWN_PLAN_TERM, *ITEMS):
        op.execute(statement)
    tenant_table("policy_reminder")
    grant("known_department", app="SELECT, INSERT, UPDATE")
    grant("known_plan_term", app="SELECT, INSERT, UPDATE")
    grant("policy_reminder", app="SELECT, INSERT, UPDATE")


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
