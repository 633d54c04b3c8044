"""What is known of accounts, of what the bank never heard of, and of its returns; entries of the ledger are sealed.

The former version runs beside this one: it writes disbursements, reads returns for each tenant, and adds entries that it does
not seal. So the directory of instructions is kept by the database itself, and an entry that comes without its audit fact gets
one that says so.
"""

from __future__ import annotations

from alembic import op

revision = "treasury_0005"
down_revision = "treasury_0004"
branch_labels = None
depends_on = None

ACCOUNTS = (
    """
    CREATE TABLE merged_enterprise (
        tenant text NOT NULL, absorbed_id text NOT NULL, surviving_id text NOT NULL,
        PRIMARY KEY (tenant, absorbed_id))
    """,
    "CREATE INDEX merged_enterprise_of ON merged_enterprise (tenant, surviving_id)",
    # Under row security the server takes no index over what lies inside a document.
    """
    ALTER TABLE disbursement
        ADD COLUMN payee_of text, ADD COLUMN asked_at timestamptz, ADD COLUMN quiet_since timestamptz,
        ADD COLUMN unheard_instruction_id text, ADD COLUMN unheard_asked_at timestamptz,
        ADD COLUMN contradiction text, ADD COLUMN return_listed_at timestamptz,
        ADD COLUMN filed_in text GENERATED ALWAYS AS (claim ->> 'filed_in') STORED,
        ADD COLUMN enterprise_id text GENERATED ALWAYS AS (claim ->> 'enterprise_id') STORED
    """,
    """
    CREATE INDEX disbursement_unsent_of ON disbursement (tenant, filed_in, enterprise_id)
        WHERE state IN ('held', 'ready', 'authorised')
    """,
    # What the former version gave up after so many noes it may have given up too early: it is waited for from now on.
    """
    UPDATE disbursement SET quiet_since = now()
    WHERE state = 'failed' AND reason LIKE '银行连续 % 次答复未收到该指令%'
    """,
)

RETURNS = (
    # Whose an instruction is: the bank's list of returns is one for all tenants, and names instructions only.
    """
    CREATE TABLE bank_instruction (
        instruction_id text PRIMARY KEY, tenant text NOT NULL, disbursement_id text NOT NULL)
    """,
    """
    CREATE FUNCTION bank_instruction_is_known() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO bank_instruction (instruction_id, tenant, disbursement_id)
        VALUES (NEW.instruction_id, NEW.tenant, NEW.id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER disbursement_instruction_is_known AFTER INSERT OR UPDATE OF instruction_id ON disbursement
        FOR EACH ROW WHEN (NEW.instruction_id IS NOT NULL) EXECUTE FUNCTION bank_instruction_is_known()
    """,
    """
    INSERT INTO bank_instruction (instruction_id, tenant, disbursement_id)
    SELECT instruction_id, tenant, id FROM disbursement WHERE instruction_id IS NOT NULL ON CONFLICT DO NOTHING
    """,
    "CREATE TABLE bank_cursor (bank text PRIMARY KEY, after bigint NOT NULL)",
    # From where the tenant that has read least is: what others have read already changes nothing when it is read again.
    """
    INSERT INTO bank_cursor (bank, after)
    SELECT 'bank', min(after) FROM return_cursor HAVING min(after) IS NOT NULL
    """,
    """
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT min(tenant), 'fetch_returns', 'bank', now() FROM return_cursor HAVING min(tenant) IS NOT NULL
    ON CONFLICT DO NOTHING
    """,
)

UNSEALED_ENTRY = """
CREATE FUNCTION seal_ledger_entry(entry ledger_entry) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := clock_timestamp();
    salt bytea := uuid_send(gen_random_uuid());
    who text := 'not_recorded';
    what text := 'treasury_0005';
    utc timestamp := at AT TIME ZONE 'UTC';
    written text := to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS')
        || CASE WHEN to_char(utc, 'US') = '000000' THEN '' ELSE '.' || to_char(utc, 'US') END || '+00:00';
    body text := jsonb_build_object('id', entry.id, 'tenant', entry.tenant, 'line_id', entry.line_id, 'kind', entry.kind,
        'disbursement_id', entry.disbursement_id, 'document', entry.document, 'reverses', entry.reverses, 'at', entry.at,
        'origin', 'entered before entries were sealed, or by a version that did not seal them', 'traceparent', NULL,
        'postings', (SELECT jsonb_object_agg(account, amount_fen) FROM ledger_posting p
            WHERE (p.tenant, p.entry_id) = (entry.tenant, entry.id)))::text;
BEGIN
    INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest)
    VALUES (entry.tenant, 'ledger_entry', entry.id, 1, what, who, at, body, salt, sha256(salt || convert_to(concat_ws(
        chr(31), entry.tenant, 'ledger_entry', entry.id, '1', what, who, written, body), 'UTF8')));
END $$
"""

SEALING = (
    UNSEALED_ENTRY,
    "SELECT seal_ledger_entry(e) FROM ledger_entry e",
    """
    CREATE FUNCTION ledger_entry_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM audit_fact f WHERE (f.tenant, f.aggregate_type, f.aggregate_id, f.version)
            = (NEW.tenant, 'ledger_entry', NEW.id, 1)) THEN
            PERFORM seal_ledger_entry(NEW);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_entry_sealed AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_sealed()
    """,
)


def upgrade() -> None:
    for statement in (*ACCOUNTS, *RETURNS, *SEALING):
        op.execute(statement)
    tenant_table("merged_enterprise")
    grant("merged_enterprise", app="SELECT, INSERT")
    grant("bank_instruction", app="SELECT, INSERT")
    grant("bank_cursor", app="SELECT, INSERT, UPDATE")


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
