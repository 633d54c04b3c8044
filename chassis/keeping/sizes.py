"""How large the tables of a database are, and how many aggregates it has heard of: metrics, and `./zhida sizes`."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Engine, text

from chassis.keeping.months import TABLES
from chassis.observability.metrics import AGGREGATES_HEARD, ROWS_WITHOUT_MONTH, TABLE_BYTES, TABLE_ROWS

FRAMES_OWN = (*TABLES, "event_log", "audit_archive", "audit_archived", "audit_block", "position")
BUSINESS = "business"
"""Everything else."""

SIZES = text(
    "SELECT CASE WHEN root.relname = ANY (CAST(:own AS text[])) THEN root.relname::text ELSE :business END AS of_table,"
    " sum(pg_total_relation_size(c.oid))::bigint AS bytes, sum(greatest(c.reltuples, 0))::bigint AS rows"
    " FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid"
    " JOIN pg_class root ON root.oid = coalesce(i.inhparent, c.oid)"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1 ORDER BY 2 DESC"
)
HEARD = text("SELECT aggregate_type, count(*) AS n FROM position GROUP BY aggregate_type")
WITHOUT_MONTH = text("SELECT whose, rows, bytes FROM kept_month WHERE ends IS NULL")


class Size(NamedTuple):
    """Of one table: `bytes` with its indexes, `rows` as estimated by the server since it last looked."""

    table: str
    bytes: int
    rows: int


def sizes(engine: Engine) -> list[Size]:
    """The frame's tables and the service's own as one, the largest first."""
    with engine.connect() as connection:
        found = connection.execute(SIZES, {"own": list(FRAMES_OWN), "business": BUSINESS})
        return [Size(row.of_table, row.bytes, row.rows) for row in found]


def heard(engine: Engine) -> dict[str, int]:
    """How many aggregates of each type have been heard of."""
    with engine.connect() as connection:
        return {row.aggregate_type: row.n for row in connection.execute(HEARD)}


def measure(engine: Engine) -> None:
    """Tell all of it as metrics."""
    for size in sizes(engine):
        TABLE_BYTES.labels(size.table).set(size.bytes)
        TABLE_ROWS.labels(size.table).set(size.rows)
    for aggregate_type, count in heard(engine).items():
        AGGREGATES_HEARD.labels(aggregate_type).set(count)
    with engine.connect() as connection:
        for row in connection.execute(WITHOUT_MONTH):
            ROWS_WITHOUT_MONTH.labels(row.whose).set(row.rows)
