"""Named parts of an amount: which it can have, what one of them is paid, and what they come to in whole fen.

A part is a named term of a `sum` or a `cap_in_order`; a term without a name keeps the parts inside it, or is the rest.
What stands around (caps, choices, rounding) passes parts on in proportion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from contracts.money import ZERO, Money
from contracts.rule import (
    Amount,
    AmountRule,
    AtLeast,
    Cap,
    CapInOrder,
    Each,
    Fixed,
    Highest,
    InKind,
    ItemRules,
    Lookup,
    Lowest,
    NamedFigure,
    PartAmount,
    Rounded,
    Sum,
    Table,
    Threshold,
    TopUp,
    When,
)
from rules.facts import FactReader
from rules.figures import NOTHING, Figure, Lowered, Parts, common, common_unit, figure, figure_text, joined
from rules.units import number

# -- while an amount is worked out --------------------------------------------------------------------------


def term(node: AmountRule, reader: FactReader, paying: bool) -> Figure:
    """One of several things that are added up: with a name it is one part of the amount.

    A paying part that is not had this time (`Given.dropped`) comes to nothing, whether its facts are known or not.
    What earlier awards leave open stays open all the same: another award must never settle it.
    """
    found = figure(node, reader, paying)
    if node.name is None:
        return found
    if paying and node.name in reader.given.dropped:
        found = _dropped(node.name, found, reader)
    if found.value is None:
        return found
    lowered = tuple(replace(each, part=node.name) for each in found.lowered)
    return replace(found, parts=((node.name, found.value),), lowered=lowered)


def _dropped(name: str, found: Figure, reader: FactReader) -> Figure:
    if found.value is not None and found.value <= 0:
        return found
    dropped = reader.given.dropped[name]
    reader.trail.dropped.append(name)
    if any(missing.kind == "award" for missing in found.missing) or (found.value is None and dropped.left):
        return found
    value = (found.value or NOTHING) * dropped.left
    by = (found.value or NOTHING) - value
    told = found.work if found.value is not None else tuple((text, NOTHING) for text, _ in found.work)
    text = figure_text(value, found.dimension, found.unit)
    lowered = (*found.lowered, Lowered(dropped.kind, dropped.text, by))
    return Figure(value, found.dimension, text, (*told, (dropped.text, -by)), lowered=lowered, unit=found.unit)


def added(parts: Sequence[Figure]) -> Figure:
    """Known figures together, with what goes along with each of them."""
    value = sum((part.value or NOTHING for part in parts), NOTHING)
    dimension, written = common(parts), common_unit(parts)
    return Figure(
        value,
        dimension,
        figure_text(value, dimension, written),
        tuple(line for part in parts for line in part.work),
        (),
        tuple(each for part in parts for each in part.benefits),
        joined(part.parts or ((None, part.value or NOTHING),) for part in parts),
        tuple(each for part in parts for each in part.lowered),
        written,
    )


# -- what is paid -------------------------------------------------------------------------------------------


def in_fen(parts: Parts, money: Money) -> tuple[PartAmount, ...]:
    """The parts, in 元, of a payment, which add up to it: cut to the fen, and what the cutting leaves one fen each to
    those that lost most, the earlier first. Where the payment was rounded by more than a fen the parts follow in
    proportion. A part below zero gets nothing, and lessens the others.
    """
    if all(name is None for name, _ in parts):
        return ()
    sizes = [max(value, NOTHING) for _, value in parts]
    total = sum(sizes, NOTHING)
    if not total:
        named = tuple(PartAmount(part=name, money=ZERO) for name, _ in parts if name is not None)
        return (*named, PartAmount(part=None, money=money)) if money else named
    near = abs(total * 100 - money.fen) < 1
    exact = [size * 100 if near else size * money.fen / total for size in sizes]
    fen = [value.numerator // value.denominator for value in exact]
    lost = sorted(range(len(fen)), key=lambda index: (fen[index] - exact[index], index))
    for index in lost[: money.fen - sum(fen)]:
        fen[index] += 1
    told = [PartAmount(part=name, money=Money(each)) for (name, _), each in zip(parts, fen, strict=True)]
    return tuple(each for each in told if each.part is not None or each.money)


def adding_up(amount: Amount) -> Amount:
    """The same amount with parts that add up to it, where it has become another since they were told."""
    if not amount.parts or amount.money is None:
        return amount.model_copy(update={"parts": ()}) if amount.parts else amount
    if Money.total(each.money for each in amount.parts) == amount.money:
        return amount
    parts = tuple((each.part, Fraction(each.money.fen, 100)) for each in amount.parts)
    return amount.model_copy(update={"parts": in_fen(parts, amount.money)})


# -- which parts there are ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartNames:
    """The parts that an amount can have: how often each can be paid at once, and whether something has no name."""

    counts: Counter[str] = field(default_factory=Counter)
    rest: bool = False

    def __contains__(self, name: str) -> bool:
        return name in self.counts


def part_names(rules: ItemRules) -> PartNames:
    """The parts of an item's amount, by the names of its terms."""
    return names_in(rules.amount, {value.name: value.of for value in rules.values})


def names_in(node: AmountRule, values: Mapping[str, AmountRule]) -> PartNames:
    """The parts that one node of an amount can have; `values` are the item's named ones."""
    match node:
        case Sum() | CapInOrder():
            return _together([_name_of_term(part, values) for part in node.of])
        case Cap() | AtLeast() | Threshold() | Rounded() | TopUp() | Each():
            return names_in(node.of, values)
        case NamedFigure() if node.value in values:
            known = {name: of for name, of in values.items() if name != node.value}
            return names_in(values[node.value], known)
        case When() | Lookup() | Table() | Highest() | Lowest():
            return _one_of([names_in(branch, values) for branch in _branches(node)])
        case Fixed():
            return PartNames(rest=number(node.value) != 0)
        case _:
            return PartNames(rest=not isinstance(node, InKind))


def _name_of_term(node: AmountRule, values: Mapping[str, AmountRule]) -> PartNames:
    return PartNames(Counter([node.name])) if node.name is not None else names_in(node, values)


def _branches(node: When | Lookup | Table | Highest | Lowest) -> Sequence[AmountRule]:
    match node:
        case When():
            branches = [node.then, node.otherwise]
        case Lookup():
            branches = [*(row.then for row in node.rows), node.otherwise]
        case Table():
            if node.basis == "marginal":
                return [Fixed(value="1", unit="元")]
            branches = [band.then for band in node.bands]
        case _:
            return node.of
    return [branch for branch in branches if branch is not None]


def _together(several: Iterable[PartNames]) -> PartNames:
    counts: Counter[str] = Counter()
    rest = False
    for each in several:
        counts.update(each.counts)
        rest = rest or each.rest
    return PartNames(counts, rest)


def _one_of(several: Iterable[PartNames]) -> PartNames:
    counts: Counter[str] = Counter()
    rest = False
    for each in several:
        counts |= each.counts
        rest = rest or each.rest
    return PartNames(counts, rest)
