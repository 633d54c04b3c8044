"""Whose word a record of a fact is, where that is not who recorded it: a signed feed's, or of a dossier that was merged."""

from __future__ import annotations

from alembic import op

revision = "catalog_0015"
down_revision = "catalog_0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Absent: of whoever recorded it. So nothing that stands has to be written anew.
    "ALTER TABLE enterprise_telling ADD COLUMN teller text",
    """
    CREATE OR REPLACE VIEW enterprise_fact WITH (security_invoker = true) AS
        SELECT tenant, enterprise_id, version, first + CAST(place AS integer) - 1 AS ordinal, said ->> 0 AS name,
            said ->> 1 AS kind, said -> 2 AS value, said ->> 3 AS unit, said ->> 4 AS period,
            source, source_kind, as_of, valid_until, recorded_by, recorded_at, recorded_for, moved_from,
            coalesce(teller, recorded_by) AS teller
        FROM enterprise_telling, jsonb_array_elements(facts) WITH ORDINALITY AS fact (said, place)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")
