"""What matching has pushed, and what has changed since it last looked."""

from __future__ import annotations

from alembic import op

revision = "catalog_0006"
down_revision = "catalog_0005"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

DDL = (
    # Every newly entitled enterprise once per item and year. Chunks are numbered per tenant by whoever pushes,
    # under a lock: the next number is how several matching processes see that another one was faster.
    f"""
    CREATE TABLE match_chunk (
        {AGGREGATE}, number bigint NOT NULL, item_id text NOT NULL, item_version integer NOT NULL,
        item_title text NOT NULL, year integer NOT NULL, enterprise_ids text[] NOT NULL, matched_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id), CONSTRAINT match_chunk_number_once UNIQUE (tenant, number),
        CONSTRAINT match_chunk_of_some CHECK (cardinality(enterprise_ids) BETWEEN 1 AND 500))
    """,
    # Which files and items have changed, in the order of the transactions that did it. Written by triggers, so that
    # no writer can forget it; read by every matching process from where it stands; swept after an hour.
    """
    CREATE TABLE match_change (
        position bigint GENERATED ALWAYS AS IDENTITY, transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
        tenant text NOT NULL, kind text NOT NULL, subject text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (transaction, position))
    """,
    "CREATE INDEX match_change_by_age ON match_change (at)",
    """
    CREATE FUNCTION note_match_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO match_change (tenant, kind, subject) SELECT DISTINCT tenant, TG_TABLE_NAME, id FROM changed;
        RETURN NULL;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_matched_anew_{event.lower()} AFTER {event} ON {table}
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_match_change()
        """
        for table in ("enterprise", "policy_item")
        for event in ("INSERT", "UPDATE")
    ),
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    for table in ("match_chunk", "match_change"):
        tenant_table(table)
    grant("match_chunk", app="SELECT, INSERT")
    grant("match_change", app="SELECT, INSERT, DELETE")


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
