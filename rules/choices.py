"""Nodes that choose and join: tables, lookups, conditions, sums, the highest and the lowest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

from contracts.rule import (
    Band,
    Benefit,
    Highest,
    InKind,
    Lookup,
    Lowest,
    MissingFact,
    State,
    Sum,
    Table,
    When,
)
from rules.eligibility import verdict_of
from rules.facts import FactReader, value_text
from rules.figures import (
    EVALUATORS,
    NOTHING,
    Figure,
    UnitsDoNotFit,
    called,
    common,
    common_unit,
    figure,
    figure_text,
    names,
    nothing,
    title,
    unknown,
)
from rules.parts import added, term
from rules.text.phrases import BENEFITS, band_text
from rules.text.reasons import answered
from rules.units import in_base, number, product, quantity_text, unit, unit_of_product


def _table(node: Table, reader: FactReader, paying: bool) -> Figure:
    by = figure(node.by, reader.at(None))
    if by.value is None:
        return unknown((by,))
    if by.dimension not in (unit(node.unit).dimension, None):
        raise UnitsDoNotFit(f"a table in {node.unit} over {by.text}")
    if node.basis == "marginal":
        return _marginal(node, by, reader, paying)
    for band in node.bands:
        if _inside(band, by.value, node.unit):
            then = figure(band.then, reader, paying)
            line = (f"{title(node)}{by.text}，属“{band_text(band, node.unit)}”档", NOTHING)
            return replace(then, work=(*by.work, line, *then.work))
    zero = nothing(node, reader)
    line = (f"{title(node)}{by.text}，不在所列各档之内（{_reach(node)}），计 {zero.text}", NOTHING)
    return replace(zero, work=(*by.work, line))


def _reach(node: Table) -> str:
    """Where the bands begin and end: `最低一档为超过 5 亿元`."""
    lows = [(in_base(band.low, node.unit), band) for band in node.bands if band.low is not None]
    if len(lows) < len(node.bands):
        return "各档有空缺"
    low = min(lows, key=lambda each: each[0])[1]
    return f"最低一档从 {quantity_text(number(low.low or '0'), node.unit)}起"


def _inside(band: Band, value: Fraction, unit_text: str) -> bool:
    if band.low is not None:
        low = in_base(band.low, unit_text)
        if value < low or (value == low and not band.low_inclusive):
            return False
    if band.high is not None:
        high = in_base(band.high, unit_text)
        if value > high or (value == high and not band.high_inclusive):
            return False
    return True


def _marginal(node: Table, by: Figure, reader: FactReader, paying: bool) -> Figure:
    """Each band's rate or price times the part of the quantity inside the band."""
    quantity = by.value or NOTHING
    value, dimension, written = NOTHING, None, None
    work: list[tuple[str, Fraction]] = [*by.work, (f"{title(node)}{by.text}，分段计算", NOTHING)]
    parts: list[Figure] = []
    for band in node.bands:
        low = in_base(band.low, node.unit) if band.low is not None else NOTHING
        high = min(quantity, in_base(band.high, node.unit)) if band.high is not None else quantity
        if high <= low:
            continue
        then = figure(band.then, reader, False)
        parts.append(then)
        if then.value is None:
            continue
        part = (high - low) * then.value
        dimension = product(by.dimension or (), then.dimension or ())
        inside = figure_text(high - low, by.dimension, node.unit)
        written = unit_of_product(node.unit, then.unit)
        phrase = f"“{band_text(band, node.unit)}”部分 {inside} × {then.text} = {figure_text(part, dimension, written)}"
        work.append((phrase, part if paying else NOTHING))
        value += part
    if any(part.value is None for part in parts):
        return unknown((by, *parts))
    written = written or nothing(node, reader).unit
    return Figure(value, dimension, figure_text(value, dimension, written), tuple(work), unit=written)


