"""What months leave behind when they go: the event log, the archive of audit facts, and who has heard what from here."""

from __future__ import annotations

from alembic import op

revision = "frame_0007"
down_revision = "frame_0006"
branch_labels = None
depends_on = None

DDL = (
    # Events of months that have left the outbox, about two thousand a row: lines of compressed text, of all tenants.
    # The hash is of the text as it was. A body that is gone was cleared when it had been kept long enough.
    """
    CREATE TABLE event_log (
        part text NOT NULL, number integer NOT NULL, first_position bigint NOT NULL, last_position bigint NOT NULL,
        last_at timestamptz NOT NULL, events integer NOT NULL, aggregate_types text[] NOT NULL,
        sha256 bytea NOT NULL, body bytea, PRIMARY KEY (part, number))
    """,
    "ALTER TABLE event_log ALTER COLUMN body SET STORAGE EXTERNAL",
    "CREATE INDEX event_log_positions ON event_log (last_position)",
    # The same of audit facts, in the order of blocks, with the salt and digest of each.
    """
    CREATE TABLE audit_archive (
        part text NOT NULL, number integer NOT NULL, first_block bigint NOT NULL, last_block bigint NOT NULL,
        last_position bigint NOT NULL, facts integer NOT NULL, sha256 bytea NOT NULL, body bytea NOT NULL,
        PRIMARY KEY (part, number))
    """,
    "ALTER TABLE audit_archive ALTER COLUMN body SET STORAGE EXTERNAL",
    "CREATE INDEX audit_archive_blocks ON audit_archive (last_block)",
    # How far an aggregate's versions have left the table, and how many of them: as many as the highest.
    """
    CREATE TABLE audit_archived (
        tenant text NOT NULL, aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        version integer NOT NULL, facts integer NOT NULL, PRIMARY KEY (tenant, aggregate_type, aggregate_id))
    """,
    "CREATE INDEX audit_archived_id ON audit_archived (tenant, aggregate_id)",
    # Whom an aggregate type of ours has been told to. Who is new is sent what was said before: `upto` is the last
    # position of that, found when it begins, and `cursor` the last that the broker has confirmed.
    """
    CREATE TABLE hearing (
        consumer text NOT NULL, aggregate_type text NOT NULL,
        state text NOT NULL CHECK (state IN ('due', 'heard')), cursor bigint NOT NULL DEFAULT 0, upto bigint,
        sent bigint NOT NULL DEFAULT 0, since timestamptz NOT NULL DEFAULT now(), heard_at timestamptz,
        PRIMARY KEY (consumer, aggregate_type))
    """,
)

HEARD = {
    "gateway": {
        "appointment": "review notify",
        "calendar": "catalog intake review treasury notify oversight",
        "department": "catalog review treasury notify oversight",
        "duty": "review notify",
        "mandate": "notify",
        "person": "review notify",
        "plan_term": "catalog review",
        "tenant": "catalog intake review treasury notify oversight",
    },
    "catalog": {
        "enterprise": "intake notify",
        "enterprise_merge": "intake review notify oversight",
        "item_reminder": "notify",
        "match_chunk": "notify",
        "outside_figure": "intake",
        "payee_account": "intake treasury",
        "policy_draft": "notify",
        "policy_item": "intake review oversight",
    },
    "intake": {
        "application": "review oversight",
        "nomination": "review oversight",
    },
    "review": {
        "case": "treasury notify oversight",
    },
    "treasury": {
        "budget_line": "oversight",
        "disbursement": "notify oversight",
    },
    "notify": {
        "message": "oversight",
    },
}
"""Producer → aggregate type → who heard it when this table was made: they are not told again."""

# Whatever has not been archived, or is not of a past month, stays. The tables are asked for in short turns: who comes
# after a drop that waits has to wait behind it.
DROP_MONTH = """
CREATE FUNCTION drop_month(whose text, part text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' SET timezone = 'UTC' AS $$
DECLARE
    until timestamptz := (SELECT k.ends FROM kept_month k WHERE k.whose = drop_month.whose AND k.part = drop_month.part);
    undone bigint := 0;
    there bigint := 0;
    kept bigint := 0;
BEGIN
    IF until IS NULL OR until > date_trunc('month', now()) THEN
        RAISE EXCEPTION '% is no past month of %', part, whose;
    END IF;
    IF whose = 'outbox' THEN
        EXECUTE format('SELECT count(*) FILTER (WHERE published_at IS NULL), count(*) FROM %I', part) INTO undone, there;
        SELECT coalesce(sum(l.events), 0) INTO kept FROM event_log l WHERE l.part = drop_month.part;
    ELSIF whose = 'audit_fact' THEN
        EXECUTE format('SELECT count(*) FILTER (WHERE block IS NULL), count(*) FROM %I', part) INTO undone, there;
        SELECT coalesce(sum(a.facts), 0) INTO kept FROM audit_archive a WHERE a.part = drop_month.part;
    END IF;
    IF undone > 0 OR there <> kept THEN
        RAISE EXCEPTION '% is not archived: % rows, % archived, % open', part, there, kept, undone;
    END IF;
    IF whose = 'audit_fact' THEN
        EXECUTE format('INSERT INTO audit_archived AS old (tenant, aggregate_type, aggregate_id, version, facts)'
            ' SELECT tenant, aggregate_type, aggregate_id, max(version), count(*) FROM %I GROUP BY 1, 2, 3'
            ' ON CONFLICT (tenant, aggregate_type, aggregate_id) DO UPDATE SET'
            ' version = greatest(old.version, EXCLUDED.version), facts = old.facts + EXCLUDED.facts', part);
    END IF;
    EXECUTE format('DROP TABLE %I', part);
END $$
"""


def upgrade() -> None:
    for statement in (*DDL, DROP_MONTH):
        op.execute(statement)
    tenant_table("audit_archived")
    frame_table("audit_archived")
    grant("event_log", frame="SELECT, INSERT, UPDATE (body)")
    grant("audit_archive", frame="SELECT, INSERT")
    grant("audit_archived", frame="SELECT", app="SELECT")
    grant("hearing", frame="SELECT, INSERT, UPDATE")
    op.execute("REVOKE ALL ON FUNCTION drop_month FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION drop_month TO {_role('frame')}")
    _note_who_has_heard()


def _note_who_has_heard() -> None:
    """Where nothing was ever said, everybody may as well hear it from the beginning: there is nothing to send."""
    rows = [
        f"('{consumer}', '{aggregate_type}', 'heard', now())"
        for aggregate_type, consumers in HEARD.get(_role("").rstrip("_"), {}).items()
        for consumer in consumers.split()
    ]
    if rows:
        op.execute(
            "INSERT INTO hearing (consumer, aggregate_type, state, heard_at) SELECT * FROM (VALUES "
            + ", ".join(rows)
            + ") AS heard WHERE EXISTS (SELECT 1 FROM outbox)"
        )


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")


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


def frame_table(table: str) -> None:
    """The frame's role sees all tenants' rows of one of the frame's own tables."""
    op.execute(f"CREATE POLICY {table}_by_frame ON {table} TO {_role('frame')} USING (true) WITH CHECK (true)")


def grant(table: str, *, frame: str, app: str | None = None) -> None:
    """Exactly these privileges on `table` for the role of the frame, and for that of the service."""
    op.execute(f"GRANT {frame} ON {table} TO {_role('frame')}")
    if app:
        op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
