"""Departments' own systems, and the joint checks that are dispatched to them."""

from __future__ import annotations

from alembic import op

revision = "review_0016"
down_revision = "review_0014"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE review_department_system (
        {AGGREGATE}, department_id text NOT NULL, name text NOT NULL, address text NOT NULL,
        patience_minutes integer NOT NULL CHECK (patience_minutes > 0),
        state text NOT NULL CHECK (state IN ('open', 'closed')), registered_by text NOT NULL,
        registered_at timestamptz NOT NULL, closed_by text, closed_at timestamptz, closed_because text NOT NULL,
        PRIMARY KEY (tenant, id),
        CONSTRAINT department_system_closed_by_somebody CHECK (
            (state = 'closed') = (closed_by IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)))
    """,
    """
    CREATE UNIQUE INDEX department_has_one_system ON review_department_system (tenant, department_id)
    WHERE state = 'open'
    """,
    # Apart from the system: whatever is a column there is kept in the audit for good.
    """
    CREATE TABLE department_system_secret (
        tenant text NOT NULL, system_id text NOT NULL, sealed text NOT NULL, PRIMARY KEY (tenant, system_id),
        FOREIGN KEY (tenant, system_id) REFERENCES review_department_system (tenant, id))
    """,
    f"""
    CREATE TABLE review_dispatch (
        {AGGREGATE}, task_id text NOT NULL, case_id text NOT NULL, receipt text NOT NULL, department_id text NOT NULL,
        asking_department_id text, system_id text NOT NULL, question jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('to_send', 'sent', 'answered', 'fell_back')),
        begun_at timestamptz NOT NULL, give_up_at timestamptz NOT NULL, sent_at timestamptz, answered_at timestamptz,
        fell_back_at timestamptz, asks integer NOT NULL CHECK (asks >= 0), nonsense integer NOT NULL
        CHECK (nonsense >= 0), strange text NOT NULL, said jsonb, fall_back text, reason text NOT NULL,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, system_id) REFERENCES review_department_system (tenant, id),
        CONSTRAINT dispatch_sent_at_a_time CHECK (state NOT IN ('sent', 'answered') OR sent_at IS NOT NULL),
        CONSTRAINT dispatch_answered_with_an_answer CHECK (
            (state = 'answered') = (said IS NOT NULL) AND (state = 'answered') = (answered_at IS NOT NULL)),
        CONSTRAINT dispatch_fell_back_for_a_reason CHECK (
            (state = 'fell_back') = (fall_back IS NOT NULL) AND (fall_back IS NULL) = (fell_back_at IS NULL)))
    """,
    "CREATE UNIQUE INDEX task_is_dispatched_once ON review_dispatch (tenant, task_id)",
    "CREATE INDEX dispatch_of_case ON review_dispatch (tenant, case_id, begun_at, id)",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("review_department_system", "department_system_secret", "review_dispatch"):
        tenant_table(table)
    grant("review_department_system", app="SELECT, INSERT, UPDATE")
    grant("department_system_secret", app="SELECT, INSERT, DELETE")
    grant("review_dispatch", app="SELECT, INSERT, UPDATE")


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
