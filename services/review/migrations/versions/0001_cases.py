"""Item versions, cases and the award register."""

from __future__ import annotations

from alembic import op

revision = "review_0001"
down_revision = None
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Published policies are public data: no row security. Every version stays, running cases are pinned to it.
    """
    CREATE TABLE item_version (
        item_id text NOT NULL, item_version integer NOT NULL, tenant text NOT NULL, rules jsonb NOT NULL,
        PRIMARY KEY (item_id, item_version))
    """,
    f"""
    CREATE TABLE review_case (
        {AGGREGATE},
        claim jsonb NOT NULL, department text NOT NULL, facts jsonb NOT NULL, payee jsonb NOT NULL,
        asked_fen bigint CHECK (asked_fen >= 0), assessment jsonb NOT NULL,
        remarks jsonb NOT NULL, obstacles jsonb NOT NULL,
        inspection_required boolean NOT NULL, inspection jsonb,
        award_period text NOT NULL, review_limit jsonb,
        accepted_at timestamptz NOT NULL, due_at timestamptz,
        state text NOT NULL CHECK (state IN ('accepted', 'approved', 'rejected')),
        decided_by text, decided_at timestamptz, note text NOT NULL,
        PRIMARY KEY (tenant, id),
        CONSTRAINT review_case_decided_by_somebody CHECK (
            (state = 'accepted') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)))
    """,
    "CREATE INDEX review_case_by_acceptance ON review_case (tenant, accepted_at, id)",
    "CREATE INDEX review_case_of_department ON review_case (tenant, department, state, accepted_at, id)",
    # The key has no tenant: a firm is granted an item once a period wherever it files. Row security hides the
    # row of another tenant, not the fact that the place is taken.
    """
    CREATE TABLE award (
        item_id text NOT NULL, uscc text NOT NULL, period text NOT NULL,
        tenant text NOT NULL, case_id text NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        reserved_at timestamptz NOT NULL,
        CONSTRAINT award_once PRIMARY KEY (item_id, uscc, period),
        CONSTRAINT award_of_one_case UNIQUE (tenant, case_id),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED)
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("review_case", "award"):
        tenant_table(table)
    grant("item_version", app="SELECT, INSERT")
    grant("review_case", app="SELECT, INSERT, UPDATE")
    grant("award", app="SELECT, INSERT")


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
