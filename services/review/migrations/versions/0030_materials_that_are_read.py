"""Materials that were given for cases, and who has read them.

A tenant that acts in another's case has rows of its own of what was given for it.
"""

from __future__ import annotations

from alembic import op

revision = "review_0030"
down_revision = "review_0029"
branch_labels = None
depends_on = None

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""


def upgrade() -> None:
    op.execute("""
    CREATE TABLE case_material (
        tenant text NOT NULL, case_id text NOT NULL, material_id text NOT NULL, code text NOT NULL, name text NOT NULL,
        sha256 text NOT NULL, size bigint, kept_in text NOT NULL, round integer NOT NULL CHECK (round >= 0),
        given_at timestamptz NOT NULL, PRIMARY KEY (tenant, case_id, material_id, code))
    """)
    op.execute(f"""
    CREATE TABLE material_opening (
        {AGGREGATE}, case_id text NOT NULL, material_id text NOT NULL, sha256 text NOT NULL, opened_by text NOT NULL,
        department text, opened_at timestamptz NOT NULL, PRIMARY KEY (tenant, id))
    """)
    op.execute("CREATE INDEX material_opening_of_case ON material_opening (tenant, case_id, opened_at)")
    for table in ("case_material", "material_opening"):
        tenant_table(table)
        grant(table, app="SELECT, INSERT")


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
