"""From the catalogue's tables into columns: everything at the start, single dossiers afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

ENTERPRISES = "SELECT id FROM enterprise WHERE tenant = :tenant AND merged_into IS NULL ORDER BY id"

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
                WHEN c.kind = 'date' AND c.value #>> '{}' ~ '^\d{4}-\d{2}-\d{2}$' THEN 'date' ELSE 'listed' END AS form
        FROM enterprise_fact_current c
        WHERE c.tenant = :tenant AND c.enterprise_id BETWEEN :first AND :last
    ) f
    JOIN (SELECT id, CAST(place + :start - 1 AS integer) AS row
        FROM unnest(CAST(:ids AS text[])) WITH ORDINALITY AS given(id, place)) n ON n.id = f.enterprise_id
) fact
GROUP BY name, period, kind, unit, form, decimals, listed
"""
"""One row per fact, period and way of writing it: the rows and figures of a whole slice of dossiers at once."""

FILES = (
    "SELECT enterprise_id, name, kind, value, unit, period, source, source_kind, as_of, valid_until"
    " FROM enterprise_fact_current WHERE tenant = :tenant AND enterprise_id = ANY (CAST(:ids AS text[]))"
)


def read_enterprises(reader: Reader, tenant: TenantId) -> list[str]:
    """The ids of all dossiers that stand, ascending."""
    return [row.id for row in reader.execute(ENTERPRISES, {"tenant": tenant})]


def load_columns(reader: Reader, tenant: TenantId, ids: Sequence[str], facts: EngineFacts) -> None:
    """The current facts of `ids` (ascending; row by row) into empty columns."""
    parts: dict[ColumnKey, list[_Part]] = {}
    for start in range(0, len(ids), SLICE):
        some = list(ids[start : start + SLICE])
        given = {"tenant": tenant, "first": some[0], "last": some[-1], "ids": some, "start": start, "never": NEVER}
        for found in reader.execute(COLUMNS, given):
            column = facts.column((found.name, found.period))
            parts.setdefault((found.name, found.period), []).append(_part(column, found))
    for key, those in parts.items():
        rows, forms, values, untils = (np.concatenate(each) for each in zip(*those, strict=True))
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
