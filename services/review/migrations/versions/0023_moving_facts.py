"""Facts that move under open cases, and the later instalments of a claim."""

from __future__ import annotations

from alembic import op

revision = "review_0023"
down_revision = "review_0022"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Without row security, as dossier_code: a case of a city rests on a firm of a county, whose facts are heard in the county's
    # name. Ids and a public code, nothing of what the claim says.
    """
    CREATE TABLE case_claimant (
        case_tenant text NOT NULL, case_id text NOT NULL, tenant text NOT NULL, enterprise_id text NOT NULL,
        uscc text NOT NULL, is_open boolean NOT NULL, awaits_instalment boolean NOT NULL DEFAULT false,
        PRIMARY KEY (case_tenant, case_id))
    """,
    "CREATE INDEX case_claimant_of_firm ON case_claimant (tenant, enterprise_id)",
    "CREATE INDEX case_claimant_of_code ON case_claimant (uscc) WHERE is_open",
    "CREATE INDEX case_claimant_of_case ON case_claimant (case_id)",
    """
    INSERT INTO case_claimant (case_tenant, case_id, tenant, enterprise_id, uscc, is_open)
    SELECT tenant, id, claim ->> 'filed_in', claim ->> 'enterprise_id', claim ->> 'uscc', state IN ('received', 'accepted')
    FROM review_case
    """,
    # A trigger, so that it is right whichever way a case begins, ends, or begins again.
    """
    CREATE FUNCTION note_claimant() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO case_claimant (case_tenant, case_id, tenant, enterprise_id, uscc, is_open)
        VALUES (NEW.tenant, NEW.id, NEW.claim ->> 'filed_in', NEW.claim ->> 'enterprise_id', NEW.claim ->> 'uscc',
            NEW.state IN ('received', 'accepted'))
        ON CONFLICT (case_tenant, case_id) DO UPDATE SET is_open = EXCLUDED.is_open
        WHERE case_claimant.is_open <> EXCLUDED.is_open;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER review_case_claimant AFTER INSERT ON review_case FOR EACH ROW EXECUTE FUNCTION note_claimant()
    """,
    """
    CREATE TRIGGER review_case_claimant_anew AFTER UPDATE ON review_case FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_claimant()
    """,
    """
    CREATE TABLE heard_facts (
        tenant text NOT NULL, enterprise_id text NOT NULL, number bigint GENERATED ALWAYS AS IDENTITY,
        heard_at timestamptz NOT NULL, said jsonb NOT NULL, PRIMARY KEY (tenant, enterprise_id, number))
    """,
    "CREATE INDEX heard_facts_by_time ON heard_facts USING brin (heard_at)",
    # Ids only, for whoever decides in the case's tenant while the facts are the firm's.
    """
    CREATE TABLE moving_case (
        case_tenant text NOT NULL, case_id text NOT NULL, mark text NOT NULL, PRIMARY KEY (case_tenant, case_id))
    """,
    """
    CREATE TABLE case_fact_change (
        tenant text NOT NULL, case_id text NOT NULL, number bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL,
        period text, was jsonb, now jsonb, counts text NOT NULL CHECK (counts IN ('was', 'now', 'neither')),
        changed_at timestamptz NOT NULL, PRIMARY KEY (tenant, case_id, number),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id) DEFERRABLE INITIALLY DEFERRED)
    """,
    "ALTER TABLE review_case ADD COLUMN paid_before jsonb",
    f"""
    CREATE TABLE instalment_plan (
        {AGGREGATE}, claim jsonb NOT NULL, parts jsonb NOT NULL, claim_year integer NOT NULL, schedule integer,
        whole_fen bigint, settled jsonb NOT NULL, number integer NOT NULL, due_from date,
        state text NOT NULL CHECK (state IN ('scheduled', 'open', 'ended')), why text NOT NULL,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, id) REFERENCES review_case (tenant, id))
    """,
    # Claims that were granted before instalments were followed are looked at once this version runs.
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT tenant, 'instalment_decided', id, now() FROM review_case
    WHERE state = 'approved' AND assessment -> 'instalment' <> 'null' ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT tenant, 'facts_moved', id, now() FROM review_case WHERE state IN ('received', 'accepted')
    ON CONFLICT DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("heard_facts", "case_fact_change", "instalment_plan"):
        tenant_table(table)
    grant("case_claimant", app="SELECT, INSERT, UPDATE")
    grant("heard_facts", app="SELECT, INSERT, DELETE")
    grant("moving_case", app="SELECT, INSERT, UPDATE, DELETE")
    grant("case_fact_change", app="SELECT, INSERT")
    grant("instalment_plan", app="SELECT, INSERT, UPDATE")


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
