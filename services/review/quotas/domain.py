"""What a quota leaves of a claim: by the instant of filing, or as a fixed batch has allotted it. Pure.

By filing, a claim is served once nothing that was filed before it can take what it needs: while earlier claims are open it waits,
unless there is enough for all of them and for it. So nobody is overtaken, whatever becomes of the earlier ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple

from contracts.money import ZERO, Money
from contracts.quota_batches import QuotaOutcome
from contracts.refusal import Conflict, Refused
from contracts.rule import BatchClaim, FactSheet, ItemRules, Quota
from rules.batches import allot, needs_batch, takes_of
from rules.claims import subject_to_text
from rules.units import in_base, quantity_text

NOTHING = Fraction(0)


class QuotaUsedUp(Conflict):
    code = "quota_used_up"
    sentence = "{limits}：{why}，本件不能批准；请说明理由后不予批准。"


class QuotaWaitsForEarlier(Conflict):
    """Who filed earlier goes before."""

    code = "quota_waits_for_earlier"
    sentence = "{limits}：剩余{left}，还有 {count} 件先提交的申报没有办结，按先到先得须等其办结后再批准本件。"


class BatchNotFixed(Conflict):
    """Nothing of what is ranked, or shared in proportion, is granted before all are seen together."""

    code = "batch_not_fixed"
    sentence = "{limits}：须编制批次、经第二人确定后，才能按确定的金额批准。"


class NotServedByBatch(Conflict):
    code = "not_served_by_batch"
    sentence = "{limits}：批次“{batch}”已确定，本件未列入（{reason}）；请不予批准并说明理由，或留待下一批次。"


class QuotaMeasureMissing(Conflict):
    code = "quota_measure_missing"
    sentence = "{limits}：缺少计算占用额度所需的数据，请先补充。"


class QuotaKey(NamedTuple):
    """A quota of an item, the same through its versions: its number counts from 0."""

    tenant: str
    family: str
    number: int


Order = tuple[datetime, str]
"""When it was filed, and the id of the case: by this claims come one after the other."""


@dataclass(frozen=True, slots=True)
class PotUse:
    """What is gone of a quota: so much of the pot, in base units, and so many places."""

    takes: Fraction = NOTHING
    places: int = 0


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """What a case has of a quota: `allotted` by a batch, or `held` since it was granted. `said` is its batch and its place in
    it, in words."""

    state: str
    fen: int
    takes: Fraction
    batch_id: str | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class QuotaClaim:
    """An open claim as quotas see it. `money` is what it asks for, at most; absent where it is not known. `parts` are
    those of the amount by name."""

    case_id: str
    tenant: str
    family: str
    item_id: str
    filed_at: datetime
    money: Money | None
    parts: Mapping[str, Money] = field(default_factory=dict)
    facts: FactSheet | None = None
    rules: ItemRules | None = None

    @property
    def order(self) -> Order:
        return self.filed_at, self.case_id

    def asks(self, quota: Quota, money: Money | None) -> Money | None:
        """What it asks of the quota while `money` is left of it."""
        if quota.part is None or money is None:
            return money
        return min(self.parts.get(quota.part, ZERO), money)

    def takes(self, rules: ItemRules, quota: Quota, money: Money | None, today: date) -> Fraction | None:
        """What it takes out of the pot if it gets `money`; None where that is not known."""
        if quota.pot is None:
            return NOTHING
        if quota.measure is None:
            return None if money is None else Fraction(money.fen, 100)
        return takes_of(rules, quota, self.as_asked(money or ZERO), today)

    def as_asked(self, money: Money) -> BatchClaim:
        return BatchClaim(claim_id=self.case_id, money=money, filed_at=self.filed_at, facts=self.facts)


@dataclass(frozen=True, slots=True)
class QuotasKnown:
    """What is known of the quotas of some items. `short`: claims that the pot did not reach and that were refused; `queue`: the
    open claims by tenant and family, in their order; `unserved`: by case and quota, the batch that left it out, and why."""

    use: Mapping[QuotaKey, PotUse] = field(default_factory=dict)
    short: Mapping[QuotaKey, Sequence[tuple[Order, Fraction]]] = field(default_factory=dict)
    queue: Mapping[tuple[str, str], Sequence[QuotaClaim]] = field(default_factory=dict)
    places: Mapping[tuple[str, int], OwnPlace] = field(default_factory=dict)
    unserved: Mapping[tuple[str, int], tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """The open claims that were filed before one; `unknown`: one of them may take anything."""

    count: int = 0
    takes: Fraction = NOTHING
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class QuotaSaid:
    """What one quota says of a claim: `money` is what it leaves of what was asked of it."""

    number: int
    limits: str
    outcome: QuotaOutcome
    money: Money = ZERO
    takes: Fraction = NOTHING
    earlier: int = 0
    left_zh: str = ""
    text_zh: str = ""
    batch_id: str | None = None
    against: Refused | None = None

    @property
    def serves(self) -> bool:
        return self.against is None


@dataclass(frozen=True, slots=True)
class QuotaStanding:
    """What all quotas of its item say of a claim, in their order."""

    said: tuple[QuotaSaid, ...] = ()

    @property
    def against(self) -> tuple[Refused, ...]:
        return tuple(each.against for each in self.said if each.against is not None)

    @property
    def used_up(self) -> bool:
        return any(isinstance(each, QuotaUsedUp) for each in self.against)


def said_of(
    quota: Quota, number_: int, claim: QuotaClaim, asked: Money, known: QuotasKnown, before: Before, today: date
) -> QuotaSaid:
    """What one quota leaves of a claim that asks `asked` of it."""
    limits = subject_to_text([quota])[0]
    place = known.places.get((claim.case_id, number_))
    if needs_batch(quota):
        return _by_batch(number_, limits, claim, asked, place, known)
    assert claim.rules is not None
    takes = claim.takes(claim.rules, quota, asked, today)
    if takes is None:
        return QuotaSaid(number_, limits, "undetermined", against=QuotaMeasureMissing(limits=limits))
    use = _without_own(known.use.get(QuotaKey(claim.tenant, claim.family, number_), PotUse()), place)
    left = left_of(quota, use)
    found: dict[str, Any] = {
        "number": number_,
        "limits": limits,
        "takes": takes,
        "earlier": before.count,
        "left_zh": left,
    }
    (alone,) = allot(claim.rules, quota, [claim.as_asked(asked)], today, used=use.takes, places_taken=use.places)
    short = known.short.get(QuotaKey(claim.tenant, claim.family, number_), ())
    if alone.outcome == "not_served" or _closed(quota, use, claim, short):
        why = f"剩余{left}" if alone.outcome == "not_served" else "先提交的申报已不足兑付，按用完为止不再兑付"
        return QuotaSaid(**found, outcome="used_up", against=QuotaUsedUp(limits=limits, why=why))
    if _may_be_overtaken(quota, use, takes, before):
        waits = QuotaWaitsForEarlier(limits=limits, left=left, count=before.count)
        return QuotaSaid(**found, outcome="waits", against=waits)
    if alone.outcome == "reduced":
        text = f"{limits}：余额{left} 不足，按余额兑付 {alone.money.yuan_text()} 元"
        return QuotaSaid(**found | {"takes": rest_of(quota, use)}, outcome="reduced", money=alone.money, text_zh=text)
    return QuotaSaid(**found, outcome="served", money=asked, text_zh=f"{limits}：剩余{left}，可以兑付")


def _by_batch(
    number_: int, limits: str, claim: QuotaClaim, asked: Money, place: OwnPlace | None, known: QuotasKnown
) -> QuotaSaid:
    if place is not None:
        money = min(asked, Money(place.fen))
        text = f"{limits}：{place.said}批次确定的金额 {Money(place.fen).yuan_text()} 元"
        return QuotaSaid(
            number_, limits, "allotted", money=money, takes=place.takes, text_zh=text, batch_id=place.batch_id
        )
    batch, reason = known.unserved.get((claim.case_id, number_), ("", ""))
    if batch:
        refusal = NotServedByBatch(limits=limits, batch=batch, reason=reason)
        return QuotaSaid(number_, limits, "not_served", against=refusal)
    return QuotaSaid(number_, limits, "awaits_batch", against=BatchNotFixed(limits=limits))


def _without_own(use: PotUse, place: OwnPlace | None) -> PotUse:
    """What it has itself stands in nobody's way."""
    return use if place is None else PotUse(use.takes - place.takes, use.places - 1)


