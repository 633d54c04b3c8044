"""What the ledger stands at is kept as it grows: by line and account, and how many payments of a line were made or came back.

Kept by triggers and not by today's code: the former version posts beside this one during an upgrade, and a statement by hand
counts as well. The rows of a line are changed by whoever holds the line's lock, as all who move its money do, so that nobody
waits for anybody else than before. The service reads them and may not write them.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0006"
down_revision = "treasury_0005"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE ledger_balance (
        tenant text NOT NULL, line_id text NOT NULL, account text NOT NULL, amount_fen bigint NOT NULL,
        PRIMARY KEY (tenant, line_id, account), FOREIGN KEY (tenant, line_id) REFERENCES budget_line)
    """,
    """
    CREATE TABLE disbursement_total (
        tenant text NOT NULL, line_id text NOT NULL, state text NOT NULL CHECK (state IN ('settled', 'returned')),
        payments bigint NOT NULL CHECK (payments >= 0), amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
        renewed bigint NOT NULL CHECK (renewed BETWEEN 0 AND payments),
        PRIMARY KEY (tenant, line_id, state), FOREIGN KEY (tenant, line_id) REFERENCES budget_line)
    """,
)

ADD_POSTINGS = """
    INSERT INTO ledger_balance (tenant, line_id, account, amount_fen)
    SELECT p.tenant, e.line_id, p.account, sum(p.amount_fen)
    FROM {postings} p JOIN ledger_entry e ON (e.tenant, e.id) = (p.tenant, p.entry_id)
    GROUP BY p.tenant, e.line_id, p.account ORDER BY p.tenant, e.line_id, p.account
    ON CONFLICT (tenant, line_id, account) DO UPDATE SET amount_fen = ledger_balance.amount_fen + EXCLUDED.amount_fen
"""
ADD_PAYMENTS = """
    MERGE INTO disbursement_total t USING (
        SELECT tenant, line_id, state, sum(payments) AS payments, sum(fen) AS fen, sum(renewed) AS renewed FROM ({changes}) c
        GROUP BY tenant, line_id, state HAVING sum(payments) <> 0 OR sum(fen) <> 0 ORDER BY tenant, line_id, state) n
    ON (t.tenant, t.line_id, t.state) = (n.tenant, n.line_id, n.state)
    WHEN MATCHED THEN UPDATE SET payments = t.payments + n.payments, amount_fen = t.amount_fen + n.fen,
        renewed = t.renewed + n.renewed
    WHEN NOT MATCHED THEN INSERT VALUES (n.tenant, n.line_id, n.state, n.payments, n.fen, n.renewed)
"""
PAID = """SELECT tenant, line_id, state, {sign}1 AS payments, {sign}amount_fen AS fen,
    CASE WHEN previous_id IS NULL THEN 0 ELSE {sign}1 END AS renewed FROM {rows} WHERE state IN ('settled', 'returned')"""
ADDED, FORMER = PAID.format(sign="", rows="added"), PAID.format(sign="-", rows="former")

TRIGGERS = (
    f"""
    CREATE FUNCTION ledger_balance_of_postings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$ BEGIN {ADD_POSTINGS.format(postings="added")}; RETURN NULL; END $$
    """,
    f"""
    CREATE FUNCTION disbursement_total_of_new() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$ BEGIN {ADD_PAYMENTS.format(changes=ADDED)}; RETURN NULL; END $$
    """,
    f"""
    CREATE FUNCTION disbursement_total_of_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
    AS $$ BEGIN {ADD_PAYMENTS.format(changes=f"{ADDED} UNION ALL {FORMER}")}; RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER ledger_balance_of_postings AFTER INSERT ON ledger_posting
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_balance_of_postings()
    """,
    """
    CREATE TRIGGER disbursement_total_of_new AFTER INSERT ON disbursement
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION disbursement_total_of_new()
    """,
    """
    CREATE TRIGGER disbursement_total_of_moved AFTER UPDATE ON disbursement
        REFERENCING OLD TABLE AS former NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION disbursement_total_of_moved()
    """,
)


def upgrade() -> None:
    # Whoever posts waits from here on until all that has been posted is summed: about a second for a million cases.
    for statement in (*TABLES, *TRIGGERS):
        op.execute(statement)
    op.execute(ADD_POSTINGS.format(postings="ledger_posting"))
    op.execute(ADD_PAYMENTS.format(changes=PAID.format(sign="", rows="disbursement")))
    for table in ("ledger_balance", "disbursement_total"):
        tenant_table(table)
        grant(table, app="SELECT")


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
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
