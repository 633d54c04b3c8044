"""Public notices and objections to them. What is up is found by its place; who objected is sealed."""

from __future__ import annotations

from alembic import op

revision = "review_0021"
down_revision = "review_0020"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE public_notice (
        {AGGREGATE}, case_id text NOT NULL, step integer NOT NULL, task_id text NOT NULL, receipt text NOT NULL,
        enterprise_name text NOT NULL, item_id text NOT NULL, item_title text NOT NULL, department text NOT NULL,
        department_id text, contacts jsonb NOT NULL, name text NOT NULL, amount_fen bigint CHECK (amount_fen >= 0),
        published_fen bigint, receivers jsonb NOT NULL, period jsonb NOT NULL, first_day_counts boolean NOT NULL,
        published_at timestamptz NOT NULL, first_day date NOT NULL, last_day date, ends_at timestamptz,
        awaits_year integer, told boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'passed', 'objected', 'superseded', 'void')),
        objections integer NOT NULL, open_objections integer NOT NULL, anew text NOT NULL, ended_at timestamptz,
        ended_why text NOT NULL,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT public_notice_ended_at_some_time CHECK ((state = 'running') = (ended_at IS NULL)),
        CONSTRAINT public_notice_counts CHECK (open_objections BETWEEN 0 AND objections))
    """,
    "CREATE UNIQUE INDEX public_notice_one_up ON public_notice (tenant, case_id, step) WHERE state = 'running'",
    "CREATE INDEX public_notice_up ON public_notice (tenant, published_at DESC, id DESC) WHERE state = 'running'",
    "CREATE INDEX public_notice_running ON public_notice (tenant, id) WHERE state = 'running'",
    "CREATE INDEX public_notice_of_case ON public_notice (tenant, case_id, published_at)",
    f"""
    CREATE TABLE notice_objection (
        {AGGREGATE}, notice_id text NOT NULL, case_id text NOT NULL, receipt text NOT NULL,
        enterprise_name text NOT NULL, item_title text NOT NULL, department text NOT NULL, department_id text,
        number text NOT NULL, code_digest text NOT NULL, name_sealed text NOT NULL, name_masked text NOT NULL,
        contact_sealed text NOT NULL, contact_masked text NOT NULL, text text NOT NULL, material_sha256 text,
        raised_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'upheld', 'not_upheld', 'dropped')),
        answer text NOT NULL, answered_by text, answered_at timestamptz,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, notice_id) REFERENCES public_notice (tenant, id) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT notice_objection_answered_at_some_time CHECK ((state = 'open') = (answered_at IS NULL)))
    """,
    "CREATE UNIQUE INDEX notice_objection_by_number ON notice_objection (tenant, number)",
    "CREATE INDEX notice_objection_of_notice ON notice_objection (tenant, notice_id)",
    "CREATE INDEX notice_objection_of_case ON notice_objection (tenant, case_id, raised_at)",
    """
    CREATE INDEX notice_objection_open ON notice_objection (tenant, raised_at, id) INCLUDE (department_id, department)
        WHERE state = 'open'
    """,
    # What waits for its notice already is published once this version runs.
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT case_tenant, 'public_notice_opened', case_id || '/' || id, now() FROM case_task
    WHERE state = 'open' AND kind = 'public_notice' ON CONFLICT DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("public_notice", "notice_objection"):
        tenant_table(table)
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {_role('app')}")


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
