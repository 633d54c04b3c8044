"""Decisions that are undone, looked at again, or made in bulk.

What was undone and what a bulk was asked for are only ever added: the service may not change or delete them.
"""

from __future__ import annotations

from alembic import op

revision = "review_0022"
down_revision = "review_0021"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    "ALTER TABLE review_case ADD COLUMN reopened_at timestamptz",
    f"""
    CREATE TABLE review_reopening (
        {AGGREGATE}, case_id text NOT NULL, reason text NOT NULL, source text NOT NULL, steps jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'declined')),
        proposed_by text NOT NULL, proposed_at timestamptz NOT NULL, decided_by text, decided_at timestamptz, answer text,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id),
        CONSTRAINT reopening_decided_by_somebody CHECK (
            (state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT reopening_by_two_persons CHECK (state <> 'confirmed' OR decided_by <> proposed_by))
    """,
    "CREATE UNIQUE INDEX reopening_asked_once ON review_reopening (tenant, case_id) WHERE state = 'proposed'",
    "CREATE INDEX reopening_of_case ON review_reopening (tenant, case_id, proposed_at, id)",
    """
    CREATE TABLE undone_decision (
        tenant text NOT NULL, case_id text NOT NULL, version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('approved', 'rejected')),
        decided_by text NOT NULL, decided_at timestamptz NOT NULL, note text NOT NULL,
        undone_by text NOT NULL, undone_at timestamptz NOT NULL, reason text NOT NULL,
        PRIMARY KEY (tenant, case_id, version),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id))
    """,
    """
    CREATE TABLE bulk_line (
        tenant text NOT NULL, bulk_id text NOT NULL, line integer NOT NULL CHECK (line > 0),
        case_id text NOT NULL, expected_version integer NOT NULL, said jsonb NOT NULL,
        PRIMARY KEY (tenant, bulk_id, line),
        CONSTRAINT bulk_names_a_case_once UNIQUE (tenant, bulk_id, case_id))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("review_reopening", "undone_decision", "bulk_line"):
        tenant_table(table)
    grant("review_reopening", app="SELECT, INSERT, UPDATE")
    grant("undone_decision", app="SELECT, INSERT")
    grant("bulk_line", app="SELECT, INSERT")


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
