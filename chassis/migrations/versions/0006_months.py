"""Outbox, inbox, idempotency records and audit facts become monthly partitions; what is there is the first of them.

In two steps, since the tables may be large. That every row lies before a bound is proved first, while work goes on. Then,
in a moment, each table is renamed, a partitioned one takes its name, and the old one is attached by that proof, unread.
The former version goes on beside this one: it names tables and columns, and these stay.

Uniqueness holds within a partition by its own indexes. Across partitions it is held by what is locked anyway:
of a key, the advisory lock of `begin_command`, which then looks through all of them; of an event that comes in, its
aggregate's `position`; of an aggregate's versions and events, the aggregate's own row and its version.
"""

from __future__ import annotations

from alembic import op

revision = "frame_0006"
down_revision = "frame_0005"
branch_labels = None
depends_on = None

KEPT = {
    "idempotency_record": "finished_at",
    "inbox": "handled_at",
    "outbox": "created_at",
    "audit_fact": "at",
}
"""Table → the instant that decides a row's month; in the order in which commands and events take the tables."""

GRANTS = {
    "idempotency_record": ("SELECT, INSERT", "SELECT"),
    "inbox": ("SELECT, INSERT", "SELECT"),
    "outbox": ("SELECT, INSERT", "SELECT, UPDATE"),
    "audit_fact": ("SELECT, INSERT", "SELECT, UPDATE (block)"),
}
"""Table → what the service may and what the frame may, as before."""

NUMBERED = ("outbox", "audit_fact")

KEPT_MONTH = """
CREATE VIEW kept_month AS
    SELECT p.relname::text AS whose, c.relname::text AS part,
        (regexp_match(pg_get_expr(c.relpartbound, c.oid), $r$FROM \\('([^']+)'\\)$r$))[1]::timestamptz AS begins,
        (regexp_match(pg_get_expr(c.relpartbound, c.oid), $r$TO \\('([^']+)'\\)$r$))[1]::timestamptz AS ends,
        pg_total_relation_size(c.oid) AS bytes, greatest(c.reltuples, 0)::bigint AS rows
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
    WHERE p.relkind = 'p' AND p.relnamespace = 'public'::regnamespace
"""
"""The first part has no beginning, the default part neither beginning nor end. `rows` is the server's estimate."""

# As its owner, since who writes rows may not make tables. A month that is covered already is no fault: replicas try at
# once. What came for the month before it was there lies in the default part and moves.
MAKE_MONTH = """
CREATE FUNCTION make_month(whose text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '250ms' SET timezone = 'UTC' AS $$
DECLARE
    part text := whose || to_char(month, '_YYYY_MM');
    until date := (month + interval '1 month')::date;
    moment text := CASE whose {moments} END;
BEGIN
    IF moment IS NULL OR month <> date_trunc('month', month) THEN
        RAISE EXCEPTION '% % is no month of a kept table', whose, month;
    END IF;
    IF EXISTS (SELECT 1 FROM kept_month k WHERE k.whose = make_month.whose AND k.ends IS NOT NULL
            AND k.ends > month AND coalesce(k.begins, '-infinity') < until) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING INDEXES)', part, whose || '_default');
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('WITH early AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *)'
        ' INSERT INTO %I SELECT * FROM early', whose || '_default', moment, month, moment, until, part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', whose, part, month, until);
    RETURN true;
END $$
"""


def upgrade() -> None:
    bounds = _proved_bounds()
    for table, moment in KEPT.items():
        _divide(table, moment, bounds[table])
    op.execute(KEPT_MONTH)
    op.execute(f"GRANT SELECT ON kept_month TO {_role('frame')}")
    moments = " ".join(f"WHEN '{table}' THEN '{moment}'" for table, moment in KEPT.items())
    op.execute(MAKE_MONTH.replace("{moments}", moments))
    op.execute("REVOKE ALL ON FUNCTION make_month FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION make_month TO {_role('frame')}")


def _proved_bounds() -> dict[str, str]:
    """Table → the first of the month after next, or later: all its rows lie before, and those to come for weeks."""
    bounds = {}
    with op.get_context().autocommit_block():
        op.execute("SET statement_timeout = 0")
        for table, moment in KEPT.items():
            bound: str = (
                op.get_bind()
                .exec_driver_sql(
                    "SELECT (date_trunc('month', greatest(now(), max(" + moment + ")) AT TIME ZONE 'UTC')"
                    f" + interval '2 months')::date::text FROM {table}"
                )
                .scalar_one()
            )
            bounds[table] = f"{bound} 00:00:00+00"
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_before")
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_before CHECK ({moment} < '{bounds[table]}') NOT VALID"
            )
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_before")
        op.execute("RESET statement_timeout")
    return bounds


def _divide(table: str, moment: str, bound: str) -> None:
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    following = _leave_numbers(table) if table in NUMBERED else 0
    op.execute(f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS) PARTITION BY RANGE ({moment})")
    if following:
        op.execute(
            f"ALTER TABLE {table} ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY (START WITH {following})"
        )
    op.execute(f"CREATE TABLE {table}_default (LIKE {table}_before INCLUDING DEFAULTS INCLUDING INDEXES)")
    op.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {table}_before FOR VALUES FROM (MINVALUE) TO ('{bound}')",
    )
    op.execute(f"ALTER TABLE {table}_before DROP CONSTRAINT {table}_before")
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_default DEFAULT")
    _guard(table)


def _leave_numbers(table: str) -> int:
    """The partitioned table counts on from where this one is."""
    following: int = (
        op.get_bind()
        .exec_driver_sql(
            "SELECT greatest((SELECT coalesce(max(position), 0) FROM " + f"{table}_before"
            "), (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM "
            + _sequence_of(f"{table}_before")
            + ")) + 1"
        )
        .scalar_one()
    )
    op.execute(f"ALTER TABLE {table}_before ALTER COLUMN position DROP IDENTITY")
    return following


def _sequence_of(table: str) -> str:
    name: str = op.get_bind().exec_driver_sql(f"SELECT pg_get_serial_sequence('{table}', 'position')").scalar_one()
    return name


def _guard(table: str) -> None:
    """Rows are reached through the partitioned table alone, under its policies: to its parts nobody is let in."""
    app, frame = GRANTS[table]
    mine = "tenant = ANY ((SELECT string_to_array(current_setting('zhida.tenants', true), ','))::text[])"
    for part in (f"{table}_before", f"{table}_default"):
        op.execute(f"REVOKE ALL ON {part} FROM {_role('app')}, {_role('frame')}")
    op.execute(f"DROP POLICY {table}_by_tenant ON {table}_before")
    op.execute(f"DROP POLICY {table}_by_frame ON {table}_before")
    for each in (table, f"{table}_default"):
        op.execute(f"ALTER TABLE {each} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {each} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_by_tenant ON {table} USING ({mine}) WITH CHECK ({mine})")
    op.execute(f"CREATE POLICY {table}_by_frame ON {table} TO {_role('frame')} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT {app} ON {table} TO {_role('app')}")
    op.execute(f"GRANT {frame} ON {table} TO {_role('frame')}")


def downgrade() -> None:
    raise RuntimeError("框架表不回退：先备份，再恢复。(the frame's tables are not taken down; restore a backup)")


def _role(kind: str) -> str:
    """`intake_owner` migrates, so `intake_app` and `intake_frame` are the roles of its service."""
    owner: str = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return f"{owner.removesuffix('_owner')}_{kind}"
