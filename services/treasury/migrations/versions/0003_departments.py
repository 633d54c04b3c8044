"""Departments as the gateway tells them, and which of them budget lines and disbursements are of."""

from __future__ import annotations

from alembic import op

revision = "treasury_0003"
down_revision = "treasury_0002"
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

MONEY = (
    # The ids of lines go on following from the department's name; a line is found by its department as well.
    "ALTER TABLE budget_line ADD COLUMN department_id text",
    "CREATE INDEX budget_line_of_department ON budget_line (tenant, department_id) WHERE department_id IS NOT NULL",
    "ALTER TABLE disbursement ADD COLUMN department_id text",
    """
    CREATE INDEX disbursement_waiting_for_department
        ON disbursement (tenant, year, department_id, approved_at, case_id) WHERE state = 'held'
    """,
)


def upgrade() -> None:
    for statement in (*KNOWN_DEPARTMENT, *MONEY):
        op.execute(statement)
    grant("known_department", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("资金库不回退：先备份，再恢复。(the treasury's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
