"""A figure: what a node of an amount came to, with its unit, its words and its lines of the working."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from contracts.rule import AmountRule, Benefit, MissingFact
from contracts.rule.amount_node import AmountNode
from rules.facts import FactReader
from rules.text.phrases import Names
from rules.units import Dimension, figure_in
from rules.working import Work
from rules.written_units import written_unit

Parts = tuple[tuple[str | None, Fraction], ...]
"""What the named parts of a figure come to; None is the rest. Together they are the figure; none: all is the rest."""

NOTHING = Fraction(0)


class UnitsDoNotFit(ValueError):
    """The rule mixes units that cannot be mixed. `rules.checking.items` refuses such a rule at publication."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """By how much a paying node brought an amount down, and what did it; `part`: this named part alone."""

    kind: Literal["cap", "top_up", "exclusive", "once_only"]
    text: str
    by: Fraction
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a node came to. `value` None is undetermined; `dimension` None is a zero that fits any unit.

    `parts` and `lowered` go along with what is paid; a node that makes something else of it has none.
    `unit` is that in which the rule or the fact writes it, and in which it is told; the value is in base units.
    """

    value: Fraction | None
    dimension: Dimension | None
    text: str
    work: Work = ()
    missing: tuple[MissingFact, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    parts: Parts = ()
    lowered: tuple[Lowered, ...] = ()
    unit: str | None = None


Evaluator = Callable[[Any, FactReader, bool], Figure]

EVALUATORS: dict[type, Evaluator] = {}
"""How each node is evaluated; the modules of the nodes enter theirs."""


def figure(node: AmountRule, reader: FactReader, paying: bool = False) -> Figure:
    """What `node` comes to. A paying node puts what it adds into the working; the others only explain."""
    return EVALUATORS[type(node)](node, reader, paying)


def told(
    node: AmountNode, phrase: str, value: Fraction, dimension: Dimension | None, paying: bool, unit: str | None = None
) -> Figure:
    """A figure with one line of its own, which says how it came about."""
    text = figure_text(value, dimension, unit)
    line = (f"{title(node)}{phrase} = {text}", value if paying else NOTHING)
    return Figure(value, dimension, text, (line,), unit=unit)


def nothing(node: AmountNode, reader: FactReader) -> Figure:
    """A zero that fits any unit, told in that of its place: 0 元, 0%."""
    unit = written_unit(node, reader.fact_types, reader.given.parameters)
    return Figure(NOTHING, None, figure_text(NOTHING, None, unit), unit=unit)


def called(node: AmountNode, found: Figure) -> str:
    """A part of a sum or a choice by its name: `基础奖 2 万元`."""
    return f"{node.name} {found.text}" if node.name and not found.text.startswith(node.name) else found.text


def common_unit(parts: Sequence[Figure]) -> str | None:
    """In what several figures are told together: as the first that has a unit."""
    return next((part.unit for part in parts if part.unit is not None and part.dimension is not None), None) or next(
        (part.unit for part in parts if part.unit is not None), None
    )


def passed(
    of: Figure, value: Fraction, dimension: Dimension | None, text: str, work: Work, unit: str | None = None
) -> Figure:
    """What a node around it made of a figure: its benefits, its parts (in proportion) and its reasons go along."""
    return Figure(value, dimension, text, work, (), of.benefits, in_proportion(of, value), of.lowered, unit)


def in_proportion(of: Figure, value: Fraction) -> Parts:
    """The parts of a figure that has become `value`; what rises from nothing belongs to no part."""
    if not of.parts or value == of.value:
        return of.parts
    if not of.value:
        return joined((tuple((name, NOTHING) for name, _ in of.parts), ((None, value),)))
    return tuple((name, part * value / of.value) for name, part in of.parts)


def joined(several: Iterable[Parts]) -> Parts:
    """Parts of several figures together, those of one name as one."""
    found: dict[str | None, Fraction] = {}
    for parts in several:
        for name, part in parts:
            found[name] = found.get(name, NOTHING) + part
    return tuple(found.items())


def unknown(parts: Sequence[Figure]) -> Figure:
    """Undetermined, with all that is missing below, and the lines that could be worked out."""
    work = tuple(line for part in parts for line in part.work)
    return Figure(None, None, "", work, tuple(missing for part in parts for missing in part.missing))


def common(parts: Sequence[Figure]) -> Dimension | None:
    """The one dimension of these parts; zeros without one fit. Raises UnitsDoNotFit when they differ."""
    found = {part.dimension for part in parts if part.dimension is not None}
    if len(found) > 1:
        raise UnitsDoNotFit("、".join(part.text for part in parts))
    return found.pop() if found else None


def names(reader: FactReader) -> Names:
    """What things are called, in the years that the reader counts from."""
    return Names(reader.fact_types, reader.sheet.reference_year, reader.given.parameters, reader.given.values)


def title(node: AmountNode) -> str:
    """The name that the document gives this part."""
    return f"{node.name}：" if node.name else ""


def figure_text(value: Fraction, dimension: Dimension | None, unit: str | None = None) -> str:
    """A value for people: as it is written, where that can be read, else in base units."""
    return figure_in(value, dimension, unit)
