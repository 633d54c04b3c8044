"""From the catalogue's tables into columns: everything at the start, single dossiers afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chassis.read.reader import Reader
from contracts.message import TenantId
from contracts.rule import Fact, FactKind
from services.catalog.matching.engine.columns import DAY, LISTED, NEVER, BitmapColumn, number_text
from services.catalog.matching.engine.facts import ColumnKey, EngineFacts

SLICE = 20_000
"""Dossiers in one statement: a few seconds of the server's time, well inside its limit."""

ENTERPRISES = (
    "SELECT tenant, id FROM enterprise WHERE tenant = ANY (CAST(:tenants AS text[])) AND merged_into IS NULL"
    " ORDER BY tenant, id"
)
SIZES = (
    "SELECT tenant, count(*) AS n FROM enterprise WHERE tenant = ANY (CAST(:tenants AS text[])) AND merged_into IS NULL"
    " GROUP BY tenant"
)

COLUMNS = r"""
SELECT name, period, kind, unit, form, decimals, listed, array_agg(row) AS rows,
    CASE WHEN form = 'listed' THEN NULL ELSE array_agg(CAST(digits AS bigint)) END AS numbers,
    CASE WHEN count(until) = 0 THEN NULL ELSE array_agg(COALESCE(until, :never)) END AS untils
FROM (
    SELECT f.name, f.period, f.kind, f.unit, n.row, f.until, f.form,
        CASE f.form WHEN 'listed' THEN NULL ELSE f.digits END AS digits,
        CASE f.form WHEN 'number' THEN length(f.word) - COALESCE(NULLIF(position('.' IN f.word), 0), length(f.word)) END
            AS decimals,
        CASE f.form WHEN 'listed' THEN f.value END AS listed
    FROM (
        SELECT c.*, c.value #>> '{}' AS word,
            CAST(to_char(c.valid_until, 'YYYYMMDD') AS integer) AS until,
            CASE c.kind WHEN 'number' THEN replace(c.value #>> '{}', '.', '')
                WHEN 'date' THEN replace(c.value #>> '{}', '-', '') END AS digits,
            CASE WHEN c.kind = 'number' AND length(c.value #>> '{}') <= 18 THEN 'number'
                WHEN c.kind = 'date' AND c.value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN 'date' ELSE 'listed' END AS form
        FROM enterprise_fact_current c
        WHERE {those}
    ) f
    JOIN (SELECT tenant, id, CAST(place + :start - 1 AS integer) AS row
        FROM unnest(CAST(:owners AS text[]), CAST(:ids AS text[])) WITH ORDINALITY AS given(tenant, id, place)) n
        ON (n.tenant, n.id) = (f.tenant, f.enterprise_id)
) fact
GROUP BY name, period, kind, unit, form, decimals, listed
"""
"""One row per fact, period and way of writing it: the rows and figures of a whole slice of dossiers at once."""

OF_ONE = COLUMNS.replace("{those}", "c.tenant = :tenant AND c.enterprise_id BETWEEN :first AND :last")
OF_MANY = COLUMNS.replace("{those}", "c.tenant = ANY (CAST(:tenants AS text[]))")

FILES = (
    "SELECT enterprise_id, name, kind, value, unit, period, source, source_kind, as_of, valid_until"
    " FROM enterprise_fact_current WHERE tenant = :tenant AND enterprise_id = ANY (CAST(:ids AS text[]))"
)


def read_enterprises(reader: Reader, tenants: Collection[TenantId]) -> list[tuple[TenantId, str]]:
    """(tenant, id) of all dossiers of these tenants that stand, ascending."""
    return [(row.tenant, row.id) for row in reader.execute(ENTERPRISES, {"tenants": list(tenants)})]


def read_sizes(reader: Reader, tenants: Collection[TenantId]) -> dict[TenantId, int]:
    """How many dossiers stand in each of these tenants."""
    found = {row.tenant: row.n for row in reader.execute(SIZES, {"tenants": list(tenants)})}
    return {tenant: found.get(tenant, 0) for tenant in tenants}


def load_columns(reader: Reader, dossiers: Sequence[tuple[TenantId, str]], facts: EngineFacts) -> None:
    """The current facts of these dossiers (ascending; row by row) into empty columns."""
    parts: dict[ColumnKey, list[_Part]] = {}
    for start in range(0, len(dossiers), SLICE):
        some = dossiers[start : start + SLICE]
        those: dict[str, Any]
        owners, ids = [tenant for tenant, _ in some], [id for _, id in some]
        given = {"owners": owners, "ids": ids, "start": start, "never": NEVER}
        if owners[0] == owners[-1]:
            statement, those = OF_ONE, {"tenant": owners[0], "first": ids[0], "last": ids[-1]}
        else:
            statement, those = OF_MANY, {"tenants": sorted(set(owners))}
        for found in reader.execute(statement, given | those):
            column = facts.column((found.name, found.period))
            parts.setdefault((found.name, found.period), []).append(_part(column, found))
    for key, these in parts.items():
        rows, forms, values, untils = (np.concatenate(each) for each in zip(*these, strict=True))
        order = np.argsort(rows, kind="stable")
        facts.column(key).load(rows[order], forms[order], values[order], untils[order])


_Part = tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]


def _part(column: BitmapColumn, found: Any) -> _Part:
    count = len(found.rows)
    untils = np.full(count, NEVER, np.int32) if found.untils is None else np.array(found.untils, np.int32)
    form = DAY if found.form == "date" else LISTED
    if found.form == "number":
        form = column.form_of(found.unit, found.decimals)
    rows = np.array(found.rows, np.int32)
    if form != LISTED:
        return rows, np.full(count, form, np.uint8), np.array(found.numbers, np.int64), untils
    if found.form == "number":
        # There are more ways of writing this fact than forms: its figures go to the dictionary one by one.
        words: list[Any] = [number_text(number, found.decimals) for number in found.numbers]
    else:
        words = [tuple(found.listed) if isinstance(found.listed, list) else found.listed] * count
    kind = FactKind(found.kind)
    values = [column.entry_of(kind, word, found.unit) for word in words]
    return rows, np.full(count, LISTED, np.uint8), np.array(values, np.int64), untils


def read_dossiers(reader: Reader, tenant: TenantId, ids: Iterable[str]) -> Mapping[str, dict[ColumnKey, Fact]]:
    """The current facts of these enterprises, of those that have any."""
    dossiers: dict[str, dict[ColumnKey, Fact]] = {}
    for row in reader.execute(FILES, {"tenant": tenant, "ids": list(ids)}).mappings():
        fact = Fact.model_validate({name: value for name, value in row.items() if name != "enterprise_id"})
        dossiers.setdefault(row["enterprise_id"], {})[fact.name, fact.period] = fact
    return dossiers
