"""Named values: looked up, worked out once for each working, told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from contracts.rule import AmountRule, NamedFigure, NamedValue
from contracts.rule.facts import RulePart
from rules.facts import FactReader, NamedValues
from rules.figures import EVALUATORS, NOTHING, Figure, figure, figure_text, title
from rules.working import DefinedLine

MOST_LEVELS = 64


class NoSuchValue(LookupError):
    """The rule uses a value that is not defined, or not before its use. `rules.checking.items` refuses such a rule."""


def _named(node: NamedFigure, reader: FactReader, paying: bool) -> Figure:
    value = reader.given.values.get(node.value)
    if value is None:
        raise NoSuchValue(node.value)
    row = reader.apart.get(value.name)
    key = (value.name, reader.bound, paying, row)
    awards = reader.given.awards
    known = reader.trail.values.get(key)
    if known is None or known[0] is not awards:
        known = reader.trail.values[key] = awards, figure(value.of, _before(value, reader), paying)
    found: Figure = known[1]
    lines = tuple((text, NOTHING) for text, _ in found.work)
    if found.value is None:
        line = DefinedLine.of(f"{value.label}：尚不能计算", (value.name, row), lines)
        return replace(found, work=((line, NOTHING),))
    shown = figure_text(found.value, found.dimension, found.unit)
    line = DefinedLine.of(f"{title(node)}{value.label} {shown}", (value.name, row), lines)
    work = ((line, found.value if paying else NOTHING),)
    return replace(found, text=f"{node.name or value.label} {shown}", work=work)


def _before(value: NamedValue, reader: FactReader) -> FactReader:
    """The same facts, where only the values are known that are defined before this one: so there is no circle."""
    earlier = dict(takewhile(lambda each: each[0] != value.name, reader.given.values.items()))
    return replace(reader, given=replace(reader.given, values=earlier))


def definition(node: AmountRule, values: NamedValues) -> AmountRule:
    """What stands behind a name, and behind the name that stands there; other nodes as they are."""
    for _ in range(MOST_LEVELS):
        if not isinstance(node, NamedFigure) or node.value not in values:
            break
        node = values[node.value].of
    return node


def parts_below(part: object) -> Iterator[RulePart]:
    """This part and every one inside it, in the order of the text, without what stands behind names."""
    waiting = [part]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(reversed(current))
        elif isinstance(current, RulePart):
            yield current
            waiting.extend(reversed(current.__dict__.values()))


def values_in(part: object, values: NamedValues) -> tuple[NamedValue, ...]:
    """The named values that a part uses, directly or by way of others, in the order of their definition."""
    found: set[str] = set()
    waiting: list[object] = [part] if values else []
    while waiting:
        for each in parts_below(waiting.pop()):
            if isinstance(each, NamedFigure) and each.value in values and each.value not in found:
                found.add(each.value)
                waiting.append(values[each.value].of)
    return tuple(value for value in values.values() if value.name in found)


def with_values(part: object, values: NamedValues) -> tuple[object, ...]:
    """The part, and the definitions of the values that it uses: what a walk over all of it has to see."""
    return part, *(value.of for value in values_in(part, values))


EVALUATORS[NamedFigure] = _named
