"""Signing in is one question to the database instead of four."""

from __future__ import annotations

from alembic import op

revision = "identity_0002"
down_revision = "identity_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The function passes row security, for one credential and only for whoever holds its token.
    op.execute(
        """
        CREATE OR REPLACE FUNCTION credential_behind(digest text)
            RETURNS TABLE (tenant text, actor_id text, name text, roles text[], enterprise_id text, department text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT c.tenant, c.actor_id, c.name, c.roles, c.enterprise_id, c.department
            FROM credential_key k JOIN credential c ON (c.tenant, c.id) = (k.tenant, k.credential_id)
            WHERE k.token_digest = digest $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION credential_behind FROM PUBLIC")
    grant("FUNCTION credential_behind", app="EXECUTE")


def downgrade() -> None:
    op.execute("DROP FUNCTION credential_behind")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
