"""Conditions that compare computed values: two amounts, two days, a compound growth."""

from __future__ import annotations

import operator as comparing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.rule import Compare, CompareDates, CompoundGrowth, Fixed, MissingFact, NamedFigure
from contracts.rule.facts import RulePart
from rules.dates import resolve
from rules.facts import NOTHING_GIVEN, FactReader, NamedValues
from rules.figures import common, figure, figure_text
from rules.text.layout import shallow

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": comparing.eq,
    "ne": comparing.ne,
    "ge": comparing.ge,
    "gt": comparing.gt,
    "le": comparing.le,
    "lt": comparing.lt,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """`holds` None is undetermined, for want of `missing`; `actual` is what was compared, for people."""

    holds: bool | None
    actual: str | None
    missing: tuple[MissingFact, ...] = ()


def judge(test: Compare | CompareDates | CompoundGrowth, reader: FactReader) -> Judged:
    """Whether the comparison holds on these facts, exactly."""
    reader = reader.at(None)
    if isinstance(test, CompareDates):
        return _days(test, reader)
    return _values(test, reader) if isinstance(test, Compare) else _compound(test, reader)


def _values(test: Compare, reader: FactReader) -> Judged:
    left, right = figure(test.left, reader), figure(test.right, reader)
    if left.value is None or right.value is None:
        return Judged(None, left.text or None, (*left.missing, *right.missing))
    common((left, right))
    actual = left.text if isinstance(test.right, Fixed) else shallow(f"{left.text}（对照 {right.text}）")
    return Judged(COMPARE[test.operator](left.value, right.value), actual)


def _days(test: CompareDates, reader: FactReader) -> Judged:
    left, right = resolve(test.left, reader), resolve(test.right, reader)
    missing = tuple(each for each in (left, right) if isinstance(each, MissingFact))
    if missing:
        return Judged(None, left.isoformat() if isinstance(left, date) else None, missing)
    return Judged(COMPARE[test.operator](left, right), f"{left}（对照 {right}）")


def _compound(test: CompoundGrowth, reader: FactReader) -> Judged:
    now, before, rate = (figure(part, reader) for part in (test.now, test.before, test.rate))
    if now.value is None or before.value is None or rate.value is None:
        return Judged(None, now.text or None, (*now.missing, *before.missing, *rate.missing))
    dimension = common((now, before))
    actual = shallow(f"由 {before.text} 到 {now.text}")
    if before.value <= 0:
        met = test.when_not_positive == "met"
        return Judged(
            met, f"{actual}（基期{'为零' if before.value == 0 else '为负数'}，视为{'' if met else '未'}达到）"
        )
    needed = before.value * (1 + rate.value) ** test.years
    phrase = f"{actual}（按年均 {rate.text} 应达 {figure_text(needed, dimension, now.unit)}）"
    return Judged(COMPARE[test.operator](now.value, needed), phrase)


def first_fact(part: RulePart, values: NamedValues = NOTHING_GIVEN.values) -> tuple[str, str | None]:
    """The first fact or outside figure that a comparison uses, with its period; none has no name."""
    return _first(part, values, set())


def _first(part: RulePart, values: NamedValues, seen: set[str]) -> tuple[str, str | None]:
    name = getattr(part, "fact", None) or getattr(part, "parameter", None)
    if name:
        return str(name), getattr(part, "period", None)
    children = [each for value in part.__dict__.values() for each in (value if isinstance(value, tuple) else (value,))]
    if isinstance(part, NamedFigure) and part.value in values and part.value not in seen:
        seen.add(part.value)
        children = [values[part.value].of]
    for child in children:
        found = _first(child, values, seen) if isinstance(child, RulePart) else ("", None)
        if found[0]:
            return found
    return "", None
