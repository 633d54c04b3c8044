"""How the server carries out what is asked of it: each statement explained where it runs, as it runs, with what it looked at.

A statement is explained on its own connection: same role, same row security, and a generic plan as in production. What it
changes is undone before it is carried out in earnest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from sqlalchemy import Engine, event

EXPLAINED = ("SELECT", "(SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
NOT_AGAIN = ("set_config", "advisory", "begin_command", "SAVEPOINT")
"""What must not be done twice in a transaction, and looks at no rows."""

MOST_ROWS = 400
"""A page is of 20 rows here, and an enterprise has few: whatever looks at more walks along something."""

PAGES_FREE, PAGES_A_ROW = 40, 8
"""Pages that one scan may look at: to get down some indexes, and for each row of the table that it comes upon, with what of it is
kept apart. What it passes within an index is counted nowhere else."""
SMALL_TABLE = 20
"""Pages of a table that may as well be read whole."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A scan that looks at more than it should. `rows` were looked at, `pages` of the table and of its index."""

    statement: str
    how: str
    rows: int
    pages: int

    def __str__(self) -> str:
        return f"{self.how}: {self.rows} rows, {self.pages} pages\n        {' '.join(self.statement.split())[:600]}"


class Plans:
    """What ran on the engines that are watched."""

    def __init__(self) -> None:
        self.statements = 0
        self.walks: list[Walk] = []

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, _connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if many or not statement.lstrip().startswith(EXPLAINED) or any(word in statement for word in NOT_AGAIN):
            return
        self.statements += 1
        self.walks += walks(statement, explain(cursor.connection, statement, parameters))


def explain(connection: psycopg.Connection, statement: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan of one statement with what came of it, as the server tells it."""
    query = PostgresQuery(Transformer(connection))
    query.convert(statement, parameters or None)
    values = [parameters[name] for name in query._order or ()]
    given = sql.SQL(", ").join(sql.Literal(value) for value in values)
    asked = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE explained")
    asked += sql.SQL("({})").format(given) if values else sql.SQL("")
    result = connection.pgconn.prepare(b"explained", query.query, query.types)
    assert result.status == psycopg.pq.ExecStatus.COMMAND_OK, f"{result.error_message!r}: {statement}"
    if not connection.autocommit:
        connection.execute("SAVEPOINT explained")
    row = connection.execute(asked).fetchone()
    if not connection.autocommit:
        connection.execute("ROLLBACK TO SAVEPOINT explained")
    connection.execute("DEALLOCATE explained")
    assert row is not None
    plan: Mapping[str, Any] = (json.loads(row[0]) if isinstance(row[0], str) else row[0])[0]["Plan"]
    return plan


def walks(statement: str, plan: Mapping[str, Any]) -> Iterator[Walk]:
    """The scans of a plan that look at more than they should."""
    first = {each["Subplan Name"]: _pages(each) for each in _nodes(plan) if each.get("Subplan Name")}
    for node in _nodes(plan):
        if "Relation Name" not in node:
            continue
        loops = node["Actual Loops"]
        removed = sum(node.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck"))
        rows = round((node["Actual Rows"] + removed) * loops)
        pages = _pages(node) - _pages_below(node) - _pages_of_first_use(node, first)
        allowed = PAGES_FREE + PAGES_A_ROW * (rows + loops)
        if (rows > MOST_ROWS and pages > SMALL_TABLE) or pages > allowed:
            how = f"{node['Node Type']} of {node['Relation Name']} by {node.get('Index Name', 'nothing')}"
            condition = node.get("Index Cond") or node.get("Filter") or ""
            yield Walk(statement, f"{how} where {condition}", rows, pages)


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _pages(node: Mapping[str, Any]) -> int:
    """All that was looked at for this node and whatever is below it."""
    pages: int = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    return pages


def _pages_of_first_use(node: Mapping[str, Any], first: Mapping[str, int]) -> int:
    """What is worked out once (InitPlan) is charged to the scan that asks for it first, wherever it stands in the tree."""
    asked = f"{node.get('Index Cond', '')} {node.get('Filter', '')}"
    found = sum(pages for name, pages in first.items() if f"({name})" in asked)
    return found if found <= _pages(node) else 0


def _pages_below(node: Mapping[str, Any]) -> int:
    """Of what is asked within a scan: those of a bitmap are its own."""
    below = (
        each
        for each in node.get("Plans", ())
        if each["Node Type"] not in ("Bitmap Index Scan", "BitmapOr", "BitmapAnd")
    )
    return sum(map(_pages, below))
