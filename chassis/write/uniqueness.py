"""Which of a table's unique constraints stands against rows that are to be written.

A duplicate is refused without the server's seeing an error: it would write one into its log for each, with the row in it,
and whoever reads that log for trouble would find none of it among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import text

from chassis.write.unit import Unit

DEFINITION = text(
    "SELECT (SELECT string_agg(pg_get_indexdef(i.indexrelid, place, true), ', ' ORDER BY place)"
    " FROM generate_series(1, CAST(i.indnkeyatts AS integer)) AS place) AS keys,"
    " pg_get_expr(i.indpred, i.indrelid) AS condition FROM pg_index i"
    " WHERE i.indexrelid = to_regclass(quote_ident(:name)) AND i.indrelid = to_regclass(quote_ident(:table))"
    " AND i.indisunique"
)
"""A unique constraint is an index of its own name. Without one of this name it is a constraint of another kind."""


def standing_against(
    unit: Unit, table: str, names: Iterable[str], rows: str, parameters: Mapping[str, Any], *, besides: bool
) -> str | None:
    """The first of the constraints that a row of the table and one of `rows` cannot both meet; None for none that this
    unit of work may see. `besides`: rows that stand there already under their own id are not in their own way.
    """
    for name in names:
        definition = unit.execute(DEFINITION, {"name": name, "table": table}).first()
        if definition is None:
            continue
        question = _question(table, definition.keys, definition.condition, rows, besides)
        if unit.execute(question, dict(parameters)).first() is not None:
            return name
    return None


@cache
def _question(table: str, keys: str, condition: str | None, rows: str, besides: bool) -> Any:
    # The names in keys and condition are the table's outside the brackets, and those of the new rows within.
    meets = f" AND {condition}" if condition else ""
    others = f" AND (tenant, id) NOT IN (SELECT tenant, id FROM {rows})" if besides else ""
    return text(
        f'SELECT true FROM "{table}" WHERE ({keys}) IN (SELECT {keys} FROM {rows} WHERE true{meets}){meets}{others} LIMIT 1'
    )
