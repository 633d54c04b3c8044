"""Search widens what is asked, not what is indexed; places add words of their own; hits by their own words come first."""

from __future__ import annotations

from alembic import op

revision = "catalog_0019"
down_revision = "catalog_0018"
branch_labels = None
depends_on = None

VOCABULARY = "56111b91681affb2"
"""What the index is built with from here on; it is built anew after migrations (services/catalog/derived.py)."""

AGGREGATE = (
    "tenant text NOT NULL, id text NOT NULL, version integer NOT NULL, sequence integer NOT NULL, traceparent text"
)
"""The columns of every aggregate; (tenant, id) is its key."""

LIST = """groups jsonb NOT NULL, note text NOT NULL, changed_by text NOT NULL, changed_by_name text NOT NULL,
        changed_at timestamptz NOT NULL"""

DDL = (
    # What words mean is public, as the search is that asks for it, and counties use the city's list: no row security.
    f"CREATE TABLE synonym_list ({AGGREGATE}, {LIST}, PRIMARY KEY (tenant, id), CHECK (id = tenant))",
    f"CREATE TABLE synonym_list_version (tenant text NOT NULL, version integer NOT NULL, {LIST}, PRIMARY KEY (tenant, version))",
    # Beside the former function, which the former version goes on asking during an upgrade.
    """
    CREATE FUNCTION search_nearness(wanted tsquery, ranked tsquery, otherwise tsquery[], itself tsquery,
        OUT numbers bigint[], OUT own integer[], OUT others integer[], OUT saying bigint[])
    LANGUAGE sql STABLE SET enable_seqscan = off AS $$
        SELECT coalesce(array_agg(number), '{}'),
               coalesce(array_agg((ts_rank('{0.02,0.1,0.4,1}', heading, ranked) * 1000000)::integer), '{}'),
               coalesce(array_agg(CASE WHEN cardinality(otherwise) = 0 THEN 0 ELSE
                   (SELECT count(*)::integer FROM unnest(otherwise) AS o (said) WHERE d.heading @@ o.said) END), '{}'),
               (SELECT coalesce(array_agg(s.number), '{}') FROM search_document s WHERE s.words @@ itself AND s.on_offer)
        FROM search_document d WHERE words @@ wanted AND on_offer
    $$
    """,
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    grant("synonym_list", app="SELECT, INSERT, UPDATE")
    # What was said once stays as it was said.
    grant("synonym_list_version", app="SELECT, INSERT")


def downgrade() -> None:
    raise RuntimeError("目录库不回退：先备份，再恢复。(the catalogue's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"


def grant(table: str, *, app: str) -> None:
    """Exactly these privileges on `table` for the role of the service."""
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
