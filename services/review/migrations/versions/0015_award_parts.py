"""The award register keeps what was granted, a row for each part of it, and is read across tenants by one function.

`award` stays the list of places: who was granted an item in a period. What came of it stands in `award_part`.
"""

from __future__ import annotations

from alembic import op

revision = "review_0015"
down_revision = "review_0014"
branch_labels = None
depends_on = None

# The reference year of a place that is a year is that year; else it is what the item says, or the year of filing.
PART_OF_PLACE = """
INSERT INTO award_part (tenant, id, what, claim, case_id, filed_in, enterprise_id, uscc, item_id, family, title, part,
    level, year, period, instalment, revision, number, fen, keys, groups, records, granted_on, source, recorded_at)
SELECT a.tenant, a.case_id || '-1-1-1', 'granted', c.claim ->> 'application_id', a.case_id, c.claim ->> 'filed_in',
    c.claim ->> 'enterprise_id', a.uscc, a.item_id, a.item_id, c.claim ->> 'item_title', NULL,
    coalesce((SELECT t.level FROM tenant t WHERE t.id = a.tenant), 'county'),
    coalesce(CASE WHEN a.period ~ '^[0-9]{4}$' THEN CAST(a.period AS integer) END,
        (SELECT CAST(v.rules ->> 'reference_year' AS integer) FROM item_version v
         WHERE (v.item_id, v.item_version) = (a.item_id, CAST(c.claim ->> 'item_version' AS integer))),
        CAST(extract(year FROM c.accepted_at AT TIME ZONE 'Asia/Shanghai') AS integer)),
    a.period, 1, 1, 1, a.amount_fen, CAST('[]' AS jsonb), CAST('[]' AS jsonb),
    CAST('[]' AS jsonb), CAST(a.reserved_at AT TIME ZONE 'Asia/Shanghai' AS date),
    'review', a.reserved_at
FROM award a JOIN review_case c ON (c.tenant, c.id) = (a.tenant, a.case_id)
"""

