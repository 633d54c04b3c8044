"""Grounds and remedies of refusals, and the papers by which what was decided is served.

Papers, their files and how they were served are only ever added; a counter gives each year's papers of a department their numbers.
"""

from __future__ import annotations

from alembic import op

revision = "review_0025"
down_revision = "review_0024"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    "ALTER TABLE item_version ADD COLUMN citation text",
    "ALTER TABLE review_case ADD COLUMN grounds jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE review_case ADD COLUMN remedies jsonb",
    "ALTER TABLE review_case ADD COLUMN notice_number text",
    """
    CREATE TABLE notice_counter (
        tenant text NOT NULL, department text NOT NULL, year integer NOT NULL, kind text NOT NULL,
        last integer NOT NULL CHECK (last > 0), PRIMARY KEY (tenant, department, year, kind))
    """,
    """
    CREATE TABLE case_notice (
        tenant text NOT NULL, id text NOT NULL, case_id text NOT NULL, application_id text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('acceptance', 'supplement', 'not_accepted', 'approval', 'refusal', 'reopening')),
        number text NOT NULL, department text NOT NULL, department_id text, revision integer NOT NULL,
        instalment integer NOT NULL, claim jsonb NOT NULL, content jsonb NOT NULL, content_sha256 text NOT NULL,
        issued_at timestamptz NOT NULL, PRIMARY KEY (tenant, id), UNIQUE (tenant, number))
    """,
    "CREATE INDEX case_notice_of_application ON case_notice (tenant, application_id, issued_at)",
    # What becomes of a paper after it was issued: its files, its openings, and how it was served.
    f"""
    CREATE TABLE notice_course (
        {AGGREGATE}, case_id text NOT NULL, claim jsonb NOT NULL, kind text NOT NULL, number text NOT NULL,
        department text NOT NULL, department_id text, content_sha256 text NOT NULL, revision integer NOT NULL,
        instalment integer NOT NULL, issued_at timestamptz NOT NULL, files jsonb NOT NULL, services jsonb NOT NULL,
        openings jsonb NOT NULL, served_at timestamptz, means text, PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, id) REFERENCES case_notice (tenant, id),
        CONSTRAINT notice_course_served_somehow CHECK ((served_at IS NULL) = (means IS NULL)))
    """,
    """
    CREATE INDEX notice_course_to_serve ON notice_course (tenant, issued_at, id)
        WHERE served_at IS NULL AND kind IN ('supplement', 'not_accepted', 'refusal', 'reopening')
    """,
    f"""
    CREATE TABLE electronic_service (
        {AGGREGATE}, address text NOT NULL, text_version text NOT NULL, text text NOT NULL, given_by text NOT NULL,
        given_at timestamptz NOT NULL, withdrawn_by text, withdrawn_at timestamptz, PRIMARY KEY (tenant, id))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("notice_counter", "case_notice", "notice_course", "electronic_service"):
        tenant_table(table)
    grant("notice_counter", app="SELECT, INSERT, UPDATE (last)")
    grant("case_notice", app="SELECT, INSERT")
    grant("notice_course", app="SELECT, INSERT, UPDATE")
    grant("electronic_service", app="SELECT, INSERT, UPDATE")


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
