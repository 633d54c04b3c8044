"""A plan runs as data: answers to its steps, tasks of those who answer, and what a case keeps for it.

Answers are only ever added: the service may not change or delete them. A task is a row of the tenant that acts, which may be
another than the case's.
"""

from __future__ import annotations

from alembic import op

revision = "review_0014"
down_revision = "review_0013"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

KINDS = (
    "'acceptance', 'material_check', 'joint_check', 'panel', 'site_inspection', 'public_notice', 'recheck', 'approval'"
)

DDL = (
    # What notices say of an item. Versions that were known before have none of it.
    """
    ALTER TABLE item_version
        ADD COLUMN family text, ADD COLUMN title text, ADD COLUMN level text, ADD COLUMN benefit_kind text,
        ADD COLUMN contacts jsonb
    """,
    """
    ALTER TABLE review_case
        ALTER COLUMN payee DROP NOT NULL,
        ADD COLUMN parameters jsonb,
        ADD COLUMN named_payees jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN decisions jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN received_at timestamptz,
        ADD COLUMN clock jsonb,
        ADD COLUMN pauses jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN certificate text,
        ADD COLUMN credit_commitment boolean NOT NULL DEFAULT false,
        ADD COLUMN tasks jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN tasks_given integer NOT NULL DEFAULT 0,
        ADD COLUMN steps jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN revision integer NOT NULL DEFAULT 1,
        ADD COLUMN instalment integer NOT NULL DEFAULT 1,
        ADD COLUMN first_case_id text,
        ADD COLUMN undo_until timestamptz,
        DROP CONSTRAINT review_case_state_check,
        DROP CONSTRAINT review_case_decided_by_somebody
    """,
    """
    ALTER TABLE review_case
        ADD CONSTRAINT review_case_state_known CHECK (
            state IN ('received', 'accepted', 'approved', 'rejected', 'not_accepted', 'withdrawn')) NOT VALID,
        ADD CONSTRAINT review_case_decided_by_someone CHECK (
            (state IN ('received', 'accepted')) = (decided_by IS NULL)
            AND (decided_by IS NULL) = (decided_at IS NULL)) NOT VALID
    """,
    f"""
    CREATE TABLE case_answer (
        tenant text NOT NULL, case_id text NOT NULL, number integer NOT NULL CHECK (number > 0),
        step integer NOT NULL, slot text NOT NULL, kind text NOT NULL CHECK (kind IN ({KINDS})),
        verdict text NOT NULL CHECK (verdict IN ('passed', 'failed', 'withdrawn')),
        by text NOT NULL, department text NOT NULL, at timestamptz NOT NULL, reason text NOT NULL, evidence jsonb NOT NULL,
        PRIMARY KEY (tenant, case_id, number),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED)
    """,
    f"""
    CREATE TABLE case_task (
        {AGGREGATE}, case_id text NOT NULL, case_tenant text NOT NULL, claim jsonb NOT NULL,
        kind text NOT NULL CHECK (kind IN ({KINDS})), step integer NOT NULL, slot text NOT NULL,
        department text NOT NULL, department_id text, duty text, opened_at timestamptz NOT NULL,
        due_at timestamptz, awaits_year integer, paused boolean NOT NULL, holder_id text, holder_why text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'answered', 'void')), answered_by text, answered_at timestamptz,
        brief jsonb NOT NULL,
        receipt text GENERATED ALWAYS AS (claim ->> 'receipt') STORED,
        uscc text GENERATED ALWAYS AS (claim ->> 'uscc') STORED,
        due_order timestamptz NOT NULL
            GENERATED ALWAYS AS (coalesce(due_at, timestamptz '9999-01-01 00:00:00+00')) STORED,
        PRIMARY KEY (tenant, id))
    """,
    """
    CREATE INDEX case_task_of_department ON case_task (tenant, department_id, due_order, id) INCLUDE (kind, holder_id)
        WHERE state = 'open'
    """,
    """
    CREATE INDEX case_task_of_a_name ON case_task (tenant, department, due_order, id)
        WHERE state = 'open' AND department_id IS NULL
    """,
    "CREATE INDEX case_task_of_case ON case_task (case_id)",
    "CREATE INDEX case_task_asking ON case_task (tenant, slot, case_id) WHERE state = 'open' AND slot <> ''",
    "CREATE INDEX case_task_by_number ON case_task (tenant, receipt) WHERE state = 'open'",
    "CREATE INDEX case_task_of_enterprise ON case_task (tenant, uscc) WHERE state = 'open'",
    # What is open already gets its tasks once this version runs.
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT tenant, 'take_up_plan', id, now() FROM review_case WHERE state = 'accepted' ON CONFLICT DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("case_answer", "case_task"):
        tenant_table(table)
    grant("case_answer", app="SELECT, INSERT")
    grant("case_task", app="SELECT, INSERT, UPDATE")
    grant("item_version", app="UPDATE")


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
