"""The same matching by PostgreSQL: a wide table with one column per fact, one statement per item.

A wide table is the best that SQL can be given: no joins, and NULL follows the same three-valued logic. It has only
the columns that the sampled items ask for (a table may have 1,600); a comparison of computed values is given to it
ready, as a column of answers. A sample is measured, its counts are compared with the matcher's, and the time is
extrapolated in proportion to the pairs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg

from bench.surroundings import ROOT
from console.policy.sample_city.columns import matcher_of
from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import FactDraft, SampleFacts
from console.policy.sample_city.items import sample_items
from console.servers.postgres import Postgres
from contracts.rule import (
    AllOf,
    AnyOf,
    Condition,
    Eligibility,
    FactKind,
    ItemRules,
    Not,
    Operator,
    State,
    absolute_period,
)
from rules.units import in_base, unit
from services.catalog.matching.engine.columns import day_number
from services.catalog.matching.engine.matcher import Matcher

SAMPLE_ENTERPRISES = 30_000
SAMPLE_ITEMS = 250
TYPES = {FactKind.NUMBER: "numeric", FactKind.FLAG: "boolean", FactKind.DATE: "date", FactKind.CODE: "text"}
SIGNS = {
    Operator.EQ: "=", Operator.NE: "<>", Operator.GE: ">=", Operator.GT: ">", Operator.LE: "<=", Operator.LT: "<",
    Operator.BEFORE: "<", Operator.AFTER: ">",
}  # fmt: skip


Key = tuple[str, str | None]
"""A fact's name and the period it is about."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The wide table's columns: one per fact and period that a condition asks for, one per computed condition."""

    facts: Mapping[Key, tuple[str, FactDraft]]
    ready: Mapping[tuple[Eligibility, int], tuple[str, ItemRules]]

    def __len__(self) -> int:
        return len(self.facts) + len(self.ready)


def columns_for(sampled: Iterable[ItemRules], drafts: Iterable[FactDraft], year: int) -> Columns:
    """Those that `sampled` needs; of the facts, those that the city has."""
    asked: set[Key] = set()
    ready: dict[tuple[Eligibility, int], tuple[str, ItemRules]] = {}
    for rules in sampled:
        counted_from = rules.reference_year or year
        for leaf in _leaves(rules.eligibility):
            if isinstance(leaf, Condition):
                asked.add((leaf.fact, absolute_period(leaf.period, counted_from)))
            else:
                ready.setdefault((leaf, counted_from), (f"c{len(ready)}", rules))
    had = [draft for draft in drafts if draft.kind in TYPES and (draft.name, draft.period) in asked]
    return Columns({(each.name, each.period): (f"f{number}", each) for number, each in enumerate(had)}, ready)


def seconds_by_sql(enterprises: int, items: int, today: date) -> dict[str, Any]:
    """Seconds for all pairs by one connection without parallel workers, extrapolated from a sample."""
    enterprises = min(SAMPLE_ENTERPRISES, enterprises)
    every = dict(sample_items(items))
    sampled = list(every)[:: max(1, items // SAMPLE_ITEMS)]
    used = {declared.name: declared for item in sampled for declared in every[item].fact_types}
    drafts = [draft for draft in SampleFacts(draw(enterprises)).columns(used.values()) if draft.kind in TYPES]
    columns = columns_for([every[item] for item in sampled], drafts, today.year)
    matcher = matcher_of(enterprises, drafts, today)
    for item in sampled:
        matcher.put_item(item, every[item])
    with _database() as connection:
        _fill(connection, columns, matcher)
        took = 0.0
        for item in sampled:
            asked = where(every[item].eligibility, columns, every[item].reference_year or today.year)
            began = time.perf_counter()
            (count,) = connection.execute(f"SELECT count(*) FROM enterprise WHERE {asked}".encode()).fetchone() or (0,)
            took += time.perf_counter() - began
            assert count == matcher.reach(item).met, f"{item}: {count} by SQL, {matcher.reach(item).met} by us"
    scale = (enterprises / enterprises) * (items / len(sampled))
    return {
        "sql_s_estimated": round(took * scale),
        "sql_sample": f"{len(sampled)} 项 × {enterprises:,} 户宽表（{len(columns)} 列，其中 {len(columns.ready)} 列为现成的计算结果），"
        f"实测 {took:.2f} s，计数与本引擎逐项一致",
    }


def _leaves(rule: Eligibility) -> Iterator[Eligibility]:
    """What the conditions consist of: below them SQL is not asked. At least n of m is left to the matcher, too."""
    if isinstance(rule, AllOf | AnyOf | Not):
        for part in (rule.of,) if isinstance(rule, Not) else rule.of:
            yield from _leaves(part)
    else:
        yield rule


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


def _fill(connection: psycopg.Connection, columns: Columns, matcher: Matcher) -> None:
    kinds = [f"{name} {TYPES[draft.kind]}" for name, draft in columns.facts.values()]
    kinds += [f"{name} boolean" for name, _ in columns.ready.values()]
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET temp_buffers = '512MB'")
    connection.execute(f"CREATE TEMP TABLE enterprise ({', '.join(kinds)})".encode())
    today = day_number(matcher.facts.today)
    rows: list[list[object]] = [[None] * len(columns) for _ in range(matcher.facts.count)]
    for number, (_, draft) in enumerate(columns.facts.values()):
        for row, value, until in zip(draft.rows.tolist(), draft.values.tolist(), draft.untils.tolist(), strict=True):
            if until >= today:
                rows[row][number] = draft.written(value)
    for number, ((rule, _), (_, rules)) in enumerate(columns.ready.items(), len(columns.facts)):
        matcher.put_item("computed", rules.model_copy(update={"eligibility": rule}))
        for state, answer in ((State.MET, True), (State.NOT_MET, False)):
            for row in matcher.standing("computed", state).tolist():
                rows[row][number] = answer
    with connection.cursor().copy("COPY enterprise FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute("ANALYZE enterprise")


def where(rule: Eligibility, columns: Columns, year: int) -> str:
    """The conditions as SQL; a fact that the city has not is NULL."""
    if isinstance(rule, Not):
        return f"NOT {where(rule.of, columns, year)}"
    if isinstance(rule, AllOf | AnyOf):
        word = " AND " if isinstance(rule, AllOf) else " OR "
        return f"({word.join(where(part, columns, year) for part in rule.of)})"
    if not isinstance(rule, Condition):
        return columns.ready[rule, year][0]
    known = columns.facts.get((rule.fact, absolute_period(rule.period, year)))
    return "NULL::boolean" if known is None else _compared(rule, *known)


def _compared(condition: Condition, column: str, draft: FactDraft) -> str:
    operator = condition.operator
    if operator in (Operator.IS_TRUE, Operator.IS_FALSE):
        return column if operator is Operator.IS_TRUE else f"NOT {column}"
    if operator is Operator.EXISTS:
        return column if draft.kind is FactKind.FLAG else f"CASE WHEN {column} IS NOT NULL THEN true END"
    values = list(_values(condition, draft.unit))
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
