"""Inspections by several officers, panels of experts, and figures that persons set.

What was inspected, what an officer said of it, and every figure that was set are only ever added.
"""

from __future__ import annotations

from alembic import op

revision = "review_0019"
down_revision = "review_0018"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

OF_CASE = "FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED"

DDL = (
    f"""
    CREATE TABLE case_inspection (
        {AGGREGATE}, case_id text NOT NULL, step integer NOT NULL, passed boolean NOT NULL, findings text NOT NULL,
        place text NOT NULL, inspected_at timestamptz NOT NULL, recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL, officers jsonb NOT NULL, photographs jsonb NOT NULL, position jsonb,
        signature jsonb, PRIMARY KEY (tenant, id), {OF_CASE})
    """,
    "CREATE INDEX case_inspection_of_case ON case_inspection (tenant, case_id)",
    f"""
    CREATE TABLE case_inspection_answer (
        {AGGREGATE}, inspection_id text NOT NULL, person_id text NOT NULL, was_there boolean NOT NULL,
        note text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tenant, id),
        CONSTRAINT inspection_answered_once UNIQUE (tenant, inspection_id, person_id),
        FOREIGN KEY (tenant, inspection_id) REFERENCES case_inspection (tenant, id))
    """,
    f"""
    CREATE TABLE case_figure (
        {AGGREGATE}, case_id text NOT NULL, name text NOT NULL, title text NOT NULL, value text NOT NULL,
        unit text NOT NULL, reason text NOT NULL, set_by text NOT NULL, set_at timestamptz NOT NULL, panel_id text,
        PRIMARY KEY (tenant, id), {OF_CASE})
    """,
    "CREATE INDEX case_figure_of_case ON case_figure (tenant, case_id)",
    f"""
    CREATE TABLE expert (
        {AGGREGATE}, name text NOT NULL, employer text NOT NULL, fields jsonb NOT NULL, person_id text,
        conflicts jsonb NOT NULL, retired_at timestamptz, retired_why text NOT NULL, PRIMARY KEY (tenant, id))
    """,
    "CREATE UNIQUE INDEX expert_person_once ON expert (tenant, person_id) WHERE retired_at IS NULL",
    "CREATE INDEX expert_by_name ON expert (tenant, name, id)",
    f"""
    CREATE TABLE case_panel (
        {AGGREGATE}, case_id text NOT NULL, receipt text NOT NULL, item_title text NOT NULL,
        enterprise_name text NOT NULL, step integer NOT NULL, field text NOT NULL, members integer NOT NULL,
        quorum integer NOT NULL, criteria jsonb NOT NULL, pass_score text NOT NULL, sets text, seed text NOT NULL,
        register_hash text NOT NULL, drawn jsonb NOT NULL, left_out jsonb NOT NULL, drawn_by text NOT NULL,
        drawn_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('scoring', 'passed', 'failed', 'void')),
        recusals jsonb NOT NULL, sheets jsonb NOT NULL, conclusion jsonb, PRIMARY KEY (tenant, id), {OF_CASE})
    """,
    "CREATE INDEX case_panel_of_case ON case_panel (tenant, case_id)",
    "CREATE INDEX case_panel_of_expert ON case_panel USING gin (drawn jsonb_path_ops) WHERE state <> 'void'",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("case_inspection", "case_inspection_answer", "case_figure"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT")
    for table in ("expert", "case_panel"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT, UPDATE")


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
