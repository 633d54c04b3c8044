"""Answers to joint checks, in the tenant of the department that gave them.

They are only ever added: the service may not change or delete them.
"""

from __future__ import annotations

from alembic import op

revision = "review_0017"
down_revision = "review_0016"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE joint_check_answer (
    tenant text NOT NULL, task_id text NOT NULL, number integer NOT NULL CHECK (number > 0),
    case_id text NOT NULL, step integer NOT NULL, slot text NOT NULL,
    answer text NOT NULL CHECK (answer IN ('clear', 'barred', 'no_record', 'not_ours')),
    source text NOT NULL, as_of date NOT NULL, ground text, condition text, basis text, remark text NOT NULL,
    department text NOT NULL, department_id text, by text NOT NULL, by_system boolean NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (tenant, task_id, number),
    FOREIGN KEY (tenant, task_id) REFERENCES case_task (tenant, id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT joint_check_answer_bars_with_ground CHECK (
        (answer = 'barred') = (ground IS NOT NULL) AND (ground IS NULL) = (condition IS NULL)
        AND (ground IS NULL) = (basis IS NULL)))
"""


def upgrade() -> None:
    op.execute(TABLE)
    tenant_table("joint_check_answer")
    grant("joint_check_answer", app="SELECT, INSERT")


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
