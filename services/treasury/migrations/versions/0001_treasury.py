"""Budget lines, disbursements, the ledger, payee accounts as heard, the cursor of returns.

What must never happen to money is refused here once more, by the database itself: a line below zero, a payment
released by its maker, two live attempts for one instalment, an instruction used twice, the same step posted
twice, a ledger entry that does not balance or is changed afterwards.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0001"
down_revision = None
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

BUDGET_LINE = f"""
CREATE TABLE budget_line (
    {AGGREGATE}, year integer NOT NULL, department text NOT NULL, item_id text,
    mode text NOT NULL CHECK (mode IN ('quota', 'revolving')),
    appropriated_fen bigint NOT NULL CHECK (appropriated_fen >= 0),
    reserved_fen bigint NOT NULL CHECK (reserved_fen >= 0),
    settled_fen bigint NOT NULL,
    returned_fen bigint NOT NULL CHECK (returned_fen BETWEEN 0 AND settled_fen),
    swept_fen bigint NOT NULL CHECK (swept_fen BETWEEN 0 AND returned_fen),
    PRIMARY KEY (tenant, id),
    CONSTRAINT budget_line_once UNIQUE NULLS NOT DISTINCT (tenant, year, department, item_id),
    CONSTRAINT budget_line_never_below_zero
        CHECK (appropriated_fen - reserved_fen - (settled_fen - returned_fen) - swept_fen >= 0))
"""

DISBURSEMENT = f"""
CREATE TABLE disbursement (
    {AGGREGATE}, case_id text NOT NULL, claim jsonb NOT NULL, department text NOT NULL, item_id text NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0), payee jsonb NOT NULL,
    revision integer NOT NULL, instalment integer NOT NULL, attempt integer NOT NULL, previous_id text,
    approved_by text NOT NULL, approved_at timestamptz NOT NULL, received_at timestamptz NOT NULL,
    year integer NOT NULL, payout_days integer NOT NULL, clock_started_at timestamptz NOT NULL,
    due_at timestamptz, alarmed integer NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'ready', 'authorised', 'sent', 'unknown', 'settled', 'failed',
        'returned', 'cancelled')),
    reason text, line_id text, authorised_by text, authorised_at timestamptz,
    instruction_id text, sent_at timestamptz, unheard integer NOT NULL,
    bank_reference text, settled_at timestamptz,
    PRIMARY KEY (tenant, id),
    CONSTRAINT disbursement_line FOREIGN KEY (tenant, line_id) REFERENCES budget_line,
    CONSTRAINT disbursement_previous FOREIGN KEY (tenant, previous_id) REFERENCES disbursement,
    CONSTRAINT disbursement_attempt_once UNIQUE (tenant, case_id, revision, instalment, attempt),
    CONSTRAINT disbursement_instruction_once UNIQUE (tenant, instruction_id),
    CONSTRAINT disbursement_checker_is_not_maker CHECK (authorised_by <> approved_by),
    CONSTRAINT disbursement_draws_on_a_line CHECK (line_id IS NOT NULL OR state IN ('held', 'cancelled')),
    CONSTRAINT disbursement_sent_only_when_authorised CHECK (
        (authorised_by IS NOT NULL AND authorised_at IS NOT NULL) OR state IN ('held', 'ready', 'cancelled')),
    CONSTRAINT disbursement_sent_with_an_instruction CHECK (
        (instruction_id IS NOT NULL AND sent_at IS NOT NULL)
        = (state IN ('sent', 'unknown', 'settled', 'failed', 'returned'))),
    CONSTRAINT disbursement_settled_with_a_reference CHECK (
        (bank_reference IS NOT NULL AND settled_at IS NOT NULL) = (state IN ('settled', 'returned'))))
