"""Documents, the life of an item with all its versions, drafts with their consultations, changes, links."""

from __future__ import annotations

from alembic import op

revision = "catalog_0002"
down_revision = "catalog_0001"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # A writer of the version before knows none of these columns: what it publishes is on offer.
    """
    ALTER TABLE policy_item
        ADD COLUMN state text NOT NULL DEFAULT 'published'
            CHECK (state IN ('published', 'suspended', 'withdrawn', 'expired')),
        ADD COLUMN state_reason text NOT NULL DEFAULT '',
        ADD COLUMN state_since timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN ground jsonb,
        ADD COLUMN opens date,
        ADD COLUMN closes date,
        ADD COLUMN expires_on date
    """,
    """
    UPDATE policy_item SET state_since = published_at,
        opens = CAST(content #>> '{rules,plan,window,opens}' AS date),
        closes = CAST(content #>> '{rules,plan,window,closes}' AS date)
    """,
    "CREATE INDEX policy_item_of_department ON policy_item (tenant, (content #>> '{rules,plan,department}'), id)",
    # Every published version, for ever; public like the item itself.
    """
    CREATE TABLE policy_item_version (
        item_id text NOT NULL, item_version integer NOT NULL, tenant text NOT NULL, content jsonb NOT NULL,
        ground jsonb, published_at timestamptz NOT NULL, PRIMARY KEY (item_id, item_version))
    """,
    # Earlier versions were not kept here; whoever needs them (intake, review) has its own copies.
    """
    INSERT INTO policy_item_version (item_id, item_version, tenant, content, published_at)
        SELECT id, item_version, tenant, content, published_at FROM policy_item
    """,
    # Only what has been issued is registered, so documents are public: a county's item may rest on the city's.
    f"""
    CREATE TABLE policy_document (
        {AGGREGATE}, department text NOT NULL, text jsonb NOT NULL, valid_to date,
        state text NOT NULL CHECK (state IN ('in_force', 'repealed')),
        repealed_on date, repeal_basis text NOT NULL DEFAULT '', registered_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id),
        CONSTRAINT policy_document_repealed_some_day CHECK ((state = 'repealed') = (repealed_on IS NOT NULL)))
    """,
    "CREATE UNIQUE INDEX policy_document_by_id ON policy_document (id)",
    """
    CREATE UNIQUE INDEX policy_document_number_once ON policy_document (tenant, (text ->> 'number'))
        WHERE text ->> 'number' IS NOT NULL
    """,
    f"""
    CREATE TABLE policy_draft (
        {AGGREGATE}, code text NOT NULL, title text NOT NULL, department text NOT NULL,
        content jsonb NOT NULL, item_id text, base_version integer,
        stage text NOT NULL CHECK (stage IN ('draft', 'consultation', 'consulted', 'published', 'discarded')),
        rounds jsonb NOT NULL, created_by text NOT NULL, created_at timestamptz NOT NULL,
        edited_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id),
        CONSTRAINT policy_draft_revises_a_version CHECK ((item_id IS NULL) = (base_version IS NULL)))
    """,
    """
    CREATE UNIQUE INDEX policy_draft_open_once ON policy_draft (tenant, code)
        WHERE stage IN ('draft', 'consultation', 'consulted')
    """,
    # Who changed what, when and why. Nothing of it is ever changed or taken back.
    """
    CREATE TABLE policy_change (
        tenant text NOT NULL, subject_type text NOT NULL, subject_id text NOT NULL, version integer NOT NULL,
        item_id text, item_version integer, action text NOT NULL, reason text NOT NULL,
        actor_id text NOT NULL, actor_name text NOT NULL, actor_department text, at timestamptz NOT NULL,
        differences jsonb NOT NULL,
        PRIMARY KEY (tenant, subject_type, subject_id, version))
    """,
    "CREATE INDEX policy_change_of_item ON policy_change (tenant, item_id, at)",
    """
    CREATE TABLE policy_link (
        tenant text NOT NULL, url text NOT NULL, state text NOT NULL CHECK (state IN ('ok', 'broken', 'unknown')),
        detail text NOT NULL, checked_at timestamptz NOT NULL, PRIMARY KEY (tenant, url))
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("policy_draft", "policy_change", "policy_link"):
        tenant_table(table)
    grant("policy_item_version", app="SELECT, INSERT")
    grant("policy_document", app="SELECT, INSERT, UPDATE")
    grant("policy_draft", app="SELECT, INSERT, UPDATE")
    grant("policy_change", app="SELECT, INSERT")
    grant("policy_link", app="SELECT, INSERT, UPDATE")


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
