"""What a decision has put aside in the register and of quotas, so that it counts again when the decision is undone; and what
others were granted for a key that serves once whoever has it; and whether anything was heard of a firm of another place.

`replaced_by`: by which decision a row counts no more, `replaced_was`: as what it counted. Rows from before say neither.
"""

from __future__ import annotations

from alembic import op

revision = "review_0027"
down_revision = "review_0026"
branch_labels = None
depends_on = None

DDL = (
    # A case's instalment and revision: `case-instalment-revision`, as the ids of its rows begin.
    "ALTER TABLE award_part ADD COLUMN replaced_by text, ADD COLUMN replaced_was text",
    # Here a decision is the revision of the case: only first instalments take places. `revision` is that which took it.
    "ALTER TABLE quota_use ADD COLUMN revision integer, ADD COLUMN replaced_by integer, ADD COLUMN replaced_was text",
    # Refusals that are not said yet still stand in the queue of their item.
    """
    CREATE INDEX review_case_refusal_held ON review_case (tenant, item_id, id)
    WHERE state = 'rejected' AND undo_until IS NOT NULL
    """,
    "CREATE INDEX award_part_of_key ON award_part USING gin (keys jsonb_path_ops)",
    # Whoever asks names the keys, and is told that somebody else had something for them, of which item, part and year:
    # neither who, nor where, nor how much. `codes` are those of whoever asks.
    """
    CREATE FUNCTION awards_of_others(asked jsonb) RETURNS TABLE (ask integer, award bigint, family text, part text,
        level text, year integer, matched integer[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    WITH who AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(asked) AS q(ask integer, codes text[], keys jsonb)),
    found AS (
        SELECT DISTINCT w.ask, w.keys AS own, a.tenant, a.claim, coalesce(f.family, a.family) AS family, a.part, a.level,
            a.year, a.keys
        FROM who w CROSS JOIN LATERAL jsonb_array_elements(w.keys) AS k(key)
        JOIN award_part a ON a.keys @> jsonb_build_array(k.key) AND a.state = 'reserved' AND a.what <> 'record'
            AND a.uscc <> ALL (w.codes)
        LEFT JOIN award_family f ON f.item_id = a.item_id)
    SELECT f.ask, dense_rank() OVER (PARTITION BY f.ask ORDER BY md5(f.tenant || chr(31) || f.claim)), f.family, f.part,
        f.level, f.year,
        ARRAY(SELECT CAST(k.place AS integer) FROM jsonb_array_elements(f.own) WITH ORDINALITY AS k(key, place)
              WHERE f.keys @> jsonb_build_array(k.key) ORDER BY k.place)
    FROM found f
    $$
    """,
    "REVOKE ALL ON FUNCTION awards_of_others(jsonb) FROM PUBLIC",
    # Whether anything was heard of firms of another place, and no more: what was, is looked at in a unit that names the place.
    """
    CREATE FUNCTION heard_elsewhere(asked jsonb) RETURNS TABLE (case_id text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    WITH RECURSIVE firm AS (
        SELECT k.case_id, k.tenant, k.id, k.since
        FROM jsonb_to_recordset(asked) AS k(case_id text, tenant text, id text, since timestamptz)
        UNION SELECT f.case_id, f.tenant, m.surviving_id, f.since FROM firm f
        JOIN merged_enterprise m ON (m.tenant, m.absorbed_id) = (f.tenant, f.id))
    SELECT DISTINCT f.case_id FROM firm f WHERE EXISTS (SELECT FROM heard_facts h
        WHERE (h.tenant, h.enterprise_id) = (f.tenant, f.id) AND h.heard_at >= f.since)
    $$
    """,
    "REVOKE ALL ON FUNCTION heard_elsewhere(jsonb) FROM PUBLIC",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    app = f"{owner.removesuffix('_owner')}_app"
    op.execute(f"GRANT UPDATE (replaced_by, replaced_was) ON award_part, quota_use TO {app}")
    op.execute(f"GRANT EXECUTE ON FUNCTION awards_of_others(jsonb), heard_elsewhere(jsonb) TO {app}")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
