"""The most that an item can pay, where its rule says so by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import prod
from typing import Any

from contracts.money import LARGEST_FEN, Money, Rounding
from contracts.rule import (
    AmountRule,
    AtLeast,
    Cap,
    CapInOrder,
    Decided,
    DecidedOpen,
    Fixed,
    Highest,
    InKind,
    Lookup,
    Lowest,
    NamedFigure,
    PerUnit,
    Product,
    Rate,
    RoundingRule,
    Sum,
    Table,
    TopUp,
    When,
    YearSchedule,
)
from rules.facts import NOTHING_GIVEN, NamedValues
from rules.named import definition
from rules.units import in_base

ROUNDED_UP: dict[str, int] = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
"""Fen in a step of the rounding rule."""

Bound = Fraction | None


def most_payable(rule: AmountRule, rounding: RoundingRule, values: NamedValues = NOTHING_GIVEN.values) -> Money | None:
    """What no claim can exceed, whatever the facts; None where that depends on them (unknown, not unlimited), or
    where no money is paid. `values` are the item's named values.

    An upper bound, not a promise, and before what was granted earlier is counted. A kind of node that is not
    known here makes its part unknown, and a cap above it makes it known again.
    """
    bound = _Ceiling(values).of(rule)
    if bound is None or not 0 < bound * 100 <= LARGEST_FEN:
        return None
    # Rounding may go up by less than one step, whatever its mode.
    return Money.rounded(bound * 100, Rounding.UP, ROUNDED_UP[rounding.to])


class _Ceiling:
    """The bounds of nodes; those of the named values are found once, each by way of the earlier ones."""

    def __init__(self, values: NamedValues) -> None:
        self._values = values
        self._known: dict[str, Bound] = {}
        for name, value in values.items():
            self._known[name] = self.of(value.of)

    def of(self, node: Any) -> Bound:
        """No value of the node is above it; None where none is known."""
        measure = _BOUNDS.get(type(node))
        return measure(self, node) if measure is not None else None

    def named(self, node: NamedFigure) -> Bound:
        return self._known.get(node.value)

    def product(self, *factors: AmountRule) -> Bound:
        """Of figures of the document only: a product of bounds bounds nothing where a factor may be negative."""
        if not all(isinstance(definition(each, self._values), Fixed | Decided | DecidedOpen) for each in factors):
            return None
        bounds = self.every(factors)
        return None if bounds is None or min(bounds) < 0 else prod(bounds, start=Fraction(1))

    def every(self, nodes: Iterable[Any]) -> list[Fraction] | None:
        """The bounds of all of these; None where one is not known."""
        bounds = [self.of(node) for node in nodes]
        return None if any(bound is None for bound in bounds) else [bound for bound in bounds if bound is not None]

    def highest(self, nodes: Iterable[Any]) -> Bound:
        """Of alternatives, one of which may be nothing at all."""
        bounds = self.every(nodes)
        return None if bounds is None else max(bounds, default=Fraction(0))

    def lowest(self, nodes: Iterable[Any]) -> Bound:
        """One that is known is enough: the lowest is not above it."""
        return min((bound for node in nodes if (bound := self.of(node)) is not None), default=None)

    def sum(self, node: Sum) -> Bound:
        bounds = self.every(node.of)
        return None if bounds is None else sum(bounds, Fraction(0))

    def table(self, node: Table) -> Bound:
        # In a marginal table the bands are rates, and how much lies in them is a fact.
        return self.highest(band.then for band in node.bands) if node.basis == "whole" else None

    def lookup(self, node: Lookup) -> Bound:
        return self.highest((*(row.then for row in node.rows), *([node.otherwise] if node.otherwise else ())))

    def when(self, node: When) -> Bound:
        return self.highest((node.then, *([node.otherwise] if node.otherwise else ())))

    def decided_open(self, node: DecidedOpen) -> Bound:
        """Nothing is paid above the ceiling that finance set; without one a cap around it makes it known."""
        ceiling = node.grounds.ceiling if node.grounds is not None else None
        return in_base(ceiling.limit, ceiling.unit) if ceiling is not None else None

    def schedule(self, node: YearSchedule) -> Bound:
        """Parts of a whole come to no more than the largest step; a period outside all steps to nothing."""
        bound = self.highest(step.then for step in node.steps)
        return None if bound is None else max(bound, Fraction(0))


_BOUNDS: dict[type, Callable[[_Ceiling, Any], Bound]] = {
    Fixed: lambda _ceiling, node: in_base(node.value, node.unit),
    NamedFigure: _Ceiling.named,
    Decided: lambda ceiling, node: ceiling.of(node.max),
    DecidedOpen: _Ceiling.decided_open,
    Rate: lambda ceiling, node: ceiling.product(node.base, node.rate),
    PerUnit: lambda ceiling, node: ceiling.product(node.quantity, node.price),
    Product: lambda ceiling, node: ceiling.product(*node.of),
    AtLeast: lambda ceiling, node: ceiling.highest((node.of, node.floor)),
    Table: _Ceiling.table,
    Lookup: _Ceiling.lookup,
    Cap: lambda ceiling, node: ceiling.lowest((node.of, node.limit)),
    CapInOrder: lambda ceiling, node: ceiling.of(node.limit),
    TopUp: lambda ceiling, node: ceiling.of(node.of),
    InKind: lambda _ceiling, _node: Fraction(0),
    Sum: _Ceiling.sum,
    Highest: lambda ceiling, node: ceiling.highest(node.of),
    Lowest: lambda ceiling, node: ceiling.lowest(node.of),
    When: _Ceiling.when,
    YearSchedule: _Ceiling.schedule,
}
