"""Names of enterprises: what they look like, and that they change.

May be done twice: the index is made while the service goes on, outside the transaction of the rest.
"""

from __future__ import annotations

from alembic import op

revision = "catalog_0014"
down_revision = "catalog_0013"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)

DDL = (
    # What is there already is filled by services/catalog/derived.py: what a name looks like is today's code.
    "ALTER TABLE enterprise ADD COLUMN IF NOT EXISTS name_looks text",
    f"""
    CREATE TABLE IF NOT EXISTS enterprise_name_change (
        {AGGREGATE}, enterprise_id text NOT NULL, uscc text NOT NULL, former_name text NOT NULL, name text NOT NULL,
        effective_on date NOT NULL, notice text NOT NULL, notice_on date NOT NULL, sha256 text,
        state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'declined')),
        proposed_by text NOT NULL, proposed_at timestamptz NOT NULL,
        decided_by text, decided_at timestamptz, answer text,
        PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, enterprise_id) REFERENCES enterprise (tenant, id),
        CONSTRAINT enterprise_name_change_by_a_second_person CHECK (state <> 'confirmed' OR decided_by <> proposed_by),
        CONSTRAINT enterprise_name_change_decided_by_somebody CHECK (
            (state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)))
    """,
    """
    CREATE UNIQUE INDEX IF NOT EXISTS enterprise_name_change_open_once ON enterprise_name_change (tenant, enterprise_id)
        WHERE state = 'proposed'
    """,
    """
    CREATE INDEX IF NOT EXISTS enterprise_name_change_of_enterprise
        ON enterprise_name_change (tenant, enterprise_id, id)
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    tenant_table("enterprise_name_change")
    grant("enterprise_name_change", app="SELECT, INSERT, UPDATE")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS enterprise_by_looks")
        op.execute("CREATE INDEX CONCURRENTLY enterprise_by_looks ON enterprise (name_looks, tenant)")


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
    op.execute(f"DROP POLICY IF EXISTS {table}_by_tenant ON {table}")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