DDL = (
    # What is not money takes a place as well. `told`: who took the place says in award_part what came of it.
    "ALTER TABLE award DROP CONSTRAINT award_amount_fen_check",
    "ALTER TABLE award ADD CONSTRAINT award_amount_fen_check CHECK (amount_fen >= 0)",
    "ALTER TABLE award ADD COLUMN told boolean NOT NULL DEFAULT false",
    """
    CREATE TABLE award_part (
        tenant text NOT NULL, id text NOT NULL, what text NOT NULL CHECK (what IN ('granted', 'ahead', 'record')),
        claim text NOT NULL, case_id text, filed_in text, enterprise_id text, uscc text NOT NULL,
        item_id text, family text NOT NULL, title text NOT NULL, part text,
        level text NOT NULL CHECK (level IN ('national', 'province', 'city', 'county')),
        year integer NOT NULL CHECK (year BETWEEN 1980 AND 2200), period text NOT NULL,
        instalment integer NOT NULL CHECK (instalment BETWEEN 1 AND 60), revision integer NOT NULL CHECK (revision >= 1),
        number integer NOT NULL CHECK (number >= 1), fen bigint NOT NULL CHECK (fen >= 0),
        claim_year integer, schedule integer, whole_fen bigint CHECK (whole_fen >= 0),
        keys jsonb NOT NULL, groups jsonb NOT NULL, records jsonb NOT NULL,
        granted_on date NOT NULL, source text NOT NULL CHECK (source IN ('review', 'imported')),
        recorded_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'pending', 'replaced', 'freed')),
        freed_ground text CHECK (freed_ground IN ('never_sent', 'recovered', 'imported_wrongly')),
        freed_by text, freed_evidence text, freed_at timestamptz,
        PRIMARY KEY (tenant, id),
        CONSTRAINT award_part_of_a_case CHECK ((source = 'review') = (case_id IS NOT NULL)),
        CONSTRAINT award_part_freed_for_a_reason CHECK (
            (state = 'freed') = (freed_ground IS NOT NULL) AND (freed_ground IS NULL) = (freed_by IS NULL)
            AND (freed_ground IS NULL) = (freed_evidence IS NULL) AND (freed_ground IS NULL) = (freed_at IS NULL)))
    """,
    "CREATE INDEX award_part_of_person ON award_part (uscc, tenant, state)",
    "CREATE INDEX award_part_of_claim ON award_part (claim)",
    "CREATE INDEX award_part_of_case ON award_part (case_id)",
    "CREATE INDEX award_part_of_file ON award_part (filed_in, enterprise_id)",
    "CREATE INDEX award_part_by_time ON award_part (tenant, recorded_at DESC, id DESC)",
    "CREATE INDEX award_part_by_state ON award_part (tenant, state, recorded_at DESC, id DESC)",
    # Items are public, and so is which code an item has through all its versions.
    "CREATE TABLE award_family (item_id text PRIMARY KEY, family text NOT NULL)",
    # Whom nobody else grants anything to until a transaction ends: a hash per person in law or key, and nothing else.
    # Rows, because thousands of a list's locks at once are more than the server keeps of the other kind.
    "CREATE TABLE award_lock (lock uuid PRIMARY KEY)",
    PART_OF_PLACE,
    # A place that the version before this one takes meanwhile is told of at its commit, when the case is there.
    f"""
    CREATE FUNCTION award_part_of_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    BEGIN
        {PART_OF_PLACE} WHERE (a.tenant, a.case_id) = (NEW.tenant, NEW.case_id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER award_is_told AFTER INSERT ON award DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NOT NEW.told) EXECUTE FUNCTION award_part_of_place()
    """,
    # The only way to another tenant's awards. `keys` are the caller's own: which of them an award was for, by their
    # place in the list, and of which of `facts` it says anything. Awards of one claim have one number within the answer.
    """
    CREATE FUNCTION awards_elsewhere(asked jsonb) RETURNS TABLE (ask integer, award bigint, family text, part text,
        level text, year integer, fen bigint, matched integer[], told text[], in_groups text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    WITH who AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(asked)
            AS q(ask integer, tenant text, codes text[], facts text[], keys jsonb, groups text[])),
    found AS (
        SELECT w.ask, w.facts, w.keys AS own, w.groups AS own_groups, a.tenant, a.claim,
            coalesce(f.family, a.family) AS family, a.part, a.level, a.year, a.keys, a.groups,
            CAST(sum(a.fen) AS bigint) AS fen
        FROM who w CROSS JOIN LATERAL unnest(w.codes) AS code
        JOIN LATERAL (SELECT * FROM award_part p WHERE p.uscc = code OFFSET 0) AS a
            ON a.tenant <> w.tenant AND a.state = 'reserved' AND a.what <> 'record'
        LEFT JOIN award_family f ON f.item_id = a.item_id
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    SELECT f.ask, dense_rank() OVER (PARTITION BY f.ask ORDER BY md5(f.tenant || chr(31) || f.claim)), f.family, f.part,
        f.level, f.year, f.fen,
        ARRAY(SELECT CAST(k.place AS integer) FROM jsonb_array_elements(f.own) WITH ORDINALITY AS k(key, place)
              WHERE f.keys @> jsonb_build_array(k.key) ORDER BY k.place),
        ARRAY(SELECT DISTINCT e.key ->> 'fact' FROM jsonb_array_elements(f.keys) AS e(key)
              WHERE e.key ->> 'fact' = ANY (f.facts) ORDER BY 1),
        ARRAY(SELECT g FROM unnest(f.own_groups) AS g WHERE f.groups ? g ORDER BY 1)
    FROM found f
    $$
    """,
    "REVOKE ALL ON FUNCTION awards_elsewhere(jsonb) FROM PUBLIC",
    "REVOKE ALL ON FUNCTION award_part_of_place() FROM PUBLIC",
)


def upgrade() -> None:
    for statement in DDL:
        op.execute(statement)
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    op.execute("ALTER TABLE award_part ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE award_part FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY award_part_by_tenant ON award_part USING ({mine}) WITH CHECK ({mine})")
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    app = f"{owner.removesuffix('_owner')}_app"
    op.execute(f"GRANT SELECT, INSERT ON award_part, award_family, award_lock TO {app}")
    op.execute(f"GRANT UPDATE (state, freed_ground, freed_by, freed_evidence, freed_at) ON award_part TO {app}")
    # To lock a row takes the right to change it. A place that is freed is no place any more: award_part tells of it.
    op.execute(f"GRANT UPDATE (lock) ON award_lock TO {app}")
    op.execute(f"GRANT DELETE ON award TO {app}")
    op.execute(f"GRANT EXECUTE ON FUNCTION awards_elsewhere(jsonb) TO {app}")


def downgrade() -> None:
    raise RuntimeError("审核库不回退：先备份，再恢复。(review's tables are not taken down; restore a backup)")
