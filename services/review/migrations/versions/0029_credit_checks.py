"""Claims that were granted on credit: which of them were drawn to be verified, by whom, and what was found.

Of each claim one draw is made, and one check at most: a second draw would be a draw until it pleases.
"""

from __future__ import annotations

from alembic import op

revision = "review_0029"
down_revision = "review_0028"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE credit_draw (
        {AGGREGATE}, item_id text NOT NULL, item_title text NOT NULL, department text NOT NULL, department_id text,
        decided_from date NOT NULL, decided_to date NOT NULL, percent integer NOT NULL CHECK (percent BETWEEN 1 AND 100),
        seed text NOT NULL, cases_hash text NOT NULL, people_hash text NOT NULL, drawn_from jsonb NOT NULL,
        people jsonb NOT NULL, drawn_by text NOT NULL, drawn_at timestamptz NOT NULL,
        checks integer NOT NULL CHECK (checks > 0), done integer NOT NULL, failed integer NOT NULL,
        published_at timestamptz, PRIMARY KEY (tenant, id),
        CHECK (failed BETWEEN 0 AND done AND done <= checks AND (published_at IS NOT NULL) = (done = checks)))
    """,
    "CREATE INDEX credit_draw_by_time ON credit_draw (tenant, drawn_at DESC, id DESC)",
    """
    CREATE INDEX credit_draw_published ON credit_draw (tenant, published_at DESC, id DESC) WHERE published_at IS NOT NULL
    """,
    """
    CREATE TABLE credit_draw_case (
        tenant text NOT NULL, case_id text NOT NULL, draw_id text NOT NULL, PRIMARY KEY (tenant, case_id),
        FOREIGN KEY (tenant, draw_id) REFERENCES credit_draw (tenant, id),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id))
    """,
    f"""
    CREATE TABLE credit_check (
        {AGGREGATE}, draw_id text NOT NULL, case_id text NOT NULL, receipt text NOT NULL, uscc text NOT NULL,
        enterprise_name text NOT NULL, decided_at timestamptz NOT NULL, able jsonb NOT NULL, due_at timestamptz,
        recusals jsonb NOT NULL, records jsonb NOT NULL, confirmed_by text, done_at timestamptz,
        PRIMARY KEY (tenant, id), CONSTRAINT credit_check_once UNIQUE (tenant, case_id),
        FOREIGN KEY (tenant, draw_id) REFERENCES credit_draw (tenant, id),
        CHECK ((done_at IS NULL) = (confirmed_by IS NULL)))
    """,
    "CREATE INDEX credit_check_of_draw ON credit_check (tenant, draw_id)",
    "CREATE INDEX credit_check_of_checker ON credit_check USING gin (able jsonb_path_ops) WHERE done_at IS NULL",
    """
    CREATE INDEX review_case_on_credit ON review_case (tenant, item_id, decided_at)
    WHERE credit_commitment AND state = 'approved'
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("credit_draw", "credit_draw_case", "credit_check"):
        tenant_table(table)
    grant("credit_draw", app="SELECT, INSERT, UPDATE")
    grant("credit_check", app="SELECT, INSERT, UPDATE")
    grant("credit_draw_case", app="SELECT, INSERT")


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
