"""Departments, duties and people as the gateway tells them; messages to duties; what somebody has read."""

from __future__ import annotations

from alembic import op

revision = "notify_0005"
down_revision = "notify_0004"
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

MANDATE = """
CREATE TABLE known_mandate (
    tenant text NOT NULL, id text NOT NULL, enterprise_id text NOT NULL, person_id text NOT NULL,
    person_name text NOT NULL, kind text NOT NULL, since date NOT NULL, until date, sequence integer NOT NULL,
    PRIMARY KEY (tenant, id))
"""

DUTY_MESSAGES = (
    # One row per duty, kind and hour. `department` is what an item calls a department that is not in the register.
    """
    CREATE TABLE duty_message (
        tenant text NOT NULL, id text NOT NULL, department_id text, department text, duty text NOT NULL,
        kind text NOT NULL, hour timestamptz NOT NULL, count integer NOT NULL, subjects jsonb NOT NULL,
        since timestamptz NOT NULL, latest timestamptz NOT NULL,
        PRIMARY KEY (tenant, id),
        CONSTRAINT duty_message_to_one_department CHECK (department_id IS NULL OR department IS NULL))
    """,
    "CREATE INDEX duty_message_of_duty ON duty_message (tenant, duty, latest, id)",
    # What has been counted, so that what is heard again counts once.
    """
    CREATE TABLE duty_occasion (
        tenant text NOT NULL, id text NOT NULL, message_id text NOT NULL, PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, message_id) REFERENCES duty_message)
    """,
    # How much of a message a person has seen; more may come within its hour.
    """
    CREATE TABLE duty_message_read (
        tenant text NOT NULL, message_id text NOT NULL, person_id text NOT NULL, seen integer NOT NULL,
        read_at timestamptz NOT NULL, PRIMARY KEY (tenant, message_id, person_id),
        FOREIGN KEY (tenant, message_id) REFERENCES duty_message)
    """,
    """
    CREATE TABLE message_read (
        tenant text NOT NULL, message_id text NOT NULL, person_id text NOT NULL, read_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, message_id, person_id), FOREIGN KEY (tenant, message_id) REFERENCES message)
    """,
)

OF_TENANTS = (
    *("known_duty", "known_person", "known_appointment", "known_mandate"),
    *("duty_message", "duty_occasion", "duty_message_read", "message_read"),
)


def upgrade() -> None:
    for statement in (*KNOWN_DEPARTMENT, *PEOPLE, MANDATE, *DUTY_MESSAGES):
        op.execute(statement)
    for table in OF_TENANTS:
        tenant_table(table)
    for table in ("known_department", "known_duty", "known_person", "known_appointment", "known_mandate"):
        grant(table, app="SELECT, INSERT, UPDATE")
    for table in ("duty_message", "duty_message_read"):
        grant(table, app="SELECT, INSERT, UPDATE")
    for table in ("duty_occasion", "message_read"):
        grant(table, app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("消息库不回退：先备份，再恢复。(notify's tables are not taken down; restore a backup)")


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
