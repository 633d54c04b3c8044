"""Figures that persons set: which an item asks for, in which unit, and which of those that were set do not fit.

Every door by which a decision comes in refuses what does not fit, by `unfit`; the evaluation asks `fits` again and
reads none that does not, so that a figure in a wrong unit is never taken for one beyond the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from contracts.rule import (
    AmountRule,
    AtLeast,
    Cap,
    CapInOrder,
    CountCodes,
    CountMet,
    Decided,
    DecidedOpen,
    Decision,
    Difference,
    Each,
    Elapsed,
    FactAmount,
    Fixed,
    Growth,
    GrowthBands,
    Highest,
    InKind,
    Interest,
    ItemRules,
    Lookup,
    Lowest,
    NamedFigure,
    NamedValue,
    Parameter,
    PerUnit,
    Problem,
    Product,
    Quotient,
    Rate,
    Rounded,
    Sum,
    Table,
    Threshold,
    TopUp,
    Unstated,
    When,
    WholeSteps,
    YearSchedule,
)
from rules.facts import FactTypes, ParameterTypes
from rules.named import parts_below
from rules.unit_words import unknown_unit_text
from rules.units import MONEY, PURE, UnknownUnit, dimension_text, inverse, number, product, unit

DecidedNode = Decided | DecidedOpen


@dataclass(frozen=True, slots=True)
class DeclaredUnits:
    """What an item declares, by name: in which units its facts, outside figures and named values are."""

    facts: FactTypes
    parameters: ParameterTypes
    values: Mapping[str, NamedValue] = field(default_factory=dict)


def declared_in(rules: ItemRules) -> DeclaredUnits:
    """What these rules declare."""
    return DeclaredUnits(rules.fact_types_by_name, rules.parameters_by_name, rules.values_by_name)


def asked_for(rules: ItemRules) -> dict[str, DecidedNode]:
    """The figures that somebody has to set, by name, in the order in which the rules ask for them."""
    found: dict[str, DecidedNode] = {}
    for part in parts_below(rules):
        if isinstance(part, Decided | DecidedOpen):
            found.setdefault(part.decision, part)
    return found


# -- what was set ------------------------------------------------------------------------------------------


def unfit(rules: ItemRules, decisions: Iterable[Decision]) -> list[Problem]:
    """Why some of these decisions cannot be used; `where` points into their list. Empty: all can.

    What is above the maximum counts as the maximum, and what is below the minimum waits for another decision: neither
    is refused here.
    """
    asked, declared = asked_for(rules), declared_in(rules)
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, decision in enumerate(decisions):
        node = asked.get(decision.name)
        if node is None:
            text = f"规则中没有“{decision.name}”这项核定（有：{'、'.join(asked) or '无'}）"
            problems.append(Problem(code="decision_not_asked", where=f"/{index}/name", text_zh=text))
            continue
        if decision.name in seen:
            text = f"“{title_of(node)}”核定了不止一次，请只留一个"
            problems.append(Problem(code="decision_given_twice", where=f"/{index}/name", text_zh=text))
        seen.add(decision.name)
        problems += _unfit(node, decision, declared, f"/{index}")
    return problems


def _unfit(node: DecidedNode, decision: Decision, declared: DeclaredUnits, where: str) -> Iterator[Problem]:
    asked = unit_asked(node, declared)
    if asked is not None and not fits(decision.unit, asked):
        strange = unknown_unit_text(decision.unit)
        text = f"“{title_of(node)}”{must_be_in(asked)}，不能以“{decision.unit}”计"
        text = f"{text}；{strange}" if strange else text
        yield Problem(code="decision_unit_unfit", where=f"{where}/unit", text_zh=text)
    if number(decision.value) < 0:
        text = f"“{title_of(node)}”核定的数不能为负数"
        yield Problem(code="decision_negative", where=f"{where}/value", text_zh=text)


def title_of(node: DecidedNode) -> str:
    """What people call the figure; its name in the rules where the document gives it none."""
    return node.name or node.decision


def must_be_in(asked: str) -> str:
    """In which units a figure that is asked for in this one is set."""
    made = unit(asked)
    if made.dimension == MONEY:
        return f"应以金额核定（{'、'.join(dict.fromkeys((asked, '元', '万元')))}）"
    if made.dimension == PURE and not is_multiple(asked):
        return f"应以比例核定（{'、'.join(dict.fromkeys((asked, '%', '‰')))}）"
    return f"应以“{asked}”核定"


def fits(given: str, asked: str) -> bool:
    """Whether a figure in the one unit can be read where the other is asked for.

    Money fits money and a share another share (%, ‰, 个百分点, BP). A multiple (倍) is as pure a number as they are,
    but who writes one where a share is asked for, or the other way round, means something else.
    """
    try:
        left, right = unit(given), unit(asked)
    except UnknownUnit:
        return False
    if left.dimension != right.dimension:
        return False
    return left.dimension != PURE or is_multiple(given) == is_multiple(asked)


def is_multiple(text: str) -> bool:
    """Whether it counts how many times as much: 倍."""
    return text.endswith("倍")


# -- in which unit it is asked for ---------------------------------------------------------------------------


def unit_asked(node: DecidedNode, declared: DeclaredUnits) -> str | None:
    """The unit in which a figure is to be set: its own, or that of its maximum. None where nothing tells it."""
    return written_unit(node, declared)


def written_unit(node: AmountRule, declared: DeclaredUnits) -> str | None:
    """The unit in which people would write what a node comes to; None where its parts do not tell."""
    match node:
        case Fixed() | DecidedOpen() | Unstated() | Elapsed():
            return node.unit
        case FactAmount():
            fact = declared.facts.get(node.fact)
            return fact.unit if fact is not None else None
        case Parameter():
            figure = declared.parameters.get(node.parameter)
            return figure.unit if figure is not None else None
        case NamedFigure():
            value = declared.values.get(node.value)
            return written_unit(value.of, declared) if value is not None else None
        case Decided():
            return node.unit or written_unit(node.max, declared)
        case CountCodes() | CountMet() | WholeSteps():
            return node.counted_as
        case Growth():
            return "%"
        case Interest() | InKind():
            return "元"
        case _:
            return _joined(node, declared)


def _joined(node: AmountRule, declared: DeclaredUnits) -> str | None:
    """The unit of a node that makes one of those of its parts."""
    match node:
        case PerUnit():
            return _times((node.quantity, node.price), declared)
        case Product():
            return _times(node.of, declared)
        case GrowthBands():
            return _times((node.now, node.steps[0].rate), declared)
        case Table() if node.basis == "marginal":
            return _times((node.by, node.bands[0].then), declared)
        case Quotient():
            of, by = written_unit(node.of, declared), written_unit(node.by, declared)
            return None if of is None or by is None else _over(of, by)
        case _:
            return next((found for part in _alike(node) if (found := written_unit(part, declared))), None)


def _alike(node: AmountRule) -> tuple[AmountRule, ...]:
    """The parts of a node that have the unit that it has itself."""
    match node:
        case Rate():
            return (node.base,)
        case Difference() | AtLeast() | Threshold() | Rounded() | Cap() | TopUp() | Each():
            return (node.of,)
        case Sum() | Highest() | Lowest() | CapInOrder():
            return node.of
        case Lookup():
            return (*(row.then for row in node.rows), *((node.otherwise,) if node.otherwise else ()))
        case When():
            return (node.then, *((node.otherwise,) if node.otherwise else ()))
        case Table():
            return tuple(band.then for band in node.bands)
        case YearSchedule():
            return tuple(step.then for step in node.steps)
        case _:
            return ()


def _times(parts: tuple[AmountRule, ...], declared: DeclaredUnits) -> str | None:
    found = [written_unit(part, declared) for part in parts]
    known = [each for each in found if each is not None]
    return reduce(_product, known) if len(known) == len(found) else None


def _product(left: str, right: str) -> str:
    """元/人 × 人 is 元; a share of a multiple is a share."""
    if unit(right).dimension == PURE:
        return right if unit(left).dimension == PURE and is_multiple(left) else left
    if unit(left).dimension == PURE:
        return right
    return _spoken(product(unit(left).dimension, unit(right).dimension))


def _over(of: str, by: str) -> str:
    if unit(by).dimension == PURE:
        return of
    return _spoken(product(unit(of).dimension, inverse(unit(by).dimension)))


def _spoken(dimension: tuple[tuple[str, int], ...]) -> str:
    return "%" if dimension == PURE else dimension_text(dimension)