"""

LEDGER_ENTRY = """
CREATE TABLE ledger_entry (
    tenant text NOT NULL, id text NOT NULL, line_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('appropriate', 'reserve', 'release', 'settle', 'return', 'sweep')),
    disbursement_id text, document text, reverses text, at timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    CONSTRAINT ledger_entry_line FOREIGN KEY (tenant, line_id) REFERENCES budget_line,
    CONSTRAINT ledger_entry_disbursement FOREIGN KEY (tenant, disbursement_id) REFERENCES disbursement,
    CONSTRAINT ledger_entry_reversed FOREIGN KEY (tenant, reverses) REFERENCES ledger_entry,
    CONSTRAINT ledger_entry_step_once UNIQUE (tenant, disbursement_id, kind),
    CONSTRAINT ledger_entry_reversed_once UNIQUE (tenant, reverses),
    CONSTRAINT ledger_entry_has_its_cause CHECK (
        CASE kind WHEN 'appropriate' THEN document IS NOT NULL AND disbursement_id IS NULL
        ELSE document IS NULL AND disbursement_id IS NOT NULL END),
    CONSTRAINT ledger_entry_reverses_what_it_undoes CHECK ((kind IN ('release', 'return')) = (reverses IS NOT NULL)))
"""

LEDGER_POSTING = """
CREATE TABLE ledger_posting (
    tenant text NOT NULL, entry_id text NOT NULL,
    account text NOT NULL CHECK (account IN ('appropriation', 'available', 'reserved', 'paid', 'swept')),
    amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
    PRIMARY KEY (tenant, entry_id, account),
    CONSTRAINT ledger_posting_entry FOREIGN KEY (tenant, entry_id) REFERENCES ledger_entry)
"""

# Looked at when the transaction commits, from both tables: an entry without postings does not balance either,
# and a posting added to an old entry is found out. No rows sum to NULL, which is distinct from zero.
LEDGER_BALANCES = """
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry text := to_jsonb(NEW) ->> TG_ARGV[0];
    total numeric := (SELECT sum(amount_fen) FROM ledger_posting WHERE tenant = NEW.tenant AND entry_id = entry);
BEGIN
    IF total IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'ledger entry % does not balance: %', entry, coalesce(total::text, 'no postings')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balances';
    END IF;
    RETURN NULL;
END $$
"""

LEDGER_IS_APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only ever added to: reverse the entry' USING ERRCODE = 'restrict_violation';
END $$
"""

TRIGGERS = (
    LEDGER_BALANCES,
    """
    CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances('id')
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_posting_balances AFTER INSERT ON ledger_posting
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances('entry_id')
    """,
    LEDGER_IS_APPEND_ONLY,
    *(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        for table in ("ledger_entry", "ledger_posting")
    ),
)

INDEXES = (
    # One instalment is paid by one attempt at a time, whatever was approved how often.
    """
    CREATE UNIQUE INDEX disbursement_one_alive ON disbursement (tenant, case_id, instalment)
        WHERE state NOT IN ('failed', 'returned', 'cancelled')
    """,
    """
    CREATE INDEX disbursement_waiting ON disbursement (tenant, year, department, approved_at, case_id)
        WHERE state = 'held'
    """,
    "CREATE INDEX disbursement_by_receipt ON disbursement (tenant, received_at, id)",
    "CREATE INDEX disbursement_by_state ON disbursement (tenant, state, received_at, id)",
    "CREATE INDEX ledger_entry_by_line ON ledger_entry (tenant, line_id)",
)

PAYEE_ACCOUNT = """
CREATE TABLE payee_account (
    tenant text NOT NULL, enterprise_id text NOT NULL, account_version integer NOT NULL, payee jsonb NOT NULL,
    PRIMARY KEY (tenant, enterprise_id))
"""

RETURN_CURSOR = "CREATE TABLE return_cursor (tenant text NOT NULL PRIMARY KEY, after bigint NOT NULL)"


def upgrade() -> None:
    for statement in (BUDGET_LINE, DISBURSEMENT, LEDGER_ENTRY, LEDGER_POSTING, PAYEE_ACCOUNT, RETURN_CURSOR):
        op.execute(statement)
    for statement in (*INDEXES, *TRIGGERS):
        op.execute(statement)
    tables = ("budget_line", "disbursement", "ledger_entry", "ledger_posting", "payee_account", "return_cursor")
    for table in tables:
        tenant_table(table)
    for table in ("budget_line", "disbursement", "payee_account", "return_cursor"):
        grant(table, app="SELECT, INSERT, UPDATE")
    for table in ("ledger_entry", "ledger_posting"):
        grant(table, app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("资金库不回退：先备份，再恢复。(the treasury's tables are not taken down; restore a backup)")


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
