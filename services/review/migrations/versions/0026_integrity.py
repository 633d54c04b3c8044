"""Findings about claims, the dishonesty records that come of them, and decisions that money has to come back.

A finding with its record is one row. Across tenants its record is read by one function.
"""

from __future__ import annotations

from alembic import op

revision = "review_0026"
down_revision = "review_0025"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    f"""
    CREATE TABLE integrity_finding (
        {AGGREGATE}, case_id text NOT NULL, claim jsonb NOT NULL, enterprise_id text NOT NULL, filed_in text NOT NULL,
        uscc text NOT NULL, department text NOT NULL, department_id text, ground text NOT NULL,
        origin text NOT NULL CHECK (origin IN ('credit_check', 'officer', 'report')), origin_id text,
        about jsonb NOT NULL, facts_zh text NOT NULL, evidence jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('opened', 'notified', 'defended', 'established', 'not_established')),
        opened_by text NOT NULL, opened_at timestamptz NOT NULL, notice jsonb, defence jsonb, decision jsonb,
        gravity text CHECK (gravity IN ('minor', 'general', 'serious')), from_day date, until_day date, repairable_from date,
        record_state text CHECK (record_state IN ('in_force', 'repaired', 'corrected')), ended_on date,
        requests jsonb NOT NULL, requests_open integer NOT NULL CHECK (requests_open >= 0),
        disputed integer NOT NULL CHECK (disputed IN (0, 1)),
        waiting boolean GENERATED ALWAYS AS (state IN ('opened', 'notified', 'defended') OR requests_open > 0) STORED,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, case_id) REFERENCES review_case (tenant, id),
        CONSTRAINT finding_told_before_it_is_decided CHECK (state IN ('opened') OR notice IS NOT NULL),
        CONSTRAINT finding_decided_with_reasons CHECK ((state IN ('established', 'not_established')) = (decision IS NOT NULL)),
        CONSTRAINT finding_decided_by_another CHECK (decision IS NULL OR decision ->> 'decided_by'
            NOT IN (opened_by, coalesce(notice ->> 'notified_by', ''))),
        CONSTRAINT finding_recorded_when_established CHECK ((state = 'established') = (record_state IS NOT NULL)
            AND (record_state IS NULL) = (from_day IS NULL) AND (record_state IS NULL) = (until_day IS NULL)
            AND (record_state IS NULL) = (repairable_from IS NULL) AND (record_state IS NULL OR gravity IS NOT NULL)),
        CONSTRAINT finding_ended_on_a_day CHECK (coalesce(record_state IN ('repaired', 'corrected'), false) = (ended_on IS NOT NULL)))
    """,
    # The same conduct is held against a firm once: while it is looked into, and after it was established. A record that was
    # wrong stands in nobody's way.
    """
    CREATE UNIQUE INDEX finding_once ON integrity_finding (tenant, case_id, ground)
    WHERE state <> 'not_established' AND (record_state IS NULL OR record_state <> 'corrected')
    """,
    "CREATE INDEX finding_by_time ON integrity_finding (tenant, opened_at DESC, id DESC)",
    "CREATE INDEX finding_of_department ON integrity_finding (tenant, department_id, opened_at DESC, id DESC)",
    """
    CREATE INDEX finding_of_named_department ON integrity_finding (tenant, department, opened_at DESC, id DESC)
    WHERE department_id IS NULL
    """,
    # Few wait at a time, of however many there are.
    "CREATE INDEX finding_waiting ON integrity_finding (tenant, opened_at DESC, id DESC) WHERE waiting",
    "CREATE INDEX finding_of_case ON integrity_finding (tenant, case_id)",
    "CREATE INDEX finding_of_firm ON integrity_finding (filed_in, enterprise_id)",
    "CREATE INDEX finding_of_code ON integrity_finding (uscc) WHERE record_state IS NOT NULL",
    "CREATE INDEX finding_by_decision ON integrity_finding (tenant, from_day, id) WHERE record_state IS NOT NULL",
    f"""
    CREATE TABLE recovery_decision (
        {AGGREGATE}, finding_id text NOT NULL, case_id text NOT NULL, claim jsonb NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0), number text NOT NULL, basis_zh text NOT NULL, revision integer,
        state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'declined')),
        proposed_by text NOT NULL, proposed_at timestamptz NOT NULL, decided_by text, decided_at timestamptz, answer text,
        PRIMARY KEY (tenant, id),
        FOREIGN KEY (tenant, finding_id) REFERENCES integrity_finding (tenant, id),
        CONSTRAINT recovery_decided_by_somebody CHECK (
            (state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT recovery_by_two_persons CHECK (state <> 'confirmed' OR decided_by <> proposed_by),
        CONSTRAINT recovery_makes_a_revision CHECK ((state = 'confirmed') = (revision IS NOT NULL)))
    """,
    "CREATE UNIQUE INDEX recovery_asked_once ON recovery_decision (tenant, case_id) WHERE state = 'proposed'",
    "CREATE INDEX recovery_of_finding ON recovery_decision (tenant, finding_id)",
    # The only way to another tenant's records. What was corrected was never right, and is told to nobody; whether a record is
    # over by now the caller knows by its last day.
    """
    CREATE FUNCTION dishonesty_of(codes text[]) RETURNS TABLE (uscc text, ground text, gravity text, from_day date,
        until_day date, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT f.uscc, f.ground, f.gravity, f.from_day, CASE WHEN f.record_state = 'repaired' THEN f.ended_on ELSE f.until_day END,
        CASE WHEN f.record_state = 'in_force' AND f.disputed = 1 THEN 'disputed' ELSE f.record_state END
    FROM unnest(codes) AS code
    JOIN LATERAL (SELECT * FROM integrity_finding i WHERE i.uscc = code AND i.record_state IS NOT NULL OFFSET 0) AS f ON true
    WHERE f.record_state <> 'corrected'
    ORDER BY f.uscc, f.from_day, f.ground
    $$
    """,
    "REVOKE ALL ON FUNCTION dishonesty_of(text[]) FROM PUBLIC",
    # In which place a finding lies that a firm has been told of: ids, nothing of what it says.
    """
    CREATE FUNCTION finding_places_of(place text, enterprises text[]) RETURNS TABLE (finding_id text, tenant text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT f.id, f.tenant
    FROM unnest(enterprises) AS one
    JOIN LATERAL (SELECT i.id, i.tenant FROM integrity_finding i
        WHERE i.filed_in = place AND i.enterprise_id = one AND i.state <> 'opened' OFFSET 0) AS f ON true
    ORDER BY f.tenant, f.id
    $$
    """,
    "REVOKE ALL ON FUNCTION finding_places_of(text, text[]) FROM PUBLIC",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("integrity_finding", "recovery_decision"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT, UPDATE")
    op.execute(f"GRANT EXECUTE ON FUNCTION dishonesty_of(text[]), finding_places_of(text, text[]) TO {_role('app')}")


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
