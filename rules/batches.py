"""Not enough for all: which claims a quota serves, in what order, with how much, and why.

Exact to the fen, never above the pot, and the same whatever order the claims are listed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.money import ZERO, Money
from contracts.rule import (
    Allotment,
    Amount,
    AmountRule,
    BatchClaim,
    FactSheet,
    FirstCome,
    Fixed,
    ItemRules,
    MissingFact,
    NamedFigure,
    Quota,
    Ranked,
)
from contracts.rule.amount_node import AmountNode
from contracts.rule.facts import RulePart
from rules.amounts import amount_of_figure
from rules.facts import NOTHING_GIVEN, FactReader, NamedValues, reader_of
from rules.figures import NOTHING, figure
from rules.units import in_base, number, quantity_text


class NoSuchPart(ValueError):
    """The amount has no part of this name."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claim with what it takes out of the pot and what it is ranked by; `missing` keeps it from being ranked."""

    claim: BatchClaim
    takes: Fraction
    rank: tuple[Fraction, ...]
    missing: tuple[MissingFact, ...]

    @property
    def order(self) -> tuple[object, ...]:
        return (*self.rank, self.claim.filed_at, self.claim.claim_id)


def allot(
    rules: ItemRules,
    quota: Quota,
    claims: Sequence[BatchClaim],
    today: date,
    *,
    used: str | Fraction = "0",
    places_taken: int = 0,
) -> tuple[Allotment, ...]:
    """What each claim gets, in their order. `used` of the pot and `places_taken` are gone before: a text is in the pot's
    unit, a fraction as `takes_of` counts.

    Claims are served by the quota's order; what is still even goes by the instant of filing, then by the
    claim's id. A claim whose measure cannot be computed is undetermined and takes nothing; the others go on.
    """
    asked = [_ask(rules, quota, claim, today) for claim in claims]
    ready = sorted((each for each in asked if not each.missing), key=lambda each: each.order)
    pot = None
    if quota.pot is not None:
        gone = in_base(used, quota.pot_unit) if isinstance(used, str) else used
        pot = max(in_base(quota.pot, quota.pot_unit) - gone, NOTHING)
    places = None if quota.places is None else max(quota.places - places_taken, 0)
    shared = quota.when_short == "pro_rata" and pot is not None
    served = _pro_rata(ready, pot or NOTHING, places) if shared else _in_turn(quota, ready, pot, places)
    found = {each.claim_id: each for each in (*served, *(_unranked(each) for each in asked if each.missing))}
    return tuple(found[claim.claim_id] for claim in claims)


def takes_of(rules: ItemRules, quota: Quota, claim: BatchClaim, today: date) -> Fraction | None:
    """What a claim takes out of a quota's pot, in base units; None where it cannot be computed."""
    asked = _ask(rules, quota.model_copy(update={"order": FirstCome()}), claim, today)
    return None if asked.missing else asked.takes


def needs_batch(quota: Quota) -> bool:
    """Whether nobody can be served before all claims are seen together: they are ranked, or share in proportion."""
    return isinstance(quota.order, Ranked) or (quota.when_short == "pro_rata" and quota.pot is not None)


@dataclass(frozen=True, slots=True)
class Tie:
    """Claims that a quota's measures do not tell apart; `to_the_instant`: they were filed at the same instant too, so
    that nothing but their ids orders them.
    """

    claim_ids: tuple[str, ...]
    to_the_instant: bool


def ties(rules: ItemRules, quota: Quota, claims: Sequence[BatchClaim], today: date) -> tuple[Tie, ...]:
    """Which claims stand even, in the order in which they are served; without measures, those of one instant."""
    ready = sorted(
        (each for each in (_ask(rules, quota, claim, today) for claim in claims) if not each.missing),
        key=lambda each: each.order,
    )
    ranked = isinstance(quota.order, Ranked)
    even: dict[object, list[_Asked]] = {}
    for each in ready:
        even.setdefault(each.rank if ranked else each.claim.filed_at, []).append(each)
    found = []
    for group in even.values():
        instants = {each.claim.filed_at for each in group}
        if len(group) > 1:
            found.append(Tie(tuple(each.claim.claim_id for each in group), len(instants) < len(group)))
    return tuple(found)


def _ask(rules: ItemRules, quota: Quota, claim: BatchClaim, today: date) -> _Asked:
    takes = Fraction(claim.money.fen, 100)
    rank: list[Fraction] = []
    missing: list[MissingFact] = []
    keys = quota.order.keys if isinstance(quota.order, Ranked) else ()
    if keys or quota.measure is not None:
        facts = claim.facts or FactSheet(reference_year=rules.reference_year or claim.filed_at.year)
        reader = reader_of(rules, facts, today)
        for key in keys:
            found = figure(key.by, reader)
            missing += found.missing
            value = found.value or NOTHING
            rank.append(value if key.smallest_first else -value)
        if quota.measure is not None:
            found = figure(quota.measure, reader)
            missing += found.missing
            takes = max(found.value or NOTHING, NOTHING)
    return _Asked(claim, takes, tuple(rank), tuple(dict.fromkeys(missing)))


def _unranked(asked: _Asked) -> Allotment:
    lacking = "、".join(dict.fromkeys(each.label for each in asked.missing))
    return _allotment(asked, None, "undetermined", ZERO, f"缺少“{lacking}”，不能参加排序")


def _allotment(asked: _Asked, place: int | None, outcome: str, money: Money, reason: str) -> Allotment:
    return Allotment.model_validate(
        {
            "claim_id": asked.claim.claim_id,
            "place": place,
            "outcome": outcome,
            "money": money,
            "reason": reason,
        }
    )


