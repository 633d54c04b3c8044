"""Row by row: each person, project, device, loan or flight on its own, then added up.

Inside a row the lists are single values: the same nodes, conditions and checks as everywhere else read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from contracts.rule import Each, Fact, FactKind, FactSheet, FactType, MissingFact
from contracts.rule.facts import LISTS
from rules.facts import FactReader, FactTypes
from rules.figures import (
    EVALUATORS,
    NOTHING,
    Figure,
    common,
    common_unit,
    figure,
    figure_text,
    names,
    nothing,
    unknown,
)

IN_A_ROW = {FactKind.NUMBERS: FactKind.NUMBER, FactKind.CODES: FactKind.CODE}
"""What a list is inside one row."""


def types_in_a_row(node: Each, fact_types: FactTypes) -> dict[str, FactType]:
    """The declarations that count inside `of`."""
    listed = {row.fact for row in node.rows}
    return {
        name: declared.model_copy(update={"kind": IN_A_ROW[declared.kind]})
        if name in listed and declared.kind in IN_A_ROW
        else declared
        for name, declared in fact_types.items()
    }


@dataclass(frozen=True, slots=True)
class _Rows:
    columns: Sequence[Fact]
    count: int


def _each(node: Each, reader: FactReader, paying: bool) -> Figure:
    rows = _rows(node, reader)
    if isinstance(rows, Figure):
        return rows
    types = types_in_a_row(node, reader.fact_types)
    found = [figure(node.of, _in_row(rows, index, reader, types), paying) for index in range(rows.count)]
    if any(each.value is None for each in found):
        return unknown(found)
    dimension = common(found)
    chosen = _chosen([each.value or NOTHING for each in found], node.most)
    value = sum((found[index].value or NOTHING for index in chosen), NOTHING)
    written = common_unit(found) or nothing(node, reader).unit
    text = figure_text(value, dimension, written)
    lines = [
        _line(node, index, each, index in chosen, paying, figure_text(each.value or NOTHING, dimension, written))
        for index, each in enumerate(found)
    ]
    most = f"，取最高的 {node.most} {node.called}" if len(chosen) < rows.count else ""
    total = (f"{node.name or '逐一合计'}：共 {rows.count} {node.called}{most} = {text}", NOTHING)
    benefits = tuple(dict.fromkeys(each for index in sorted(chosen) for each in found[index].benefits))
    return Figure(value, dimension, text, (*lines, total), (), benefits, unit=written)


def _rows(node: Each, reader: FactReader) -> _Rows | Figure:
    """The lists, of one length; undetermined, naming those that are missing, or longer or shorter than the first."""
    columns: list[Fact] = []
    missing: list[MissingFact] = []
    for row in node.rows:
        fact = reader.read(row.fact, row.period)
        if isinstance(fact, MissingFact):
            missing.append(fact)
        elif fact.kind not in LISTS or not isinstance(fact.value, tuple):
            missing.append(reader.missing(row.fact, row.period, "wrong_kind"))
        else:
            columns.append(fact)
    if missing:
        return Figure(None, None, "", (), tuple(missing))
    counts = [len(column.value) if isinstance(column.value, tuple) else 0 for column in columns]
    uneven = tuple(
        reader.missing(row.fact, row.period, "uneven")
        for row, count in zip(node.rows, counts, strict=True)
        if count != counts[0]
    )
    if not uneven:
        return _Rows(columns, counts[0])
    called = names(reader)
    told = "、".join(
        f"{called.fact(row.fact, row.period)} {count} 项" for row, count in zip(node.rows, counts, strict=True)
    )
    line = (f"{node.name or '逐一合计'}：各项数据的项数不一致（{told}），不能逐{node.called}计算", NOTHING)
    return Figure(None, None, "", (line,), uneven)


def _in_row(rows: _Rows, index: int, reader: FactReader, types: FactTypes) -> FactReader:
    """The same enterprise, with the entries of this row in the place of the lists."""
    entries = tuple(
        column.model_copy(update={"kind": IN_A_ROW[column.kind], "value": column.value[index]})
        for column in rows.columns
        if isinstance(column.value, tuple)
    )
    sheet = reader.sheet
    narrowed = FactSheet.model_construct(
        facts=(*sheet.facts, *entries), reference_year=sheet.reference_year, parameters=sheet.parameters
    )
    return replace(reader, sheet=narrowed, fact_types=types)


def _chosen(values: Sequence[Fraction], most: int | None) -> frozenset[int]:
    """The rows that count: the highest, of equal ones the first."""
    order = sorted(range(len(values)), key=lambda index: (-values[index], index))
    return frozenset(order if most is None else order[:most])


def _line(node: Each, index: int, found: Figure, counts: bool, paying: bool, text: str) -> tuple[str, Fraction]:
    told = "；".join(line for line, _ in found.work) or text
    phrase = f"第 {index + 1} {node.called}：{told}{'' if counts else '（未计入）'}"
    return phrase, found.value or NOTHING if paying and counts else NOTHING


EVALUATORS[Each] = _each
