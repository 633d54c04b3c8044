"""Which tokens of persons may do what asks for a second factor, although nobody is there to give one.

A token that was given out before may not: whoever needs it says so when another is issued.
"""

from __future__ import annotations

from alembic import op

revision = "identity_0008"
down_revision = "identity_0007"
branch_labels = None
depends_on = None

ARGUMENTS = "text, timestamptz"
FOUND = """
CREATE FUNCTION credential_found(digest text, at timestamptz)
    RETURNS TABLE (tenant text, credential_id text, actor_id text, name text, roles text[], enterprise_id text,
        department text, department_id text, of_person boolean, unattended boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.tenant, c.id, c.actor_id, c.name, c.roles, c.enterprise_id, c.department, c.department_id, c.of_person,
        c.unattended
    FROM credential_key k JOIN credential c ON (c.tenant, c.id) = (k.tenant, k.credential_id)
    WHERE k.token_digest = digest AND (k.ends_at IS NULL OR k.ends_at > at)
        AND (c.ends_at IS NULL OR c.ends_at > at) AND (c.revoked_at IS NULL OR c.revoked_at > at) $$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE credential ADD COLUMN unattended boolean NOT NULL DEFAULT false")
    op.execute(f"DROP FUNCTION credential_found({ARGUMENTS})")
    op.execute(FOUND)
    op.execute(f"REVOKE EXECUTE ON FUNCTION credential_found({ARGUMENTS}) FROM PUBLIC")
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    op.execute(f"GRANT EXECUTE ON FUNCTION credential_found({ARGUMENTS}) TO {owner.removesuffix('_owner')}_app")


def downgrade() -> None:
    raise RuntimeError("身份库不回退：先备份，再恢复。(identity's tables are not taken down; restore a backup)")
