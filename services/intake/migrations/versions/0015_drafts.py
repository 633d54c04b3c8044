"""What enterprises have begun to fill in: one draft for each item, with its fields as they were typed."""

from __future__ import annotations

from alembic import op

revision = "intake_0015"
down_revision = "intake_0014"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE application_draft (
    tenant text NOT NULL, id text NOT NULL, enterprise_id text NOT NULL, item_id text NOT NULL,
    item_version integer NOT NULL CHECK (item_version >= 1), begun_at timestamptz NOT NULL, begun_by text NOT NULL,
    saved_at timestamptz NOT NULL, number integer NOT NULL CHECK (number >= 0), fields jsonb NOT NULL,
    PRIMARY KEY (tenant, id), CONSTRAINT application_draft_of_item UNIQUE (tenant, enterprise_id, item_id))
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("CREATE INDEX application_draft_by_age ON application_draft (saved_at)")
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    op.execute("ALTER TABLE application_draft ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE application_draft FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY application_draft_by_tenant ON application_draft USING ({mine}) WITH CHECK ({mine})")
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON application_draft TO {owner.removesuffix('_owner')}_app")


def downgrade() -> None:
    raise RuntimeError("受理库不回退：先备份，再恢复。(intake's tables are not taken down; restore a backup)")
