"""What a quota says of a claim, at its edges: the last place, the last yuan, the claim right before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from chassis.testing.fakes import NOON
from contracts.money import Money
from contracts.rule import FactSheet, ItemRules
from services.review.quotas.domain import (
    Before,
    Order,
    OwnPlace,
    PotUse,
    QuotaClaim,
    QuotaKey,
    QuotaSaid,
    QuotasKnown,
    QuotaStanding,
    QuotaUsedUp,
    kept_takes,
    rest_of,
    said_of,
)
from services.review.quotas.standing import left_over, stand
from tests.unit.review.quota_kit import RANK, WAN, limited, pot
from tests.unit.review.review_kit import facts

DAY = date(2026, 3, 10)
KEY = QuotaKey("zhanggong", "KJ-01", 0)
YUAN = 10_000
"""Of 1 万元: what pots in 万元 count in."""


def a_claim(wan: float, rules: ItemRules, *, minute: int = 5, id: str = "case-5", **more: Any) -> QuotaClaim:
    return QuotaClaim(
        case_id=id,
        tenant="zhanggong",
        family="KJ-01",
        item_id="item-1",
        filed_at=NOON + timedelta(minutes=minute),
        money=Money(int(wan * WAN)),
        facts=FactSheet(facts=facts(rd=str(wan)), reference_year=2025),
        rules=rules,
        **more,
    )


def says(
    quota: Mapping[str, Any],
    wan: float = 10,
    *,
    used: int = 0,
    places: int = 0,
    before: Before | None = None,
    short: Sequence[tuple[Order, Fraction]] = (),
    own: OwnPlace | None = None,
) -> QuotaSaid:
    """Of a claim of so many 万元, where so many are used and so many places taken."""
    rules = limited(dict(quota))
    claim = a_claim(wan, rules)
    known = QuotasKnown(
        use={KEY: PotUse(Fraction(used * YUAN), places)},
        short={KEY: short},
        places={("case-5", 0): own} if own else {},
    )
    return said_of(rules.quotas[0], 0, claim, claim.money or Money(0), known, before or Before(), DAY)


def order(minute: int, id: str = "case-1") -> Order:
    return NOON + timedelta(minutes=minute), id


def wan_before(count: int, wan: int) -> Before:
    return Before(count, Fraction(wan * YUAN))


@pytest.mark.parametrize(
    ("quota", "known", "outcome"),
    [
        (pot(30), {"used": 20}, "served"),
        (pot(30), {"used": 21}, "used_up"),
        (pot(30, "partial"), {"used": 29}, "reduced"),
        (pot(30, "partial"), {"used": 30}, "used_up"),
        ({"places": 3}, {"places": 2}, "served"),
        ({"places": 3}, {"places": 3}, "used_up"),
        ({"places": 3}, {"places": 1, "before": Before(1)}, "served"),
        ({"places": 3}, {"places": 1, "before": Before(2)}, "waits"),
        ({"places": 3}, {"places": 2, "before": Before(0)}, "served"),
        (pot(30), {"before": wan_before(1, 20)}, "served"),
        (pot(30), {"before": wan_before(1, 21)}, "waits"),
        (pot(30), {"used": 10, "before": wan_before(1, 11)}, "waits"),
        (pot(30), {"before": Before(1, Fraction(0), True)}, "waits"),
        (pot(30), {"before": Before(1, Fraction(0), False)}, "served"),
        (pot(30, places=3), {"places": 1, "before": wan_before(2, 1)}, "waits"),
    ],
)
def test_at_the_edge_of_what_is_left(quota: Mapping[str, Any], known: Mapping[str, Any], outcome: str) -> None:
    said = says(quota, **known)
    assert said.outcome == outcome and said.serves == (outcome in ("served", "reduced"))


@pytest.mark.parametrize(
    ("short", "outcome"),
    [
        ((order(4), Fraction(21 * YUAN)), "used_up"),
        ((order(4), Fraction(20 * YUAN)), "served"),
        ((order(6), Fraction(21 * YUAN)), "served"),
        ((order(5, "case-4"), Fraction(21 * YUAN)), "used_up"),
        ((order(5, "case-5"), Fraction(21 * YUAN)), "served"),
    ],
    ids=["an earlier one was not reached", "it would have been", "a later one", "the same minute", "itself"],
)
def test_whom_the_pot_did_not_reach_closes_it_for_those_behind(short: tuple[Order, Fraction], outcome: str) -> None:
    assert says(pot(30), 10, used=10, short=[short]).outcome == outcome
    assert says(pot(30, "pass_over"), 10, used=10, short=[short]).outcome == "served"
    assert says({"places": 3}, 10, short=[short]).outcome == "served"


def test_what_a_claim_has_itself_stands_in_nobodys_way() -> None:
    own = OwnPlace("held", 10 * WAN, Fraction(10 * YUAN))
    said = says(pot(30, places=2), 12, used=28, places=2, own=own)
    assert (said.outcome, said.takes, said.money) == ("served", Fraction(12 * YUAN), Money(12 * WAN))
    assert says(pot(30, places=2), 13, used=28, places=2, own=own).outcome == "used_up"
    assert says(pot(30, places=2), 12, used=28, places=3, own=own).outcome == "used_up"


def test_what_is_served_says_what_is_left_and_what_is_used_up_says_why() -> None:
    said = says(pot(30, places=5), used=5, places=2)
    assert said.left_zh == " 3 个名额、 25 万元"
    assert said.text_zh.endswith("剩余 3 个名额、 25 万元，可以兑付")
    assert "剩余 0 个名额" in says({"places": 2}, places=4).against.message  # type: ignore[union-attr]
    closed = says(pot(30), 10, used=10, short=[(order(1), Fraction(21 * YUAN))])
    assert "先提交的申报已不足兑付" in closed.against.message  # type: ignore[union-attr]


def test_the_rest_is_taken_and_granted_where_the_pot_does_not_cover_it() -> None:
    said = says(pot(30, "partial"), 10, used=24)
    assert (said.outcome, said.money, said.takes) == ("reduced", Money(6 * WAN), Fraction(6 * YUAN))
    assert rest_of(limited(pot(30)).quotas[0], PotUse(Fraction(31 * YUAN))) == 0


def test_a_batch_gives_what_it_allotted_and_never_more_than_is_asked() -> None:
    own = OwnPlace("allotted", 8 * WAN, Fraction(8 * YUAN), "batch-1", "“第一批”第 2 位，")
    ranked = {"places": 2, "order": RANK}
    more, less = says(ranked, 10, own=own), says(ranked, 7, own=own)
    assert (more.outcome, more.money, more.takes, more.batch_id) == (
        "allotted", Money(8 * WAN), Fraction(8 * YUAN), "batch-1",
    )  # fmt: skip
    assert less.money == Money(7 * WAN)
    assert says(ranked).outcome == "awaits_batch"
    rules = limited(ranked)
    left_out = QuotasKnown(unserved={("case-5", 0): ("第一批", "第 9 位")})
    said = said_of(rules.quotas[0], 0, a_claim(10, rules), Money(10 * WAN), left_out, Before(), DAY)
    assert said.outcome == "not_served" and "第 9 位" in said.against.message  # type: ignore[union-attr]


def test_what_stands_against_a_claim_is_of_all_its_quotas() -> None:
    served, used_up = says(pot(30)), says(pot(30), used=30)
    assert QuotaStanding((served,)).against == () and not QuotaStanding((served,)).used_up
    both = QuotaStanding((served, used_up))
    assert [type(each) for each in both.against] == [QuotaUsedUp] and both.used_up
    assert not QuotaStanding((says(pot(30), before=Before(1, Fraction(0), True)),)).used_up


@pytest.mark.parametrize(
    ("takes", "kept"),
    [
        (Fraction(1, 3), "0.333334"),
        (Fraction(2), "2.000000"),
        (Fraction(1, 10**7), "0.000001"),
        (Fraction(0), "0.000000"),
    ],
)
def test_what_is_kept_of_a_pot_is_never_less_than_what_is_taken(takes: Fraction, kept: str) -> None:
    assert kept_takes(takes) == kept


# -- many at once ------------------------------------------------------------------------------------------


def standing(rules: ItemRules, *wan: float, used: int = 0, places: Mapping[Any, OwnPlace] | None = None) -> list[Any]:
    """Claims of so many 万元, one minute after another: → what is said of each."""
    claims = [a_claim(each, rules, minute=minute, id=f"case-{minute}") for minute, each in enumerate(wan)]
    known = QuotasKnown(
        use={KEY: PotUse(Fraction(used * YUAN))}, queue={("zhanggong", "KJ-01"): claims[::-1]}, places=places or {}
    )
    found = stand(claims, known, DAY)
    return [found[each.case_id] for each in claims]


def outcomes(said: Sequence[QuotaStanding]) -> list[list[str]]:
    return [[each.outcome for each in one.said] for one in said]


def test_each_waits_for_those_before_it_and_for_none_behind() -> None:
    found = standing(limited(pot(30)), 10, 15, 5, 1)
    assert outcomes(found) == [["served"], ["served"], ["served"], ["waits"]]
    assert [each.said[0].earlier for each in found] == [0, 1, 2, 3]


def test_who_has_a_place_is_not_waited_for() -> None:
    own = {("case-0", 0): OwnPlace("held", 25 * WAN, Fraction(25 * YUAN))}
    found = standing(limited(pot(30)), 25, 5, used=25, places=own)
    assert (outcomes(found), found[1].said[0].earlier) == ([["served"], ["served"]], 0)


def test_a_second_quota_is_asked_for_what_the_first_left() -> None:
    rules = limited(pot(6, "partial"), pot(5, "partial"))
    (one,) = standing(rules, 10)
    assert [(each.outcome, each.money) for each in one.said] == [
        ("reduced", Money(6 * WAN)),
        ("reduced", Money(5 * WAN)),
    ]
    less = left_over(a_claim(10, rules), one)
    assert [(said.number, money, part) for said, money, part in less] == [
        (0, Money(6 * WAN), None),
        (1, Money(5 * WAN), None),
    ]


def test_what_brings_nothing_down_is_not_named() -> None:
    rules = limited(pot(30), pot(5, "partial"))
    (one,) = standing(rules, 10)
    assert [said.number for said, _money, _part in left_over(a_claim(10, rules), one)] == [1]


def test_a_claim_without_rules_or_amount_is_asked_nothing() -> None:
    rules = limited(pot(30))
    nobody = QuotaClaim("case-9", "zhanggong", "KJ-01", "item-1", NOON, None, rules=rules)
    assert stand([nobody], QuotasKnown(), DAY) == {}


def test_a_quota_of_a_part_asks_for_that_part_and_what_has_none_of_it_is_not_counted() -> None:
    rules = limited(pot(4, "partial", part="设备"))
    with_part = a_claim(10, rules, parts={"设备": Money(6 * WAN)})
    without = a_claim(10, rules, id="case-1", minute=1, parts={"设备": Money(0)})
    known = QuotasKnown(queue={("zhanggong", "KJ-01"): [without, with_part]})
    found = stand([with_part, without], known, DAY)
    assert found["case-1"].said == ()
    (said,) = found["case-5"].said
    assert (said.outcome, said.money, said.earlier) == ("reduced", Money(4 * WAN), 0)
    assert [(money, part) for _said, money, part in left_over(with_part, found["case-5"])] == [(Money(8 * WAN), "设备")]
