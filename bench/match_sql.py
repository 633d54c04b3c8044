"""The same matching by PostgreSQL: a wide table with one column per fact, one statement per item.

A wide table is the best that SQL can be given: no joins, and NULL follows the same three-valued logic. A sample is
measured, its counts are compared with the matcher's, and the time is extrapolated in proportion to the pairs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg

from bench.surroundings import ROOT
from console.postgres import Postgres
from console.sample_city.columns import matcher_of
from console.sample_city.facts import Draft, Facts
from console.sample_city.firms import draw
from console.sample_city.items import sample_items
from contracts.rule import (
    AllOf,
    AnyOf,
    Condition,
    Eligibility,
    FactKind,
    ItemRules,
    Not,
    Operator,
    absolute_period,
)
from rules.units import in_base, unit
from services.catalog.matching.engine.columns import day_number

SAMPLE_FIRMS = 30_000
SAMPLE_ITEMS = 250
TYPES = {FactKind.NUMBER: "numeric", FactKind.FLAG: "boolean", FactKind.DATE: "date", FactKind.CODE: "text"}
SIGNS = {
    Operator.EQ: "=", Operator.NE: "<>", Operator.GE: ">=", Operator.GT: ">", Operator.LE: "<=", Operator.LT: "<",
    Operator.BEFORE: "<", Operator.AFTER: ">",
}  # fmt: skip


def seconds_by_sql(enterprises: int, items: int, today: date) -> dict[str, Any]:
    """Seconds for all pairs by one connection without parallel workers, extrapolated from a sample."""
    firms = min(SAMPLE_FIRMS, enterprises)
    every = dict(sample_items(items))
    used = {declared.name: declared for rules in every.values() for declared in rules.fact_types}
    drafts = [draft for draft in Facts(draw(firms)).columns(used.values()) if draft.kind in TYPES]
    columns = {(draft.name, draft.period): f"f{number}" for number, draft in enumerate(drafts)}
    matcher = matcher_of(firms, drafts, today)
    sampled = list(every)[:: max(1, items // SAMPLE_ITEMS)]
    for item in sampled:
        matcher.put_item(item, every[item])
    units = {(draft.name, draft.period): draft.unit for draft in drafts}
    with _database() as connection:
        _fill(connection, drafts, firms, day_number(today))
        took = 0.0
        for item in sampled:
            where = _where(every[item].eligibility, every[item], columns, units, today.year)
            began = time.perf_counter()
            (count,) = connection.execute(f"SELECT count(*) FROM firm WHERE {where}".encode()).fetchone() or (0,)
            took += time.perf_counter() - began
            assert count == matcher.reach(item).met, f"{item}: {count} by SQL, {matcher.reach(item).met} by us"
    scale = (enterprises / firms) * (items / len(sampled))
    return {
        "sql_s_estimated": round(took * scale),
        "sql_sample": f"{len(sampled)} 项 × {firms:,} 户宽表，实测 {took:.2f} s，计数与本引擎逐项一致",
    }


@contextmanager
def _database() -> Iterator[psycopg.Connection]:
    """A connection to a server of the measurements' own; its table is a temporary one."""
    home = Path(os.environ.get("ZHIDA_HOME", ROOT / ".zhida")) / "bench"
    home.mkdir(parents=True, exist_ok=True)
    server = Postgres(home)
    try:
        url = server.start().dsn_of("postgres").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection
    finally:
        server.stop()


def _fill(connection: psycopg.Connection, drafts: Sequence[Draft], firms: int, today: int) -> None:
    described = ", ".join(f"f{number} {TYPES[draft.kind]}" for number, draft in enumerate(drafts))
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET temp_buffers = '512MB'")
    connection.execute(f"CREATE TEMP TABLE firm ({described})".encode())
    rows: list[list[object]] = [[None] * len(drafts) for _ in range(firms)]
    for number, draft in enumerate(drafts):
        for row, value, until in zip(draft.rows.tolist(), draft.values.tolist(), draft.untils.tolist(), strict=True):
            if until >= today:
                rows[row][number] = draft.written(value)
    with connection.cursor().copy("COPY firm FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute("ANALYZE firm")


def _where(
    rule: Eligibility, rules: ItemRules, columns: dict[tuple[str, str | None], str], units: dict, year: int
) -> str:
    """The conditions as SQL; a fact that the city has not is NULL."""
    if isinstance(rule, Not):
        return f"NOT {_where(rule.of, rules, columns, units, year)}"
    if isinstance(rule, AllOf | AnyOf):
        word = " AND " if isinstance(rule, AllOf) else " OR "
        return f"({word.join(_where(part, rules, columns, units, year) for part in rule.of)})"
    assert isinstance(rule, Condition)
    key = rule.fact, absolute_period(rule.period, rules.reference_year or year)
    column = columns.get(key)
    return "NULL::boolean" if column is None else _compared(rule, column, units[key])


def _compared(condition: Condition, column: str, own_unit: str | None) -> str:
    operator = condition.operator
    if operator in (Operator.IS_TRUE, Operator.IS_FALSE):
        return column if operator is Operator.IS_TRUE else f"NOT {column}"
    if operator is Operator.EXISTS:
        return f"CASE WHEN {column} IS NOT NULL THEN true END"
    values = list(_values(condition, own_unit))
    if operator in (Operator.IN, Operator.NOT_IN):
        return f"{column} {'NOT IN' if operator is Operator.NOT_IN else 'IN'} ({', '.join(values)})"
    if operator is Operator.BETWEEN:
        return f"{column} BETWEEN {values[0]} AND {values[1]}"
    return f"{column} {SIGNS[operator]} {values[0]}"


def _values(condition: Condition, own_unit: str | None) -> Iterator[str]:
    """The required values as SQL writes them, numbers in the column's own unit."""
    given = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    for value in given:
        if condition.unit is not None and own_unit is not None:
            exact = in_base(str(value), condition.unit) / unit(own_unit).factor
            yield _number(exact)
        else:
            yield f"'{value}'"


def _number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}::numeric / {value.denominator}"