def rest_of(quota: Quota, use: PotUse) -> Fraction:
    """What is left of the pot, in base units."""
    return max(in_base(quota.pot or "0", quota.pot_unit) - use.takes, NOTHING)


def left_of(quota: Quota, use: PotUse) -> str:
    """What is left, in words."""
    left = []
    if quota.places is not None:
        left.append(f" {max(quota.places - use.places, 0)} 个名额")
    if quota.pot is not None:
        unit = in_base("1", quota.pot_unit)
        left.append(f" {quantity_text(rest_of(quota, use) / unit, quota.pot_unit)}")
    return "、".join(left)


def _closed(quota: Quota, use: PotUse, claim: QuotaClaim, short: Sequence[tuple[Order, Fraction]]) -> bool:
    """Whether the pot has not reached an earlier claim: then it reaches nobody behind it, unless it is to be passed over."""
    if quota.pot is None or quota.when_short == "pass_over":
        return False
    rest = rest_of(quota, use)
    return any(order < claim.order and takes > rest for order, takes in short)


def _may_be_overtaken(quota: Quota, use: PotUse, takes: Fraction, before: Before) -> bool:
    """Whether earlier claims, were they all served, would leave it less than it gets now."""
    if quota.places is not None and use.places + before.count + 1 > quota.places and before.count:
        return True
    if quota.pot is None or not (before.unknown or before.takes):
        return False
    return before.unknown or before.takes + takes > rest_of(quota, use)


def kept_takes(takes: Fraction) -> str:
    """What is kept of it: never less, so that a pot is never overdrawn by rounding."""
    millionths = math.ceil(takes * 10**6)
    return f"{millionths // 10**6}.{millionths % 10**6:06d}"
