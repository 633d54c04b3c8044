"""Nodes that rest on more than the enterprise's facts: outside figures, decisions, the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from contracts.rule import (
    Decided,
    Earliest,
    Elapsed,
    Latest,
    MissingFact,
    Parameter,
    ParameterValue,
    Unstated,
    absolute_period,
)
from rules.dates import resolve, whole_between
from rules.facts import FactReader, same_dimension, value_text
from rules.figures import EVALUATORS, NOTHING, Figure, common, common_unit, figure, figure_text, names, title, unknown
from rules.text.phrases import date_text
from rules.units import in_base, number, quantity_text, unit

# -- outside figures ---------------------------------------------------------------------------------------


def _parameter(node: Parameter, reader: FactReader, paying: bool) -> Figure:
    key = shown_key = node.key
    if node.key_fact is not None:
        fact = reader.code(node.key_fact.fact, node.key_fact.period)
        if isinstance(fact, MissingFact):
            return Figure(None, None, "", (), (fact,))
        key, shown_key = str(fact.value), value_text(fact, reader.fact_types)
    on = resolve(node.on, reader) if node.on is not None else None
    if isinstance(on, MissingFact):
        return Figure(None, None, "", (), (on,))
    period = absolute_period(node.period, reader.sheet.reference_year)
    phrase = names(reader).parameter(node.parameter, shown_key, period, on)
    declared = reader.given.parameters.get(node.parameter)
    known = reader.sheet.figures(node.parameter, key)
    if declared is not None:
        known = [value for value in known if same_dimension(value.unit, declared.unit)]
    found = _for_period(known, period) if on is None and period else _on_day(known, on or reader.today)
    if found is None:
        missing = MissingFact(name=node.parameter, period=period, label=phrase, why="absent", kind="parameter")
        return Figure(None, None, "", (), (missing,))
    reader.trail.figures.append(found)
    value, dimension = in_base(found.value, found.unit), unit(found.unit).dimension
    shown = quantity_text(number(found.value), found.unit)
    line = (f"{title(node)}{phrase} {shown}（{found.source}，{found.as_of}）", value if paying else NOTHING)
    return Figure(value, dimension, f"{node.name or phrase} {shown}", (line,), unit=found.unit)


def _for_period(known: Sequence[ParameterValue], period: str) -> ParameterValue | None:
    """The latest word about this period; of two of one day the last that was said."""
    found = [value for value in reversed(known) if value.period == period]
    return max(found, key=lambda value: value.as_of) if found else None


def _on_day(known: Sequence[ParameterValue], day: date) -> ParameterValue | None:
    """What was in force on this day: of several, what came into force last; of these, the latest word."""
    found = [
        value
        for value in reversed(known)
        if value.period is None
        and (value.valid_from is None or value.valid_from <= day)
        and (value.valid_until is None or day <= value.valid_until)
    ]
    return max(found, key=lambda value: (value.valid_from or date.min, value.as_of)) if found else None


# -- figures that somebody sets ----------------------------------------------------------------------------


def _decided(node: Decided, reader: FactReader, paying: bool) -> Figure:
    most = figure(node.max, reader)
    least = figure(node.min, reader) if node.min is not None else _zero_of(most)
    if most.value is None or least.value is None:
        return unknown((most, least))
    dimension = common((most, least))
    work = (*most.work, *least.work)
    span = f"不超过 {most.text}" if node.min is None else f"在 {least.text} 至 {most.text} 之间"
    name = f"{node.name or '核定'}（{node.by}，{span}）"
    decision = reader.given.decisions.get(node.decision)
    if decision is None or unit(decision.unit).dimension != (dimension or unit(decision.unit).dimension):
        return _undecided(node, (most, least), work, name, reader)
    value = in_base(decision.value, decision.unit)
    written = common_unit((most, least))
    shown = figure_text(value, dimension, written)
    if value < least.value:
        return _undecided(
            node, (most, least), (*work, (f"{name}：{shown} 低于下限，须重新核定", NOTHING)), name, reader
        )
    who = f"{decision.by} {decision.on}"
    if value > most.value:
        text = figure_text(most.value, dimension, written)
        line = (f"{name}：{who} 核定 {shown}，超过上限，按 {text} 计", most.value if paying else NOTHING)
        return Figure(most.value, dimension, text, (*work, line), unit=written)
    line = (f"{name}：{who} 核定 {shown}", value if paying else NOTHING)
    return Figure(value, dimension, shown, (*work, line), unit=written)


def _zero_of(most: Figure) -> Figure:
    return Figure(NOTHING, most.dimension, figure_text(NOTHING, most.dimension, most.unit), unit=most.unit)


def _undecided(
    node: Decided,
    ends: tuple[Figure, Figure],
    work: tuple[tuple[str, Fraction], ...],
    name: str,
    reader: FactReader,
) -> Figure:
    most, least = ends
    reader.trail.has_range = True
    if reader.bound is not None:
        end = most if reader.bound == "highest" else least
        return Figure(end.value, most.dimension, end.text, unit=end.unit)
    missing = MissingFact(name=node.decision, period=None, label=name, why="absent", kind="decision")
    return Figure(None, None, "", (*work, (f"{name}：尚未核定", NOTHING)), (missing,))


def _unstated(node: Unstated, reader: FactReader, paying: bool) -> Figure:
    label = f"{node.name or '来源未载明的数值'}（{node.note}）"
    missing = MissingFact(name="unstated", period=None, label=label, why="absent", kind="decision")
    return Figure(None, None, "", ((f"{label}：尚不能计算", NOTHING),), (missing,))


# -- the calendar ------------------------------------------------------------------------------------------


def _elapsed(node: Elapsed, reader: FactReader, paying: bool) -> Figure:
    since, until = resolve(node.since, reader), resolve(node.until, reader)
    if isinstance(since, MissingFact) or isinstance(until, MissingFact):
        lacking = tuple(each for each in (since, until) if isinstance(each, MissingFact))
        return Figure(None, None, "", (), lacking)
    count = Fraction(whole_between(node, since, until))
    text = quantity_text(count, node.unit)
    called = names(reader)
    phrase = f"{date_text(node.since, called)} {since} 至{date_text(node.until, called)} {until}"
    if until < since:
        text_of_none = (
            f"{'两段时间' if isinstance(node.since, Latest) or isinstance(node.until, Earliest) else '前后'}没有重叠"
        )
        phrase = f"{phrase}：{text_of_none}，计"
    made = unit(node.unit)
    gap = " " if until < since else "："
    line = (f"{title(node)}{phrase}{gap}{text}", NOTHING)
    return Figure(count * made.factor, made.dimension, text, (line,), unit=node.unit)


EVALUATORS.update({Parameter: _parameter, Decided: _decided, Elapsed: _elapsed, Unstated: _unstated})
