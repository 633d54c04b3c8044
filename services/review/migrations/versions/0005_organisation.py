"""Departments, plans' words, duties and people as the gateway tells them; what cases are found and held by."""

from __future__ import annotations

from alembic import op

revision = "review_0005"
down_revision = "review_0004"
branch_labels = None
depends_on = None

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

PEOPLE = (
    """
    CREATE TABLE known_duty (
        tenant text NOT NULL, id text NOT NULL, kind text NOT NULL, names jsonb NOT NULL, sequence integer NOT NULL,
        PRIMARY KEY (tenant, id))
    """,
    # People belong to the tenant `platform`; the number is sealed.
    """
    CREATE TABLE known_person (
        tenant text NOT NULL, id text NOT NULL, name text NOT NULL, mobile_sealed text, identified boolean NOT NULL,
        sequence integer NOT NULL, PRIMARY KEY (tenant, id))
    """,
    """
    CREATE TABLE known_appointment (
        tenant text NOT NULL, id text NOT NULL, person_id text NOT NULL, person_name text NOT NULL,
        department_id text NOT NULL, duty_id text NOT NULL, kind text NOT NULL, since date NOT NULL, until date,
        stands_in_for text, sequence integer NOT NULL, PRIMARY KEY (tenant, id))
    """,
    "CREATE INDEX known_appointment_of_duty ON known_appointment (tenant, kind, department_id)",
    "CREATE INDEX known_appointment_of_person ON known_appointment (tenant, person_id)",
)

CASES = (
    # The words of plans that are looked for: kept right by the database, whoever writes.
    """
    ALTER TABLE item_version
        ADD COLUMN approvers jsonb GENERATED ALWAYS AS (
            jsonb_path_query_array(rules, '$.plan.steps[*] ? (@.kind == "approval").duties[*]')) STORED,
        ADD COLUMN checks jsonb GENERATED ALWAYS AS (
            jsonb_path_query_array(rules, '$.plan.steps[*] ? (@.kind == "joint_check").departments[*]')) STORED
    """,
    # `listed_by` says that a line of a list waits for nothing but the meaning of its plan's words, and whose list it is.
    "ALTER TABLE review_case ADD COLUMN department_id text, ADD COLUMN listed_by text",
    """
    CREATE INDEX review_case_of_department_id ON review_case (tenant, department_id, state, accepted_at, id)
        WHERE department_id IS NOT NULL
    """,
    "CREATE INDEX review_case_held_line ON review_case (tenant, id) WHERE listed_by IS NOT NULL",
)


def upgrade() -> None:
    for statement in (*KNOWN_DEPARTMENT, KNOWN_PLAN_TERM, *PEOPLE, *CASES):
        op.execute(statement)
    for table in ("known_duty", "known_person", "known_appointment"):
        tenant_table(table)
    for table in ("known_department", "known_plan_term", "known_duty", "known_person", "known_appointment"):
        grant(table, app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")


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
