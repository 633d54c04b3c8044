"""Supplements of a case, every finding of its materials, and since when the clocks of its acceptance count.

Findings are only ever added: the service may not change or delete them.
"""

from __future__ import annotations

from alembic import op

revision = "review_0018"
down_revision = "review_0017"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    "ALTER TABLE review_case ADD COLUMN effective_receipt timestamptz",
    """
    CREATE TABLE material_finding (
        tenant text NOT NULL, case_id text NOT NULL, version integer NOT NULL, code text NOT NULL,
        finding text NOT NULL CHECK (
            finding IN ('good', 'missing', 'wrong', 'outdated', 'commitment', 'provisional')),
        means text, until date, note text NOT NULL, found_by text NOT NULL, found_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, case_id, version, code),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED)
    """,
    f"""
    CREATE TABLE case_supplement (
        {AGGREGATE}, case_id text NOT NULL, round integer NOT NULL CHECK (round > 0),
        claim jsonb NOT NULL, points jsonb NOT NULL, clock jsonb NOT NULL, then_follows text NOT NULL CHECK (
            then_follows IN ('withdrawn', 'decided_as_filed')),
        before_acceptance boolean NOT NULL, department text NOT NULL,
        requested_by text NOT NULL, requested_at timestamptz NOT NULL, due_at timestamptz, awaits_year integer,
        state text NOT NULL CHECK (state IN ('open', 'answered', 'lapsed', 'void')),
        answered_by text, answered_at timestamptz, ended_at timestamptz,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT case_supplement_answered_by_somebody CHECK (
            (state = 'answered') = (answered_by IS NOT NULL) AND (answered_by IS NULL) = (answered_at IS NULL)))
    """,
    # One round after the other, and at most one open at a time.
    "CREATE UNIQUE INDEX case_supplement_round ON case_supplement (tenant, case_id, round)",
    "CREATE UNIQUE INDEX case_supplement_open ON case_supplement (tenant, case_id) WHERE state = 'open'",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("material_finding", "case_supplement"):
        tenant_table(table)
    grant("material_finding", app="SELECT, INSERT")
    grant("case_supplement", app="SELECT, INSERT, UPDATE")
    # A place is given back only where the approval that took it never left the house.
    grant("award", app="DELETE")


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
