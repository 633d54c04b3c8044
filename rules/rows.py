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
    Lowered,
    common,
    common_unit,
    figure,
    figure_text,
    joined,
    names,
    nothing,
    unknown,
)
from rules.named import parts_below, values_in
from rules.working import RowLine

IN_A_ROW = {FactKind.NUMBERS: FactKind.NUMBER, FactKind.CODES: FactKind.CODE, FactKind.DATES: FactKind.DATE}
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
    inside = replace(reader, fact_types=types_in_a_row(node, reader.fact_types))
    apart = differing(node, reader)
    found = [figure(node.of, _in_row(rows, index, inside, apart), paying) for index in range(rows.count)]
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
    paid = [found[index] for index in sorted(chosen)]
    benefits = tuple(dict.fromkeys(each for one in paid for each in one.benefits))
    parts = joined(one.parts or ((None, one.value or NOTHING),) for one in paid)
    return Figure(value, dimension, text, (*lines, total), (), benefits, parts, _lowered(node, paid), written)


def _lowered(node: Each, paid: Sequence[Figure]) -> tuple[Lowered, ...]:
    """What brought single rows down, of one kind and part together."""
    found: dict[tuple[object, ...], Lowered] = {}
    for one in paid:
        for each in one.lowered:
            known = found.get((each.kind, each.part))
            by = each.by + (known.by if known is not None else NOTHING)
            text = known.text if known is not None else f"逐{node.called}：{each.text}"
            found[each.kind, each.part] = replace(each, by=by, text=text)
    return tuple(found.values())


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


def differing(node: Each, reader: FactReader) -> tuple[str, ...]:
    """The named values that are not the same in all rows: those that look at one of the lists."""
    values, listed = reader.given.values, {row.fact for row in node.rows}
    looks = [
        name
        for name, value in values.items()
        if any(getattr(part, "fact", None) in listed for part in parts_below(value.of))
    ]
    return tuple(
        name
        for name, value in values.items()
        if name in looks or any(each.name in looks for each in values_in(value.of, values))
    )


def _in_row(rows: _Rows, index: int, reader: FactReader, apart: Sequence[str]) -> FactReader:
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
    lists = tuple((column.name, column.period) for column in rows.columns)
    row = lists, index, *dict.fromkeys(reader.apart.values())
    return replace(reader, sheet=narrowed, apart={**reader.apart, **dict.fromkeys(apart, row)})


def _chosen(values: Sequence[Fraction], most: int | None) -> frozenset[int]:
    """The rows that count: the highest, of equal ones the first."""
    order = sorted(range(len(values)), key=lambda index: (-values[index], index))
    return frozenset(order if most is None else order[:most])


def _line(node: Each, index: int, found: Figure, counts: bool, paying: bool, text: str) -> tuple[str, Fraction]:
    phrase = RowLine.of(f"第 {index + 1} {node.called}：", found.work, text, "" if counts else "（未计入）")
    return phrase, found.value or NOTHING if paying and counts else NOTHING


EVALUATORS[Each] = _each
