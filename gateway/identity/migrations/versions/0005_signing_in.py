"""Accounts, sessions, identity providers, and what has happened at the door."""

from __future__ import annotations

from alembic import op

revision = "identity_0005"
down_revision = "identity_0004"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""


ACCOUNTS = (
    f"""
    CREATE TABLE account (
        {AGGREGATE}, person_id text NOT NULL, login text NOT NULL, state text NOT NULL,
        password_set_at timestamptz, second_factor_since timestamptz, recovered_at timestamptz, recovered_by text,
        PRIMARY KEY (tenant, id),
        CONSTRAINT account_one_for_a_person UNIQUE (tenant, person_id))
    """,
    # Apart from the account, so that no audit fact repeats it.
    """
    CREATE TABLE account_secret (
        tenant text NOT NULL, account_id text NOT NULL, password_hash text, totp_sealed text,
        totp_last_step bigint, PRIMARY KEY (tenant, account_id))
    """,
    """
    CREATE TABLE recovery_code (
        tenant text NOT NULL, account_id text NOT NULL, code_digest text NOT NULL, used_at timestamptz,
        PRIMARY KEY (tenant, account_id, code_digest))
    """,
    # What was typed leads to its account before a tenant is known, and so does a person: a digest and three ids.
    """
    CREATE TABLE account_login (
        login_digest text PRIMARY KEY, tenant text NOT NULL, account_id text NOT NULL, person_id text NOT NULL)
    """,
    "CREATE INDEX account_login_of_a_person ON account_login (person_id)",
    f"""
    CREATE TABLE invitation (
        {AGGREGATE}, purpose text NOT NULL, person_id text NOT NULL, account_id text, issuer_id text,
        token_digest text NOT NULL, invited_by text NOT NULL, invited_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL, used_at timestamptz, withdrawn_at timestamptz, PRIMARY KEY (tenant, id))
    """,
    "CREATE INDEX invitation_of_an_account ON invitation (tenant, account_id)",
    """
    CREATE TABLE invitation_key (
        token_digest text PRIMARY KEY, tenant text NOT NULL, invitation_id text NOT NULL)
    """,
)

ATTEMPTS = (
    # Counts failures by digest of what was typed and of the address, whether such an account exists or not.
    """
    CREATE TABLE sign_in_delay (
        tenant text NOT NULL, subject_digest text NOT NULL, failures integer NOT NULL, last_at timestamptz NOT NULL,
        blocked_until timestamptz NOT NULL, PRIMARY KEY (tenant, subject_digest))
    """,
    "CREATE INDEX sign_in_delay_over ON sign_in_delay (last_at)",
    # Somebody was sent to an identity provider, or given a challenge for a certificate, and is to come back.
    """
    CREATE TABLE sign_in_attempt (
        tenant text NOT NULL, state_digest text NOT NULL, binding_digest text NOT NULL, issuer_tenant text NOT NULL,
        issuer_id text NOT NULL, nonce text NOT NULL, verifier_sealed text, purpose text NOT NULL,
        session_digest text, invitation_tenant text, invitation_id text, next text NOT NULL,
        started_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz, code_digest text,
        PRIMARY KEY (tenant, state_digest),
        CONSTRAINT sign_in_attempt_code_once UNIQUE (tenant, issuer_id, code_digest))
    """,
    "CREATE INDEX sign_in_attempt_over ON sign_in_attempt (expires_at)",
)

SESSIONS = (
    # A session is of a person, who may act in several tenants: it is found by its digest before any is known.
    """
    CREATE TABLE session (
        id_digest text PRIMARY KEY, person_id text NOT NULL, account_tenant text, account_id text,
        issuer_tenant text, issuer_id text, stage text NOT NULL, second_factor boolean NOT NULL,
        capacity_key text, opened_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, stepped_up_at timestamptz,
        client_address text)
    """,
    "CREATE INDEX session_of_a_person ON session (person_id)",
    "CREATE INDEX session_over ON session (opened_at)",
    """
    CREATE TABLE kept_form (
        tenant text NOT NULL, id text NOT NULL, person_id text NOT NULL, path text NOT NULL, sealed text NOT NULL,
        expires_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
    """,
    "CREATE INDEX kept_form_over ON kept_form (expires_at)",
    """
    CREATE TABLE notice_acceptance (
        tenant text NOT NULL, person_id text NOT NULL, notice text NOT NULL, version text NOT NULL,
        accepted_at timestamptz NOT NULL, client_address text, PRIMARY KEY (tenant, person_id, notice, version))
    """,
)

