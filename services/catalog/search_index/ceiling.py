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
    Decided,
    DecidedOpen,
    Fixed,
    Highest,
    InKind,
    Lookup,
    Lowest,
    PerUnit,
    Product,
    Rate,
    RoundingRule,
    Sum,
    Table,
    TopUp,
    When,
)
from rules.units import in_base

ROUNDED_UP: dict[str, int] = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
"""Fen in a step of the rounding rule."""

Bound = Fraction | None


def most_payable(rule: AmountRule, rounding: RoundingRule) -> Money | None:
    """What no claim can exceed, whatever the facts; None where that depends on them (unknown, not unlimited), or
    where no money is paid.

    An upper bound, not a promise, and before what was granted earlier is counted. A kind of node that is not
    known here makes its part unknown, and a cap above it makes it known again.
    """
    bound = _bound(rule)
    if bound is None or not 0 < bound * 100 <= LARGEST_FEN:
        return None
    # Rounding may go up by less than one step, whatever its mode.
    return Money.rounded(bound * 100, Rounding.UP, ROUNDED_UP[rounding.to])


def _bound(node: Any) -> Bound:
    measure = _BOUNDS.get(type(node))
    return measure(node) if measure is not None else None


def _fixed(node: Fixed) -> Bound:
    return in_base(node.value, node.unit)


def _decided_open(node: DecidedOpen) -> Bound:
    """Nothing is paid above the ceiling that finance set; without one a cap around it makes it known."""
    ceiling = node.grounds.ceiling if node.grounds is not None else None
    return in_base(ceiling.limit, ceiling.unit) if ceiling is not None else None


def _product(*factors: AmountRule) -> Bound:
    """Of figures of the document only: a product of bounds bounds nothing where a factor may be negative."""
    if not all(isinstance(each, Fixed | Decided | DecidedOpen) for each in factors):
        return None
    bounds = _all(factors)
    return None if bounds is None or min(bounds) < 0 else prod(bounds, start=Fraction(1))


def _all(nodes: Iterable[Any]) -> list[Fraction] | None:
    bounds = [_bound(node) for node in nodes]
    return None if any(bound is None for bound in bounds) else [bound for bound in bounds if bound is not None]


def _highest(nodes: Iterable[Any]) -> Bound:
    """Of alternatives, one of which may be nothing at all."""
    bounds = _all(nodes)
    return None if bounds is None else max(bounds, default=Fraction(0))


def _lowest(nodes: Iterable[Any]) -> Bound:
    """One that is known is enough: the lowest is not above it."""
    return min((bound for node in nodes if (bound := _bound(node)) is not None), default=None)


def _sum(node: Sum) -> Bound:
    bounds = _all(node.of)
    return None if bounds is None else sum(bounds, Fraction(0))


def _table(node: Table) -> Bound:
    # In a marginal table the bands are rates, and how much lies in them is a fact.
    return _highest(band.then for band in node.bands) if node.basis == "whole" else None


def _lookup(node: Lookup) -> Bound:
    return _highest((*(row.then for row in node.rows), *([node.otherwise] if node.otherwise else ())))


def _when(node: When) -> Bound:
    return _highest((node.then, *([node.otherwise] if node.otherwise else ())))


_BOUNDS: dict[type, Callable[[Any], Bound]] = {
    Fixed: _fixed,
    Decided: lambda node: _bound(node.max),
    DecidedOpen: _decided_open,
    Rate: lambda node: _product(node.base, node.rate),
    PerUnit: lambda node: _product(node.quantity, node.price),
    Product: lambda node: _product(*node.of),
    AtLeast: lambda node: _highest((node.of, node.floor)),
    Table: _table,
    Lookup: _lookup,
    Cap: lambda node: _lowest((node.of, node.limit)),
    TopUp: lambda node: _bound(node.of),
    InKind: lambda _node: Fraction(0),
    Sum: _sum,
    Highest: lambda node: _highest(node.of),
    Lowest: lambda node: _lowest(node.of),
    When: _when,
}
