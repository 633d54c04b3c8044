"""What registers are looked up by: accounts by login, people by the beginning of a name, banks, what was refused.

Made while the service goes on: nobody waits for them. One that was left half made is made anew.
"""

from __future__ import annotations

from alembic import op

revision = "identity_0009"
down_revision = "identity_0008"
branch_labels = None
depends_on = None

INDEXES = {
    "account_by_login": "account (tenant, login)",
    "appointment_of_kind": "appointment (tenant, kind, id)",
    "credential_of_banks": "credential (tenant, id) WHERE 'bank' = ANY (roles)",
    "security_event_by_outcome": "security_event (tenant, outcome, at, id)",
    "person_by_beginning": 'person (tenant, name COLLATE "C", id)',
}


def upgrade() -> None:
    # Believed to find a thousand people by one id, they made whoever joins them read on and on for the first.
    op.execute("ALTER FUNCTION person_known(text) ROWS 1")
    for function in ("held_by(text, date)", "acts_for(text, date)"):
        op.execute(f"ALTER FUNCTION {function} ROWS 10")
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
