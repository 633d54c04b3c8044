"""Fact withdrawals, labels, consents, materials, merges."""

from __future__ import annotations

from alembic import op

revision = "catalog_0003"
down_revision = "catalog_0002"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

FACTS = (
    """
    ALTER TABLE enterprise_fact
        ADD COLUMN source_kind text, ADD COLUMN recorded_for text, ADD COLUMN moved_from text
    """,
    # A fact is never changed: that it was withdrawn is a row of its own.
    """
    CREATE TABLE enterprise_fact_withdrawal (
        tenant text NOT NULL, enterprise_id text NOT NULL, version integer NOT NULL, ordinal integer NOT NULL,
        reason text NOT NULL, withdrawn_by text NOT NULL, withdrawn_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, enterprise_id, version, ordinal),
        FOREIGN KEY (tenant, enterprise_id, version, ordinal) REFERENCES enterprise_fact)
    """,
    "DROP VIEW enterprise_fact_current",
    """
    CREATE VIEW enterprise_fact_current WITH (security_invoker = true) AS
        SELECT DISTINCT ON (tenant, enterprise_id, name, period) * FROM enterprise_fact f
        WHERE NOT EXISTS (
            SELECT FROM enterprise_fact_withdrawal w
            WHERE (w.tenant, w.enterprise_id, w.version, w.ordinal)
                = (f.tenant, f.enterprise_id, f.version, f.ordinal))
        ORDER BY tenant, enterprise_id, name, period, as_of DESC, version DESC, ordinal DESC
    """,
    """
    ALTER TABLE enterprise
        ADD COLUMN withdrawn jsonb NOT NULL DEFAULT '[]', ADD COLUMN merged_into text, ADD COLUMN merged_at timestamptz,
        ADD CONSTRAINT enterprise_merged_into_another CHECK (merged_into <> id),
        ADD CONSTRAINT enterprise_merged_once CHECK ((merged_into IS NULL) = (merged_at IS NULL))
    """,
    "CREATE INDEX enterprise_merged ON enterprise (tenant, merged_into) WHERE merged_into IS NOT NULL",
    """
    ALTER TABLE payee_account
        ADD COLUMN withdrawn_by text, ADD COLUMN withdrawn_at timestamptz, ADD COLUMN withdrawn_why text,
        ADD CONSTRAINT payee_account_withdrawn_unconfirmed CHECK (withdrawn_by IS NULL OR state = 'registered'),
        ADD CONSTRAINT payee_account_withdrawn_for_a_reason CHECK (
            (withdrawn_by IS NULL) = (withdrawn_at IS NULL) AND (withdrawn_by IS NULL) = (withdrawn_why IS NULL))
    """,
)

TABLES = (
    # What a label means is public, like an item: a county's file shows the city's labels.
    f"""
    CREATE TABLE label_rule (
        {AGGREGATE}, code text NOT NULL, label_version integer NOT NULL, department text,
        content jsonb NOT NULL, defined_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id), CONSTRAINT label_rule_code_once UNIQUE (tenant, code))
    """,
    f"""
    CREATE TABLE consent (
        {AGGREGATE}, enterprise_id text NOT NULL, grantee text NOT NULL, grantee_name text NOT NULL,
        labels jsonb NOT NULL, purposes jsonb NOT NULL, valid_from date NOT NULL, valid_until date NOT NULL,
        given_by text NOT NULL, given_at timestamptz NOT NULL, revoked_by text, revoked_at timestamptz,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise,
        CONSTRAINT consent_ends_after_it_begins CHECK (valid_until >= valid_from),
        CONSTRAINT consent_revoked_by_somebody CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)))
    """,
    "CREATE INDEX consent_of_enterprise ON consent (tenant, enterprise_id, grantee)",
    f"""
    CREATE TABLE disclosure (
        {AGGREGATE}, enterprise_id text NOT NULL, subject text NOT NULL, reason text NOT NULL, consent_id text,
        seen_by text NOT NULL, seen_by_name text NOT NULL, seen_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise)
    """,
    "CREATE INDEX disclosure_of_enterprise ON disclosure (tenant, enterprise_id, id)",
    f"""
    CREATE TABLE material (
        {AGGREGATE}, enterprise_id text NOT NULL, kind text NOT NULL, name text NOT NULL, number text,
        issuer text NOT NULL, sha256 text NOT NULL, valid_from date NOT NULL, valid_until date,
        kept_by text NOT NULL, kept_at timestamptz NOT NULL, replaced_by text,
        withdrawn_by text, withdrawn_at timestamptz, withdrawn_why text, moved_from text,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise,
        CONSTRAINT material_ends_after_it_begins CHECK (valid_until >= valid_from),
        CONSTRAINT material_withdrawn_for_a_reason CHECK (
            (withdrawn_by IS NULL) = (withdrawn_at IS NULL) AND (withdrawn_by IS NULL) = (withdrawn_why IS NULL)))
    """,
    "CREATE INDEX material_of_enterprise ON material (tenant, enterprise_id, id)",
    """
    CREATE INDEX material_running_out ON material (tenant, valid_until, id)
        WHERE replaced_by IS NULL AND withdrawn_by IS NULL AND valid_until IS NOT NULL
    """,
    f"""
    CREATE TABLE enterprise_merge (
        {AGGREGATE}, absorbed_id text NOT NULL, surviving_id text NOT NULL, reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'declined')),
        proposed_by text NOT NULL, proposed_at timestamptz NOT NULL,
        decided_by text, decided_at timestamptz, answer text,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, absorbed_id) REFERENCES enterprise (tenant, id),
        FOREIGN KEY (tenant, surviving_id) REFERENCES enterprise (tenant, id),
        CONSTRAINT enterprise_merge_of_two CHECK (absorbed_id <> surviving_id),
        CONSTRAINT enterprise_merge_by_a_second_person CHECK (state <> 'confirmed' OR decided_by <> proposed_by),
        CONSTRAINT enterprise_merge_decided_by_somebody CHECK (
            (state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)))
    """,
    """
    CREATE UNIQUE INDEX enterprise_merge_proposed_once ON enterprise_merge (tenant, absorbed_id)
        WHERE state = 'proposed'
    """,
)


def upgrade() -> None:
    for statement in (*FACTS, *TABLES):
        op.execute(statement)
    for table in ("enterprise_fact_withdrawal", "consent", "disclosure", "material", "enterprise_merge"):
        tenant_table(table)
    grant("enterprise_fact_current", app="SELECT")
    grant("enterprise_fact_withdrawal", app="SELECT, INSERT")
    for table in ("label_rule", "consent", "material", "enterprise_merge"):
        grant(table, app="SELECT, INSERT, UPDATE")
    # Who has seen what stays as it was written.
    grant("disclosure", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


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
