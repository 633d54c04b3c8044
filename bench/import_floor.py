"""The floor under an import: the rows that it has written, by COPY into plain tables with the same indexes.

Nothing is parsed, checked, sealed or told; no row security, no trigger. As many lines a transaction and as many
connections at once as the import has. A part of the lines is written and the time taken in proportion.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

from chassis.operations.work import AT_ONCE
from services.catalog.imports.work import CHUNK_LINES

MOST_LINES = 20_000
ROWS = {
    "enterprise": "id BETWEEN %(first)s AND %(last)s",
    "enterprise_fact": "enterprise_id BETWEEN %(first)s AND %(last)s",
    "outbox": "aggregate_type = 'enterprise' AND aggregate_id BETWEEN %(first)s AND %(last)s",
    "audit_fact": "aggregate_type = 'enterprise' AND aggregate_id BETWEEN %(first)s AND %(last)s",
    "operation_line": "subject_id BETWEEN %(first)s AND %(last)s",
}
"""What a line leaves behind, by table."""

Written = dict[str, bytes]


def seconds_by_copy(owner: str, lines: int) -> float:
    """How long `lines` such lines would take. `owner` is the URL of the database's owner."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE INDEX operation_line_subject ON operation_line (subject_id)")
        ids = [id for (id,) in connection.execute("SELECT id FROM enterprise ORDER BY id LIMIT %s", [MOST_LINES])]
        chunks = [
            _read(connection, ids[start], ids[min(start + CHUNK_LINES, len(ids)) - 1])
            for start in range(0, len(ids), CHUNK_LINES)
        ]
        connection.execute("DROP INDEX operation_line_subject")
        connection.execute("CREATE SCHEMA floor")
        for table in ROWS:
            connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING INDEXES)".encode())
    shares = [chunks[number::AT_ONCE] for number in range(AT_ONCE)]
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as writers:
        list(writers.map(lambda share: _write(owner, share), shares))
    return (time.perf_counter() - began) * lines / len(ids)


def _read(connection: psycopg.Connection, first: str, last: str) -> Written:
    """The rows of these enterprises as COPY writes them."""
    read = {}
    for table, rows in ROWS.items():
        with connection.cursor().copy(
            f"COPY (SELECT * FROM {table} WHERE {rows}) TO STDOUT".encode(), {"first": first, "last": last}
        ) as copy:
            read[table] = b"".join(bytes(part) for part in copy)
    return read


def _write(owner: str, chunks: Sequence[Written]) -> None:
    with psycopg.connect(owner) as connection:
        for chunk in chunks:
            for table, rows in chunk.items():
                with connection.cursor().copy(f"COPY floor.{table} FROM STDIN".encode()) as copy:
                    copy.write(rows)
            connection.commit()
