"""Which code a merged dossier has, and awards that one person in law was granted twice.

Merges that were heard before are looked back on once this version runs.
"""

from __future__ import annotations

from alembic import op

revision = "review_0008"
down_revision = "review_0007"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Without row security, as merges are: a code is one person's everywhere, and cases of a city are decided in the city.
    """
    CREATE TABLE dossier_code (
        tenant text NOT NULL, enterprise_id text NOT NULL, uscc text NOT NULL, PRIMARY KEY (tenant, enterprise_id))
    """,
    "CREATE INDEX dossier_code_of ON dossier_code (uscc)",
    """
    INSERT INTO dossier_code (tenant, enterprise_id, uscc)
    SELECT DISTINCT ON (m.tenant, d.id) m.tenant, d.id, c.claim ->> 'uscc'
    FROM merged_enterprise m CROSS JOIN LATERAL (VALUES (m.absorbed_id), (m.surviving_id)) AS d(id)
    JOIN review_case c ON c.claim ->> 'filed_in' = m.tenant AND c.claim ->> 'enterprise_id' = d.id
    ORDER BY m.tenant, d.id, c.accepted_at
    """,
    "CREATE INDEX award_of_person ON award (uscc)",
    f"""
    CREATE TABLE award_finding (
        {AGGREGATE}, item_id text NOT NULL, item_title text NOT NULL, department text NOT NULL, department_id text,
        period text NOT NULL, awards jsonb NOT NULL, found_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'closed')), closed_by text, closed_at timestamptz,
        conclusion text NOT NULL, PRIMARY KEY (tenant, id),
        CONSTRAINT award_finding_closed_by_somebody CHECK (
            (state = 'closed') = (closed_by IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)))
    """,
    "CREATE INDEX award_finding_by_time ON award_finding (tenant, found_at DESC, id DESC)",
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT tenant, 'look_back', absorbed_id, now() FROM merged_enterprise ON CONFLICT DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("award_finding")
    grant("award_finding", app="SELECT, INSERT, UPDATE")
    grant("dossier_code", app="SELECT, INSERT")


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
