"""Many claims of one item seen together: each judged by itself, then the item's quotas, one after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from contracts.money import ZERO, Money
from contracts.rule import (
    Allotment,
    Assessment,
    AwardHistory,
    BatchClaim,
    Decision,
    FactSheet,
    HeadlineState,
    ItemRules,
    Quota,
    Window,
)
from rules.batches import NoSuchPart, Tie, allot, paid_part, ties
from rules.claims import ALWAYS
from rules.items import assess

TAKES_PART = frozenset({HeadlineState.DUE, HeadlineState.IN_KIND})
OPEN = frozenset({HeadlineState.UNDETERMINED, HeadlineState.TO_BE_DECIDED, HeadlineState.AMOUNT_OPEN})
"""What may still become a claim on the quotas."""


@dataclass(frozen=True, slots=True)
class CohortClaim:
    """One claim of the cohort, judged on the day `filed_on`."""

    claim_id: str
    filed_at: datetime
    filed_on: date
    facts: FactSheet
    awards: AwardHistory | None = None
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What of a quota was gone before: so much of the pot, in its unit, and so many places."""

    used: str = "0"
    places: int = 0


@dataclass(frozen=True, slots=True)
class ClaimInCohort:
    """What became of one claim: `granted` after all quotas, and what each of them said, by its number (from 0).

    `open`: it takes no part yet, and may when what is missing is there.
    """

    claim_id: str
    assessment: Assessment
    granted: Money
    takes_part: bool
    open: bool
    allotments: Mapping[int, Allotment] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The answer, in the order of the claims. `ties` of each quota: claims that its measures do not tell apart."""

    claims: tuple[ClaimInCohort, ...]
    ties: tuple[tuple[Tie, ...], ...]

    @property
    def granted(self) -> Money:
        return Money.total(each.granted for each in self.claims)


def settle_cohort(
    rules: ItemRules, claims: Sequence[CohortClaim], spent: Mapping[int, Spent], *, validity: Window = ALWAYS
) -> Cohort:
    """Each claim by itself, then each quota of the item in the order of the rules.

    A quota is asked for what those before it left: one for a part of the amount takes from that part alone, one for
    all of it from all. Who is left with nothing by a later quota gives back what earlier ones had set aside, and these
    are settled anew without that claim: first for those whom the last quota sent away, so that nobody gives way to a
    claim that does not stand. The same whatever order the claims are listed in.
    """
    found = {each.claim_id: _assessed(rules, each, validity) for each in claims}
    inside = [each for each in claims if _competes(rules, found[each.claim_id])]
    out: dict[str, dict[int, Allotment]] = {}
    while True:
        round_ = _Round(rules, [each for each in inside if each.claim_id not in out], found, spent)
        round_.settle()
        gone = round_.sent_away_last()
        if not gone:
            break
        out |= {claim_id: _given_back(round_.said[claim_id], round_.sent_away[claim_id]) for claim_id in gone}
    told = tuple(
        ClaimInCohort(
            claim_id=each.claim_id,
            assessment=found[each.claim_id],
            granted=round_.granted(each.claim_id) if each in inside else _due(found[each.claim_id]),
            takes_part=each in inside,
            open=_state(found[each.claim_id]) in OPEN,
            allotments=out.get(each.claim_id) or round_.said.get(each.claim_id, {}),
        )
        for each in claims
    )
    return Cohort(told, tuple(tuple(_ties(rules, quota, inside)) for quota in rules.quotas))


def _given_back(said: Mapping[int, Allotment], by: int) -> dict[int, Allotment]:
    """What earlier quotas had set aside for a claim that quota `by` sent away: it is with others now, and is not told
    as served, nor its money twice.
    """
    text = f"，额度 {by + 1} 不予兑付，已让给后面的申报"
    none = {"outcome": "not_served", "money": ZERO}
    return {
        index: each.model_copy(update={**none, "reason": f"第 {each.place} 位{text}"}) if each.money else each
        for index, each in said.items()
    }


def _assessed(rules: ItemRules, claim: CohortClaim, validity: Window) -> Assessment:
    return assess(rules, claim.facts, claim.filed_on, awards=claim.awards, decisions=claim.decisions, validity=validity)


def _state(found: Assessment) -> HeadlineState:
    assert found.headline is not None, "every assessment made now has one"
    return found.headline.state


def _competes(rules: ItemRules, found: Assessment) -> bool:
    """Later instalments of a claim that was served do not compete once more."""
    return _state(found) in TAKES_PART and (bool(found.subject_to) or not rules.quotas)


def _due(found: Assessment) -> Money:
    return (found.headline.due if found.headline is not None else None) or ZERO


def _ties(rules: ItemRules, quota: Quota, claims: Sequence[CohortClaim]) -> tuple[Tie, ...]:
    return ties(rules, quota, [_asking(each, ZERO) for each in claims], _last_day(claims))


def _last_day(claims: Collection[CohortClaim]) -> date:
    """The day on which the facts that claims are ranked by are read: when the last was filed."""
    return max((each.filed_on for each in claims), default=date.min)


def _asking(claim: CohortClaim, money: Money) -> BatchClaim:
    return BatchClaim(claim_id=claim.claim_id, money=money, filed_at=claim.filed_at, facts=claim.facts)


class _Round:
    """The quotas in their order, once. `money` is what each claim is left with, `said` what the quotas said of it."""

    def __init__(
        self,
        rules: ItemRules,
        claims: Sequence[CohortClaim],
        found: Mapping[str, Assessment],
        spent: Mapping[int, Spent],
    ) -> None:
        self.rules, self.claims, self.found, self.spent = rules, claims, found, spent
        self.money = {each.claim_id: found[each.claim_id].amount.money or ZERO for each in claims}
        self.parts = {each.claim_id: self._parts_of(each) for each in claims}
        self.said: dict[str, dict[int, Allotment]] = {each.claim_id: {} for each in claims}
        self.sent_away: dict[str, int] = {}
        self.today = _last_day(claims)

    def settle(self) -> None:
        for index, quota in enumerate(self.rules.quotas):
            gone = self.spent.get(index, Spent())
            asking = [each for each in self.claims if each.claim_id not in self.sent_away]
            asked = [_asking(each, self._asked_of(quota, each.claim_id)) for each in asking]
            if quota.part is not None:
                asked = [each for each in asked if each.money]
            for said in allot(self.rules, quota, asked, self.today, used=gone.used, places_taken=gone.places):
                self._take(index, quota, said)

    def granted(self, claim_id: str) -> Money:
        """What it is left with; nothing where a quota sent it away."""
        return ZERO if claim_id in self.sent_away else self.money.get(claim_id, ZERO)

    def sent_away_last(self) -> frozenset[str]:
        """Whom the last of the quotas that sent anybody away left with nothing though earlier ones had served them."""
        last = max((index for index in self.sent_away.values() if index), default=None)
        return frozenset(claim_id for claim_id, index in self.sent_away.items() if last and index == last)

    def _asked_of(self, quota: Quota, claim_id: str) -> Money:
        if quota.part is None:
            return self.money[claim_id]
        return min(self.parts[claim_id].get(quota.part, ZERO), self.money[claim_id])

    def _take(self, index: int, quota: Quota, said: Allotment) -> None:
        claim_id = said.claim_id
        asked = self._asked_of(quota, claim_id)
        self.said[claim_id][index] = said
        self.money[claim_id] -= asked - said.money
        if quota.part is not None:
            self.parts[claim_id][quota.part] = said.money
        refused = said.outcome in ("not_served", "undetermined")
        if refused and (quota.part is None or not self.money[claim_id]):
            self.sent_away[claim_id] = index

    def _parts_of(self, claim: CohortClaim) -> dict[str, Money]:
        """What the named parts that quotas speak of come to: as the assessment says, else what the amount would be less
        without each."""
        wanted = {quota.part for quota in self.rules.quotas if quota.part is not None}
        told = {each.part: each.money for each in self.found[claim.claim_id].amount.parts if each.part is not None}
        found = {}
        for name in sorted(wanted):
            try:
                found[name] = told[name] if name in told else paid_part(self.rules, name, claim.facts, claim.filed_on)
            except NoSuchPart:
                continue
        return found
