"""What the quotas of their items say of many claims at once. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from contracts.money import ZERO, Money
from contracts.rule import ItemRules
from rules.batches import NoSuchPart, needs_batch, paid_part
from services.review.quotas.domain import (
    NOTHING,
    Before,
    Order,
    QuotaClaim,
    QuotaSaid,
    QuotasKnown,
    QuotaStanding,
    said_of,
)


@dataclass(slots=True)
class _Queue:
    """Open claims in their order, with what all before each of them take together."""

    orders: list[Order] = field(default_factory=list)
    takes: list[Fraction] = field(default_factory=lambda: [NOTHING])
    unknown: list[bool] = field(default_factory=lambda: [False])

    def add(self, order: Order, takes: Fraction | None) -> None:
        self.orders.append(order)
        self.takes.append(self.takes[-1] + (takes or NOTHING))
        self.unknown.append(self.unknown[-1] or takes is None)

    def before(self, order: Order) -> Before:
        count = bisect_left(self.orders, order)
        return Before(count, self.takes[count], self.unknown[count])


def stand(claims: Sequence[QuotaClaim], known: QuotasKnown, today: date) -> dict[str, QuotaStanding]:
    """By case. A quota is asked for what those before it left: one for a part of the amount for that part alone."""
    queues: dict[tuple[str, str, int, int], _Queue] = {}
    found = {}
    for claim in claims:
        if claim.rules is None or claim.money is None:
            continue
        rules, money, said = claim.rules, claim.money, list[QuotaSaid]()
        claim = with_parts(claim, rules, today)
        for number, quota in enumerate(rules.quotas):
            asked = claim.asks(quota, money) or ZERO
            if quota.part is not None and not asked:
                continue
            before = Before()
            if not needs_batch(quota):
                key = (claim.tenant, claim.family, number, id(rules))
                if key not in queues:
                    queues[key] = _queue_of(claim, rules, number, known, today)
                before = queues[key].before(claim.order)
            each = said_of(quota, number, claim, asked, known, before, today)
            said.append(each)
            money -= asked - each.money if each.serves else ZERO
        found[claim.case_id] = QuotaStanding(tuple(said))
    return found


def left_over(claim: QuotaClaim, standing: QuotaStanding) -> list[tuple[QuotaSaid, Money, str | None]]:
    """The quotas that bring the claim down, each with what is left of its money and the part that is less."""
    assert claim.rules is not None and claim.money is not None
    money, less = claim.money, []
    for said in standing.said:
        quota = claim.rules.quotas[said.number]
        asked = claim.asks(quota, money) or ZERO
        if said.serves and said.money < asked:
            money -= asked - said.money
            less.append((said, money, quota.part))
    return less


def with_parts(claim: QuotaClaim, rules: ItemRules, today: date) -> QuotaClaim:
    """The claim with what the parts come to that quotas speak of, where its assessment does not tell them apart."""
    wanted = {quota.part for quota in rules.quotas if quota.part is not None} - set(claim.parts)
    if not wanted or claim.facts is None or not claim.money:
        return claim
    parts = dict(claim.parts)
    for name in sorted(wanted):
        try:
            parts[name] = min(paid_part(rules, name, claim.facts, today), claim.money)
        except NoSuchPart:
            continue
    return replace(claim, parts=parts)


def _queue_of(claim: QuotaClaim, rules: ItemRules, number: int, known: QuotasKnown, today: date) -> _Queue:
    quota, queue = rules.quotas[number], _Queue()
    for each in sorted(known.queue.get((claim.tenant, claim.family), ()), key=lambda each: each.order):
        if (each.case_id, number) in known.places:
            continue
        each = with_parts(each, rules, today)
        asked = each.asks(quota, each.money)
        if quota.part is not None and asked is not None and not asked:
            continue
        queue.add(each.order, each.takes(rules, quota, asked, today))
    return queue
