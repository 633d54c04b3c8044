"""Digests of query codes are keyed: a plain one is found out by trying. The key is not here, so that a job does it.

It begins an hour later, when no process of the former version is left: that one compares plain digests alone.
"""

from __future__ import annotations

from alembic import op

revision = "oversight_0005"
down_revision = "oversight_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO job (tenant, kind, subject, due_at)"
        " SELECT DISTINCT tenant, 'key_query_codes', '-', now() + interval '1 hour' FROM tracking"
        " WHERE length(query_code_digest) = 64 ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    raise RuntimeError("监督库不回退：先备份，再恢复。(oversight's tables are not taken down; restore a backup)")
