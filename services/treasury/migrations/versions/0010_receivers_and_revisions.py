"""An approval has several receivers; the newest revision of each, what has to come back, and what may come are kept.

`part` is the receiver's number: what is there already is the first. `terms` is what else the approval said, and the columns
beside it are what of it rows are found by. Two things may now be paid of one place: what an earlier revision granted, and the
difference that a later one grants; so one attempt is under way at a time, and one of each revision is paid.

The former version runs beside this one: it knows the first receiver only, and what it enters has no terms. Indexes are made
while the service goes on, after all else is kept; where that breaks off, all of it is done again, and changes nothing twice.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0010"
down_revision = "treasury_0009"
branch_labels = None
depends_on = None

COLUMNS = (
    """
    ALTER TABLE disbursement
        ADD COLUMN IF NOT EXISTS part integer NOT NULL DEFAULT 1, ADD COLUMN IF NOT EXISTS terms jsonb,
        ADD COLUMN IF NOT EXISTS approved_fen bigint, ADD COLUMN IF NOT EXISTS withheld_fen bigint,
        ADD COLUMN IF NOT EXISTS withheld_by text,
        ADD COLUMN IF NOT EXISTS payout_unit text NOT NULL DEFAULT 'working_days',
        ADD COLUMN IF NOT EXISTS paying_department_id text, ADD COLUMN IF NOT EXISTS budget_code text,
        ADD COLUMN IF NOT EXISTS holder_id text,
        ADD COLUMN IF NOT EXISTS income_tax text
    """,
    # Checked from now on: before there were none of these.
    """
    ALTER TABLE disbursement
        DROP CONSTRAINT IF EXISTS disbursement_part,
        DROP CONSTRAINT IF EXISTS disbursement_payout_unit,
        DROP CONSTRAINT IF EXISTS disbursement_withheld,
        DROP CONSTRAINT IF EXISTS disbursement_withholder_is_not_checker,
        DROP CONSTRAINT IF EXISTS disbursement_not_before_the_tax,
        ADD CONSTRAINT disbursement_part CHECK (part >= 1) NOT VALID,
        ADD CONSTRAINT disbursement_payout_unit
            CHECK (payout_unit IN ('working_days', 'calendar_days', 'hours')) NOT VALID,
        ADD CONSTRAINT disbursement_withheld
            CHECK (withheld_fen >= 0 AND (withheld_fen IS NULL) = (withheld_by IS NULL)) NOT VALID,
        ADD CONSTRAINT disbursement_withholder_is_not_checker CHECK (authorised_by <> withheld_by) NOT VALID,
        ADD CONSTRAINT disbursement_not_before_the_tax CHECK (
            income_tax IS DISTINCT FROM 'withheld' OR withheld_fen IS NOT NULL OR state IN ('held', 'cancelled')) NOT VALID
    """,
    "ALTER TABLE budget_line ADD COLUMN IF NOT EXISTS code text",
    """
    ALTER TABLE budget_line DROP CONSTRAINT IF EXISTS budget_line_once, ADD CONSTRAINT budget_line_once
        UNIQUE NULLS NOT DISTINCT (tenant, year, department, item_id, code)
    """,
)

TABLES = (
    """
    CREATE TABLE IF NOT EXISTS holder_account (
        tenant text NOT NULL, holder_id text NOT NULL, account_version integer NOT NULL, holder jsonb NOT NULL,
        payee jsonb NOT NULL, PRIMARY KEY (tenant, holder_id))
    """,
    # The part 0 is a refusal, which is of every receiver.
    """
    CREATE TABLE IF NOT EXISTS latest_approval (
        tenant text NOT NULL, case_id text NOT NULL, instalment integer NOT NULL, part integer NOT NULL CHECK (part >= 0),
        revision integer NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen >= 0), approval jsonb,
        heard_at timestamptz NOT NULL, PRIMARY KEY (tenant, case_id, instalment, part))
    """,
    """
    CREATE TABLE IF NOT EXISTS recovery (
        tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text,
        case_id text NOT NULL, claim jsonb NOT NULL, instalment integer NOT NULL, part integer NOT NULL,
        revision integer NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        state text NOT NULL CHECK (state IN ('open', 'void')), reason text NOT NULL, payee_name text NOT NULL,
        due_since timestamptz NOT NULL, PRIMARY KEY (tenant, id),
        CONSTRAINT recovery_once UNIQUE (tenant, case_id, instalment, part, revision))
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS recovery_one_open ON recovery (tenant, case_id, instalment, part) WHERE state = 'open'",
    "CREATE INDEX IF NOT EXISTS recovery_newest ON recovery (tenant, due_since, id)",
    # What is over stays, so that an older event that is told again does not bring it back.
    """
    CREATE TABLE IF NOT EXISTS forecast (
        tenant text NOT NULL, case_id text NOT NULL, instalment integer NOT NULL, part integer NOT NULL,
        first_case_id text NOT NULL, year integer NOT NULL, department text NOT NULL, department_id text,
        item_id text NOT NULL, item_title text NOT NULL, amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
        over boolean NOT NULL DEFAULT false, PRIMARY KEY (tenant, case_id, instalment, part))
    """,
    "CREATE INDEX IF NOT EXISTS forecast_of_year ON forecast (tenant, year, department) WHERE NOT over",
    "CREATE INDEX IF NOT EXISTS forecast_of_first_case ON forecast (tenant, first_case_id)",
)

INDEXES = {
    "disbursement_attempt_of_part": "UNIQUE INDEX {name} ON disbursement"
    " (tenant, case_id, revision, instalment, part, attempt)",
    "disbursement_one_under_way": "UNIQUE INDEX {name} ON disbursement (tenant, case_id, instalment, part)"
    " WHERE state NOT IN ('settled', 'failed', 'returned', 'cancelled')",
    "disbursement_one_paid": "UNIQUE INDEX {name} ON disbursement (tenant, case_id, instalment, part, revision)"
    " WHERE state NOT IN ('failed', 'returned', 'cancelled')",
    "disbursement_unsent_to": "INDEX {name} ON disbursement (tenant, holder_id)"
    " WHERE holder_id IS NOT NULL AND state IN ('held', 'ready', 'authorised')",
}
"""Nobody waits for them. One that was left half made is made anew."""

FORMER = (
    "ALTER TABLE disbursement DROP CONSTRAINT IF EXISTS disbursement_attempt_once",
    "DROP INDEX IF EXISTS disbursement_one_alive",
)
"""They know one receiver only. They go when what takes their place is there."""


def upgrade() -> None:
    for statement in (*COLUMNS, *TABLES):
        op.execute(statement)
    for table in ("holder_account", "latest_approval", "recovery", "forecast"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT, UPDATE")
    with op.get_context().autocommit_block():
        for name, made in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute("CREATE " + made.format(name=name).replace("INDEX", "INDEX CONCURRENTLY", 1))
        for statement in FORMER:
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("资金库不回退：先备份，再恢复。(treasury's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def tenant_table(table: str) -> None:
    """Row-level security by tenant, for everybody including the owner."""
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"DROP POLICY IF EXISTS {table}_by_tenant ON {table}")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
