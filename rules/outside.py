"""Nodes that rest on more than the enterprise's facts: outside figures, decisions, the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.rule import (
    Decided,
    DecidedOpen,
    Decision,
    Earliest,
    Elapsed,
    Latest,
    MissingFact,
    Parameter,
    ParameterValue,
    Unstated,
    absolute_period,
)
from contracts.rule.results import MissingWhy
from rules.dates import resolve, whole_between
from rules.decisions import DeclaredUnits, fits, must_be_in, unit_asked
from rules.facts import FactReader, same_dimension, value_text
from rules.figures import EVALUATORS, NOTHING, Figure, common, common_unit, figure, figure_text, names, title, unknown
from rules.text.phrases import date_text
from rules.units import Dimension, dimension_text, in_base, number, quantity_text, unit
from rules.working import Work

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


ABOVE_MAXIMUM = "超过上限"
"""How a line says that a figure that was set counts as its maximum."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A figure that somebody sets, with what it is called, the ends of its range and its lines so far.

    `highest` None: nothing here bounds it from above.
    """

    node: Decided | DecidedOpen
    name: str
    lowest: Figure
    highest: Figure | None
    work: Work
    dimension: Dimension | None


def _decided(node: Decided, reader: FactReader, paying: bool) -> Figure:
    most = figure(node.max, reader)
    least = figure(node.min, reader) if node.min is not None else _zero_of(most)
    if most.value is None or least.value is None:
        return unknown((most, least))
    span = f"不超过 {most.text}" if node.min is None else f"在 {least.text} 至 {most.text} 之间"
    name = f"{node.name or '核定'}（{node.by}，{span}）"
    asked = _Asked(node, name, least, most, (*most.work, *least.work), common((most, least)))
    decision = _usable(asked, reader)
    if isinstance(decision, Figure):
        return decision
    value = in_base(decision.value, decision.unit)
    written = common_unit((most, least))
    shown = figure_text(value, asked.dimension, written)
    who = f"{decision.by} {decision.on}"
    if value > most.value:
        text = figure_text(most.value, asked.dimension, written)
        line = (f"{name}：{who} 核定 {shown}，{ABOVE_MAXIMUM}，按 {text} 计", most.value if paying else NOTHING)
        return Figure(most.value, asked.dimension, text, (*asked.work, line), unit=written)
    line = (f"{name}：{who} 核定 {shown}", value if paying else NOTHING)
    return Figure(value, asked.dimension, shown, (*asked.work, line), unit=written)


def _zero_of(most: Figure) -> Figure:
    return Figure(NOTHING, most.dimension, figure_text(NOTHING, most.dimension, most.unit), unit=most.unit)


def _decided_open(node: DecidedOpen, reader: FactReader, paying: bool) -> Figure:
    dimension = unit(node.unit).dimension
    least = (
        figure(node.min, reader)
        if node.min is not None
        else Figure(NOTHING, dimension, quantity_text(NOTHING, node.unit), unit=node.unit)
    )
    if least.value is None:
        return unknown((least,))
    ceiling = node.grounds.ceiling if node.grounds is not None else None
    most = None
    if ceiling is not None:
        text = quantity_text(number(ceiling.limit), ceiling.unit)
        most = Figure(in_base(ceiling.limit, ceiling.unit), dimension, text, unit=ceiling.unit)
    span = "" if node.min is None else f"，不低于 {least.text}"
    span += "" if most is None else f"，财政限额 {most.text}"
    name = f"{node.name or '核定' if most is None else node.name or '一事一议'}（{node.by}{span}）"
    asked = _Asked(node, name, least, most, least.work, dimension)
    decision = _usable(asked, reader)
    if isinstance(decision, Figure):
        return decision
    value = in_base(decision.value, decision.unit)
    shown = quantity_text(number(decision.value), decision.unit)
    if most is not None and most.value is not None and value > most.value:
        return _undecided(asked, reader, f"{shown} 超过财政限额 {most.text}，须重新决策")
    line = (f"{name}：{decision.by} {decision.on} 核定 {shown}", value if paying else NOTHING)
    return Figure(value, dimension, shown, (*asked.work, line), unit=decision.unit)


def _usable(asked: _Asked, reader: FactReader) -> Decision | Figure:
    """What was set; where nothing was, or what cannot be used, the figure that still waits for it."""
    decision = reader.given.decisions.get(asked.node.decision)
    if decision is None:
        return _undecided(asked, reader)
    declared = DeclaredUnits(reader.fact_types, reader.given.parameters, reader.given.values)
    unit_text = unit_asked(asked.node, declared) or dimension_text(asked.dimension or ())
    if not fits(decision.unit, unit_text):
        said = f"{must_be_in(unit_text)}，不能以“{decision.unit}”计，须重新核定"
        return _undecided(asked, reader, said, why="wrong_unit")
    value, least = in_base(decision.value, decision.unit), asked.lowest.value or NOTHING
    if value < least or value < 0:
        shown = quantity_text(number(decision.value), decision.unit)
        return _undecided(asked, reader, f"{shown} 低于下限，须重新核定" if value >= 0 else "不能为负数，须重新核定")
    return decision


def _undecided(asked: _Asked, reader: FactReader, said: str | None = None, why: MissingWhy = "absent") -> Figure:
    reader.trail.has_range = True
    label = f"{asked.name}：{said}" if said is not None else asked.name
    missing = MissingFact(name=asked.node.decision, period=None, label=label, why=why, kind="decision")
    end = asked.highest if reader.bound == "highest" else asked.lowest
    if reader.bound is not None and end is not None:
        return Figure(end.value, asked.dimension, end.text, unit=end.unit)
    lines = ((label, NOTHING),) if said is not None else ()
    return Figure(None, None, "", (*asked.work, *lines, (f"{asked.name}：尚未核定", NOTHING)), (missing,))


def _unstated(node: Unstated, reader: FactReader, paying: bool) -> Figure:
    label = f"{node.name or '来源未载明的数值'}（{node.note}）"
    missing = MissingFact(name="unstated", period=None, label=label, why="absent", kind="unstated")
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


EVALUATORS.update(
    {
        Parameter: _parameter,
        Decided: _decided,
        DecidedOpen: _decided_open,
        Elapsed: _elapsed,
        Unstated: _unstated,
    }
)
