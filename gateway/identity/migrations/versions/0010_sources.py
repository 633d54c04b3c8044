"""For which sources of facts a credential and a department may speak."""

from __future__ import annotations

from alembic import op

revision = "identity_0010"
down_revision = "identity_0009"
branch_labels = None
depends_on = None

COLUMNS = (
    # A machine that was given its token before has none: it is issued another that says them (docs/operations.md).
    "ALTER TABLE credential ADD COLUMN sources text[] NOT NULL DEFAULT '{}'",
    # NULL: they follow from what the department is there for.
    "ALTER TABLE department ADD COLUMN sources text[]",
)

FUNCTIONS = {
    "credential_found(text, timestamptz)": """
    CREATE FUNCTION credential_found(digest text, at timestamptz)
        RETURNS TABLE (tenant text, credential_id text, actor_id text, name text, roles text[], enterprise_id text,
            department text, department_id text, of_person boolean, unattended boolean, sources text[])
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT c.tenant, c.id, c.actor_id, c.name, c.roles, c.enterprise_id, c.department, c.department_id, c.of_person,
            c.unattended, c.sources
        FROM credential_key k JOIN credential c ON (c.tenant, c.id) = (k.tenant, k.credential_id)
        WHERE k.token_digest = digest AND (k.ends_at IS NULL OR k.ends_at > at)
            AND (c.ends_at IS NULL OR c.ends_at > at) AND (c.revoked_at IS NULL OR c.revoked_at > at) $$
    """,
    "held_by(text, date)": """
    CREATE FUNCTION held_by(person text, day date)
        RETURNS TABLE (tenant text, tenant_name text, department_id text, department text, kinds text[], duties text[],
            functions text[], sources text[])
        LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public AS $$
        SELECT h.tenant, h.tenant_name, h.department_id, d.name, h.kinds, h.duties, d.functions, d.sources
        FROM (
            SELECT a.tenant, max(t.name) AS tenant_name, a.department_id,
                array_agg(DISTINCT a.kind ORDER BY a.kind) AS kinds, array_agg(DISTINCT u.name ORDER BY u.name) AS duties
            FROM appointment a
            JOIN duty u ON (u.tenant, u.id) = (a.tenant, a.duty_id)
            LEFT JOIN tenant t ON t.id = a.tenant
            WHERE a.person_id = person AND a.since <= day AND (a.until IS NULL OR a.until >= day)
            GROUP BY a.tenant, a.department_id) AS h
        JOIN department d ON (d.tenant, d.id) = (h.tenant, h.department_id)
        WHERE d.closed_on IS NULL OR d.closed_on > day $$
    """,
}


def upgrade() -> None:
    for statement in COLUMNS:
        op.execute(statement)
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    for function, made in FUNCTIONS.items():
        op.execute(f"DROP FUNCTION {function}")
        op.execute(made)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {owner.removesuffix('_owner')}_app")


def downgrade() -> None:
    raise RuntimeError("身份库不回退：先备份，再恢复。(identity's tables are not taken down; restore a backup)")
