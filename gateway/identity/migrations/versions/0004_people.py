"""Departments, duties, windows, plan terms; people, appointments and mandates; credentials that end."""

from __future__ import annotations

from alembic import op

revision = "identity_0004"
down_revision = "identity_0003"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

KEY = "PRIMARY KEY (tenant, id)"

TABLES = {
    "department": f"""{AGGREGATE}, name text NOT NULL, names jsonb NOT NULL, functions text[] NOT NULL, telephone text,
        address text, closed_on date, {KEY}""",
    "duty": f"""{AGGREGATE}, kind text NOT NULL, name text NOT NULL, names jsonb NOT NULL, retired_on date, {KEY},
        CONSTRAINT duty_name_once UNIQUE (tenant, name)""",
    "service_window": f"""{AGGREGATE}, name text NOT NULL, department_id text NOT NULL, said jsonb NOT NULL,
        closed_on date, {KEY}, CONSTRAINT service_window_name_once UNIQUE (tenant, name)""",
    "plan_term": f"{AGGREGATE}, use text NOT NULL, term text NOT NULL, meaning jsonb, {KEY}, UNIQUE (tenant, use, term)",
    # Of tenant `platform`: one person works in several tenants.
    "person": f"""{AGGREGATE}, name text NOT NULL, resident_digest text, resident_sealed text, mobile_sealed text,
        mobile_masked text, {KEY}, CONSTRAINT person_resident_once UNIQUE (resident_digest),
        CHECK (tenant = 'platform'), CHECK ((resident_digest IS NULL) = (resident_sealed IS NULL))""",
    "appointment": f"""{AGGREGATE}, person_id text NOT NULL, department_id text NOT NULL, duty_id text NOT NULL,
        kind text NOT NULL, since date NOT NULL, until date, stands_in_for text, {KEY},
        FOREIGN KEY (tenant, department_id) REFERENCES department (tenant, id),
        FOREIGN KEY (tenant, duty_id) REFERENCES duty (tenant, id)""",
    "mandate": f"""{AGGREGATE}, person_id text NOT NULL, enterprise_id text NOT NULL, enterprise_name text NOT NULL,
        kind text NOT NULL, scope text[] NOT NULL, since date NOT NULL, until date, {KEY}""",
}

INDEXES = (
    "CREATE UNIQUE INDEX department_name_once ON department (tenant, name) WHERE closed_on IS NULL",
    "CREATE INDEX person_by_name ON person (tenant, name, id)",
    "CREATE INDEX appointment_of_person ON appointment (person_id)",
    "CREATE INDEX appointment_of_department ON appointment (tenant, department_id)",
    "CREATE INDEX mandate_of_person ON mandate (person_id)",
    "CREATE INDEX mandate_of_enterprise ON mandate (tenant, enterprise_id)",
)

# Each passes row security for exactly what it answers.
PERSON_KNOWN = """
CREATE FUNCTION person_known(id text) RETURNS TABLE (name text, identified boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.name, p.resident_digest IS NOT NULL FROM person p WHERE p.tenant = 'platform' AND p.id = person_known.id $$
"""

BRANCHES_OF = """
CREATE FUNCTION branches_of(person text, first_day date, last_day date) RETURNS TABLE (branch text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT DISTINCT CASE a.kind WHEN 'system_admin' THEN 'system' WHEN 'security_admin' THEN 'security'
        WHEN 'audit_admin' THEN 'audit' ELSE 'business' END
    FROM appointment a
    WHERE a.person_id = person AND (last_day IS NULL OR a.since <= last_day)
        AND (a.until IS NULL OR a.until >= first_day) $$
"""

HELD_BY = """
CREATE FUNCTION held_by(person text, day date)
    RETURNS TABLE (tenant text, tenant_name text, department_id text, department text, kinds text[], duties text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT a.tenant, max(t.name), a.department_id, max(d.name), array_agg(DISTINCT a.kind ORDER BY a.kind),
        array_agg(DISTINCT u.name ORDER BY u.name)
    FROM appointment a
    JOIN department d ON (d.tenant, d.id) = (a.tenant, a.department_id)
    JOIN duty u ON (u.tenant, u.id) = (a.tenant, a.duty_id)
    LEFT JOIN tenant t ON t.id = a.tenant
    WHERE a.person_id = person AND a.since <= day AND (a.until IS NULL OR a.until >= day)
        AND (d.closed_on IS NULL OR d.closed_on > day)
    GROUP BY a.tenant, a.department_id $$
"""

ACTS_FOR = """
CREATE FUNCTION acts_for(person text, day date)
    RETURNS TABLE (tenant text, tenant_name text, enterprise_id text, enterprise_name text, kind text, scope text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT m.tenant, t.name, m.enterprise_id, m.enterprise_name, m.kind, m.scope
    FROM mandate m LEFT JOIN tenant t ON t.id = m.tenant
    WHERE m.person_id = person AND m.since <= day AND (m.until IS NULL OR m.until >= day) $$
"""

CREDENTIAL_FOUND = """
CREATE FUNCTION credential_found(digest text, at timestamptz)
    RETURNS TABLE (tenant text, credential_id text, actor_id text, name text, roles text[], enterprise_id text,
        department text, department_id text, of_person boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.tenant, c.id, c.actor_id, c.name, c.roles, c.enterprise_id, c.department, c.department_id, c.of_person
    FROM credential_key k JOIN credential c ON (c.tenant, c.id) = (k.tenant, k.credential_id)
    WHERE k.token_digest = digest AND (k.ends_at IS NULL OR k.ends_at > at) AND (c.ends_at IS NULL OR c.ends_at > at) AND (c.revoked_at IS NULL OR c.revoked_at > at) $$
"""

FUNCTIONS = {
    "person_known": (PERSON_KNOWN, "text"),
    "branches_of": (BRANCHES_OF, "text, date, date"),
    "held_by": (HELD_BY, "text, date"),
    "acts_for": (ACTS_FOR, "text, date"),
    "credential_found": (CREDENTIAL_FOUND, "text, timestamptz"),
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
    for statement in INDEXES:
        op.execute(statement)
    for table in TABLES:
        tenant_table(table)
        grant(table, app="SELECT, INSERT, UPDATE")
    op.execute("ALTER TABLE credential_key ADD COLUMN ends_at timestamptz")
    grant("credential_key", app="UPDATE (ends_at)")
    op.execute(
        """
        ALTER TABLE credential ADD COLUMN ends_at timestamptz, ADD COLUMN former_ends_at timestamptz,
            ADD COLUMN revoked_at timestamptz,
            ADD COLUMN department_id text, ADD COLUMN of_person boolean NOT NULL DEFAULT false
        """
    )
    for name, (statement, arguments) in FUNCTIONS.items():
        op.execute(statement)
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name}({arguments}) FROM PUBLIC")
        grant(f"FUNCTION {name}({arguments})", app="EXECUTE")


def downgrade() -> None:
    for name, (_statement, arguments) in FUNCTIONS.items():
        op.execute(f"DROP FUNCTION {name}({arguments})")
    op.execute(
        "ALTER TABLE credential DROP COLUMN ends_at, DROP COLUMN former_ends_at, DROP COLUMN revoked_at, DROP COLUMN department_id,"
        " DROP COLUMN of_person"
    )
    op.execute("ALTER TABLE credential_key DROP COLUMN ends_at")
    op.execute(f"DROP TABLE {', '.join(reversed(TABLES))}")


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