def _in_turn(quota: Quota, ready: Sequence[_Asked], pot: Fraction | None, places: int | None) -> list[Allotment]:
    found: list[Allotment] = []
    left, free, closed = pot, places, False
    for place, asked in enumerate(ready, 1):
        if free == 0:
            found.append(_allotment(asked, place, "not_served", ZERO, f"第 {place} 位，{quota.places} 个名额已满"))
            continue
        fits = left is None or asked.takes <= left
        if closed or not fits:
            closed = closed or quota.when_short != "pass_over"
            partial = quota.when_short == "partial" and not fits and left
            money = _part(asked, left or NOTHING) if partial else ZERO
            if money:
                left, free = NOTHING, None if free is None else free - 1
                reason = f"第 {place} 位，余额不足，按余额兑付"
                found.append(_allotment(asked, place, "reduced", money, reason))
            else:
                found.append(_allotment(asked, place, "not_served", ZERO, _short(quota, place, left)))
            continue
        left = None if left is None else left - asked.takes
        free = None if free is None else free - 1
        found.append(_allotment(asked, place, "served", asked.claim.money, f"第 {place} 位，全额兑付"))
    return found


def _short(quota: Quota, place: int, left: Fraction | None) -> str:
    total = quantity_text(number(quota.pot or "0"), quota.pot_unit)
    if quota.when_short == "pass_over":
        return f"第 {place} 位，总额 {total} 的余额不足以兑付本笔"
    return f"第 {place} 位，总额 {total} 已用完"


def _part(asked: _Asked, left: Fraction) -> Money:
    """What the rest of the pot pays of a claim that takes more: cut to the fen."""
    share = left / asked.takes
    return Money(asked.claim.money.fen * share.numerator // share.denominator)


def _pro_rata(ready: Sequence[_Asked], pot: Fraction, places: int | None) -> list[Allotment]:
    """All in the same proportion. Fen that are left over go one each to the first in order."""
    inside = ready if places is None else ready[:places]
    outside = [] if places is None else ready[places:]
    total = sum((asked.takes for asked in inside), NOTHING)
    found: list[Allotment] = []
    if total <= pot:
        found += [
            _allotment(asked, place, "served", asked.claim.money, f"第 {place} 位，全额兑付")
            for place, asked in enumerate(inside, 1)
        ]
    else:
        share = pot / total
        exact = [asked.claim.money.fen * share for asked in inside]
        cut = [value.numerator // value.denominator for value in exact]
        spare = sum(exact, NOTHING)
        spare_fen = spare.numerator // spare.denominator - sum(cut)
        for place, (asked, fen, value) in enumerate(zip(inside, cut, exact, strict=True), 1):
            more = int(spare_fen > 0 and value.denominator != 1)
            spare_fen -= more
            reason = f"总额不足，同比例折算为 {_percent(share)}"
            found.append(_allotment(asked, place, "reduced", Money(fen + more), reason))
    for place, asked in enumerate(outside, len(inside) + 1):
        found.append(_allotment(asked, place, "not_served", ZERO, f"第 {place} 位，名额已满"))
    return found


def _percent(share: Fraction) -> str:
    return f"{round(share * 10_000) / 100:.2f}%"


# -- a part of an amount -----------------------------------------------------------------------------------


def part_amount(rules: ItemRules, name: str, reader: FactReader) -> Amount:
    """What the part of the amount with this name comes to on its own. Raises NoSuchPart."""
    found = named_parts(rules.amount, rules.values_by_name).get(name)
    if found is None:
        raise NoSuchPart(name)
    return amount_of_figure(found, reader, rules.rounding)


def paid_part(rules: ItemRules, name: str, facts: FactSheet, today: date) -> Money:
    """How much of the amount is this part: what it would be less without it. Of a branch that is not taken, nothing.

    Raises NoSuchPart.
    """
    if name not in named_parts(rules.amount, rules.values_by_name):
        raise NoSuchPart(name)
    values = tuple(value.model_copy(update={"of": _without(value.of, name)}) for value in rules.values)
    other = rules.model_copy(update={"amount": _without(rules.amount, name), "values": values})
    whole, rest = (
        amount_of_figure(each.amount, reader_of(each, facts, today), rules.rounding).money or ZERO
        for each in (rules, other)
    )
    return max(whole - rest, ZERO)


def _without(part: Any, name: str) -> Any:
    """The same tree with nothing in the place of what has this name."""
    if isinstance(part, tuple):
        return tuple(_without(each, name) for each in part)
    if not isinstance(part, RulePart):
        return part
    if isinstance(part, AmountNode) and part.name == name:
        return Fixed(value="0", unit="元", name=name)
    inner = {field: _without(value, name) for field, value in part.__dict__.items() if field in type(part).model_fields}
    changed = {field: value for field, value in inner.items() if value is not getattr(part, field)}
    return part.model_copy(update=changed) if changed else part


def named_parts(amount: AmountRule, values: NamedValues = NOTHING_GIVEN.values) -> dict[str, AmountRule]:
    """Every part of an amount that has a name, also in the named values that it uses; of several with one name the
    outermost.
    """
    found: dict[str, AmountRule] = {}
    seen: set[str] = set()
    level: list[object] = [amount]
    while level:
        part = level.pop(0)
        if isinstance(part, NamedFigure) and part.value in values and part.value not in seen:
            seen.add(part.value)
            level.append(values[part.value].of)
        if isinstance(part, AmountNode) and part.name is not None:
            found.setdefault(part.name, part)  # type: ignore[arg-type]
        if isinstance(part, RulePart):
            inner = part.__dict__.values()
            level.extend(each for value in inner for each in (value if isinstance(value, tuple) else (value,)))
    return found