def _lookup(node: Lookup, reader: FactReader, paying: bool) -> Figure:
    fact = reader.code(node.fact, node.period)
    if isinstance(fact, MissingFact):
        return Figure(None, None, "", (), (fact,))
    phrase = names(reader).fact(node.fact, node.period)
    shown = f"{title(node)}{phrase}为“{value_text(fact, reader.fact_types)}”"
    then = next((row.then for row in node.rows if fact.value in row.codes), node.otherwise)
    if then is None:
        zero = nothing(node, reader)
        return replace(zero, work=((f"{shown}，不在所列范围，计 {zero.text}", NOTHING),))
    found = figure(then, reader, paying)
    return replace(found, work=((shown, NOTHING), *found.work))


def _sum(node: Sum, reader: FactReader, paying: bool) -> Figure:
    parts = [term(part, reader, paying) for part in node.of]
    if any(part.value is None for part in parts):
        return unknown(parts)
    made = added(parts)
    said = " + ".join(called(of, part) for of, part in zip(node.of, parts, strict=True))
    line = (f"{f'{node.name}：' if node.name else '合计 '}{said} = {made.text}", NOTHING)
    return replace(made, work=(*made.work, line))


def _highest(node: Highest, reader: FactReader, paying: bool) -> Figure:
    return _choose(node, reader, paying, "就高", max)


def _lowest(node: Lowest, reader: FactReader, paying: bool) -> Figure:
    return _choose(node, reader, paying, "就低", min)


def _choose(
    node: Highest | Lowest,
    reader: FactReader,
    paying: bool,
    word: str,
    best: Callable[[Iterable[Fraction]], Fraction],
) -> Figure:
    """The chosen part keeps its lines; those of the others explain and add nothing."""
    told = [(of, figure(of, reader, paying)) for of in node.of]
    if isinstance(node, Lowest) and reader.bound == "highest":
        told = [each for each in told if each[1].value is not None] or told  # it is not above those that are known
    parts = [part for _of, part in told]
    if any(part.value is None for part in parts):
        return unknown(parts)
    dimension = common(parts)
    values = [part.value or NOTHING for part in parts]
    chosen = values.index(best(values))
    work: list[tuple[str, Fraction]] = []
    for index, part in enumerate(parts):
        work.extend(part.work if index == chosen else ((text, NOTHING) for text, _ in part.work))
    said = [called(of, part) for of, part in told]
    work.append((f"{title(node)}{word}：{'、'.join(said)}，取 {said[chosen]}", NOTHING))
    written = common_unit([parts[chosen], *parts])
    return replace(parts[chosen], dimension=dimension, work=tuple(work), unit=written)


def _when(node: When, reader: FactReader, paying: bool) -> Figure:
    """Which of its conditions tell, with the figure of each: a long one names the part that failed."""
    verdict = verdict_of(node.condition, reader.at(None))
    phrase = f"{title(node)}{answered(verdict)}"
    if verdict.state is State.UNDETERMINED:
        return Figure(None, None, "", ((phrase, NOTHING),), verdict.missing)
    branch = node.then if verdict.state is State.MET else node.otherwise
    if branch is None:
        zero = nothing(node, reader)
        return replace(zero, work=((f"{phrase}，计 {zero.text}", NOTHING),))
    found = figure(branch, reader, paying)
    return replace(found, work=((phrase, NOTHING), *found.work))


def _in_kind(node: InKind, reader: FactReader, paying: bool) -> Figure:
    phrase = f"{BENEFITS[node.kind]}：{node.gives}"
    benefit = Benefit(kind=node.kind, text_zh=node.gives)
    return Figure(NOTHING, None, "0 元", ((f"{title(node)}{phrase}", NOTHING),), (), (benefit,), unit="元")


EVALUATORS.update(
    {
        Table: _table,
        Lookup: _lookup,
        When: _when,
        Sum: _sum,
        Highest: _highest,
        Lowest: _lowest,
        InKind: _in_kind,
    }
)
