"""Full text of published items; the revision of what is public."""

from __future__ import annotations

from alembic import op

revision = "catalog_0005"
down_revision = "catalog_0004"
branch_labels = None
depends_on = None

VOCABULARY = "bb1a85290d4048df"
"""What the index was built with. Another vocabulary calls for another migration that names it: every index is
built anew after migrations (services/catalog/derived.py)."""

DDL = (
    # What is on offer is public data: no row security, so that the full-text index can be used.
    """
    CREATE TABLE search_document (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item_id text NOT NULL UNIQUE, tenant text NOT NULL,
        revision bigint NOT NULL, on_offer boolean NOT NULL, item_version integer NOT NULL,
        published_at timestamptz NOT NULL, heading tsvector NOT NULL, words tsvector NOT NULL,
        max_amount_fen bigint, opens date, closes date, shown jsonb NOT NULL)
    """,
    # The words are only ever read through their index: out of the row, of which every hit's heading is read.
    "ALTER TABLE search_document ALTER COLUMN words SET STORAGE EXTERNAL, ALTER COLUMN heading SET STORAGE MAIN",
    "ALTER TABLE search_document SET (toast_tuple_target = 1600)",
    # Items change seldom and are looked for all the time: nothing is left to be sorted in later.
    "CREATE INDEX search_document_words ON search_document USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX search_document_changes ON search_document (tenant, revision)",
    # The planner does not count what it costs to fetch the words of a row, and would read all rows for a common word.
    """
    CREATE FUNCTION search_fitting(wanted tsquery, ranked tsquery, OUT numbers bigint[], OUT nearness integer[])
    LANGUAGE sql STABLE SET enable_seqscan = off AS $$
        SELECT coalesce(array_agg(number), '{}'),
               coalesce(array_agg((ts_rank('{0.02,0.1,0.4,1}', heading, ranked) * 1000000)::integer), '{}')
        FROM search_document WHERE words @@ wanted AND on_offer
    $$
    """,
    """
    CREATE TABLE catalogue_revision (
        tenant text PRIMARY KEY, revision bigint NOT NULL, changed_at timestamptz NOT NULL)
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    grant("search_document", app="SELECT, INSERT, UPDATE")
    grant("catalogue_revision", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