ISSUERS = (
    f"""
    CREATE TABLE issuer (
        {AGGREGATE}, issuer text NOT NULL, discovery_url text NOT NULL, client_id text NOT NULL,
        audience text NOT NULL, label_zh text NOT NULL, label_en text NOT NULL, resident_id_claim text,
        claims_from_userinfo boolean NOT NULL, second_factor_acr text[] NOT NULL, scopes text[] NOT NULL,
        state text NOT NULL, PRIMARY KEY (tenant, id), CONSTRAINT issuer_id_once UNIQUE (id))
    """,
    """
    CREATE TABLE issuer_secret (
        tenant text NOT NULL, issuer_id text NOT NULL, client_secret_sealed text NOT NULL,
        PRIMARY KEY (tenant, issuer_id))
    """,
    """
    CREATE TABLE subject_link (
        tenant text NOT NULL, issuer_id text NOT NULL, subject_digest text NOT NULL, subject_sealed text NOT NULL,
        person_id text NOT NULL, linked_at timestamptz NOT NULL, how text NOT NULL,
        PRIMARY KEY (tenant, issuer_id, subject_digest))
    """,
    # The page that offers them knows no tenant yet: what is open to be used is public.
    """
    CREATE FUNCTION offered_issuers() RETURNS TABLE (
            tenant text, id text, audience text, label_zh text, label_en text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT i.tenant, i.id, i.audience, i.label_zh, i.label_en FROM issuer i WHERE i.state = 'open' ORDER BY i.id $$
    """,
    "REVOKE EXECUTE ON FUNCTION offered_issuers FROM PUBLIC",
)

SECURITY = (
    """
    CREATE TABLE security_event (
        tenant text NOT NULL, id text NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, outcome text NOT NULL,
        actor_id text, person_id text, account_id text, client_address text, request_id text,
        details jsonb NOT NULL, PRIMARY KEY (tenant, id))
    """,
    "CREATE INDEX security_event_in_order ON security_event (tenant, at DESC, id DESC)",
    "CREATE INDEX security_event_by_kind ON security_event (tenant, kind, at DESC, id DESC)",
    "CREATE INDEX security_event_of_a_person ON security_event (tenant, person_id, at DESC, id DESC)",
    "CREATE INDEX security_event_by_an_actor ON security_event (tenant, actor_id, at DESC, id DESC)",
    """
    CREATE FUNCTION security_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
)
APPEND_ONLY = ("security_event", "notice_acceptance")

PRIVILEGES = {
    "account": "SELECT, INSERT, UPDATE",
    "account_secret": "SELECT, INSERT, UPDATE",
    "recovery_code": "SELECT, INSERT, UPDATE, DELETE",
    "account_login": "SELECT, INSERT",
    "invitation": "SELECT, INSERT, UPDATE",
    "invitation_key": "SELECT, INSERT",
    "sign_in_delay": "SELECT, INSERT, UPDATE, DELETE",
    "sign_in_attempt": "SELECT, INSERT, UPDATE, DELETE",
    "session": "SELECT, INSERT, UPDATE, DELETE",
    "kept_form": "SELECT, INSERT, DELETE",
    "notice_acceptance": "SELECT, INSERT",
    "issuer": "SELECT, INSERT, UPDATE",
    "issuer_secret": "SELECT, INSERT, UPDATE",
    "subject_link": "SELECT, INSERT",
    "security_event": "SELECT, INSERT",
}
FOUND_BEFORE_A_TENANT_IS_KNOWN = ("account_login", "invitation_key", "session")


def upgrade() -> None:
    for statement in (*ACCOUNTS, *ATTEMPTS, *SESSIONS, *ISSUERS, *SECURITY):
        op.execute(statement)
    for table in APPEND_ONLY:
        # ALWAYS: a session that calls itself a replica is bound as well.
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION security_events_stay()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays")
    for table, privileges in PRIVILEGES.items():
        if table not in FOUND_BEFORE_A_TENANT_IS_KNOWN:
            tenant_table(table)
        grant(table, app=privileges)
    grant("FUNCTION offered_issuers", app="EXECUTE")


def downgrade() -> None:
    op.execute("DROP FUNCTION offered_issuers")
    op.execute(f"DROP TABLE {', '.join(PRIVILEGES)}")
    op.execute("DROP FUNCTION security_events_stay")


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
