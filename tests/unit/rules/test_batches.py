"""Not enough for all: first come, ranked, places and pots; never above the pot and exact to the fen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import Allotment, BatchClaim, Quota, Ranked, RankKey, Sum
from rules import allot, part_amount
from rules.batches import NoSuchPart
from rules.facts import reader_of
from tests.unit.rules.rule_writing import TODAY, fixed, item_rules, number_fact, quantity, sheet

MORNING = datetime(2026, 3, 1, 9, tzinfo=UTC)
RULES = item_rules()


def claim(name: str, yuan: int, minutes: int = 0, **measures: object) -> BatchClaim:
    facts = sheet(*(number_fact(fact, value, "万元") for fact, value in measures.items())) if measures else None
    filed_at = MORNING + timedelta(minutes=minutes)
    return BatchClaim(claim_id=name, money=Money.from_yuan(yuan), filed_at=filed_at, facts=facts)


def granted(found: tuple[Allotment, ...]) -> dict[str, tuple[str, int]]:
    return {each.claim_id: (each.outcome, int(each.money.yuan)) for each in found}


def test_first_come_first_served_until_the_pot_is_empty():
    quota = Quota(pot="30", pot_unit="万元")
    claims = [claim("late", 50_000, 9), claim("first", 200_000), claim("second", 150_000, 1)]
    assert granted(allot(RULES, quota, claims, TODAY)) == {
        "first": ("served", 200_000), "second": ("not_served", 0), "late": ("not_served", 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("when_short", "second", "late"),
    [
        ("partial", ("reduced", 100_000), ("not_served", 0)),
        ("pass_over", ("not_served", 0), ("served", 50_000)),
        ("pro_rata", ("reduced", 112_500), ("reduced", 37_500)),
    ],
)
def test_what_happens_when_the_pot_does_not_reach_is_the_rules_to_say(when_short, second, late):
    quota = Quota(pot="300000", when_short=when_short)
    claims = [claim("first", 200_000), claim("second", 150_000, 1), claim("late", 50_000, 2)]
    found = granted(allot(RULES, quota, claims, TODAY))
    assert (found["second"], found["late"]) == (second, late)


def test_only_those_with_a_place_share_in_proportion():
    quota = Quota(pot="60000", places=2, when_short="pro_rata")
    claims = [claim("first", 80_000), claim("second", 40_000, 1), claim("third", 40_000, 2)]
    assert granted(allot(RULES, quota, claims, TODAY)) == {
        "first": ("reduced", 40_000), "second": ("reduced", 20_000), "third": ("not_served", 0),
    }  # fmt: skip


def test_who_gets_less_is_told_its_place_and_the_proportion():
    quota = Quota(pot="60000", when_short="pro_rata")
    claims = [claim("first", 80_000), claim("second", 40_000, 1)]
    assert [(each.place, each.reason) for each in allot(RULES, quota, claims, TODAY)] == [
        (1, "总额不足，同比例折算为 50.00%"), (2, "总额不足，同比例折算为 50.00%"),
    ]  # fmt: skip


def test_places_and_what_is_gone_already_count():
    quota = Quota(places=2, pot="10", pot_unit="万元")
    claims = [claim(name, 40_000, minute) for minute, name in enumerate("abc")]
    assert [each.outcome for each in allot(RULES, quota, claims, TODAY)] == ["served", "served", "not_served"]
    used = allot(RULES, quota, claims, TODAY, used="6")
    assert [each.outcome for each in used] == ["served", "not_served", "not_served"]
    taken = allot(RULES, quota, claims, TODAY, places_taken=1)
    assert [each.outcome for each in taken] == ["served", "not_served", "not_served"]
    assert taken[1].reason == "第 2 位，2 个名额已满"


def test_claims_are_ranked_by_measures_and_ties_by_the_next_then_by_filing():
    order = Ranked(keys=[RankKey(by=quantity("rd_expense")), RankKey(by=quantity("revenue"), smallest_first=True)])
    quota = Quota(places=2, order=order)
    claims = [
        claim("low", 1, 0, rd_expense=10, revenue=1),
        claim("big", 1, 3, rd_expense=90, revenue=9),
        claim("lean", 1, 4, rd_expense=90, revenue=5),
        claim("late_lean", 1, 5, rd_expense=90, revenue=5),
        claim("unknown", 1, 1, rd_expense=99),
    ]
    found = {each.claim_id: (each.place, each.outcome) for each in allot(RULES, quota, claims, TODAY)}
    assert found == {
        "lean": (1, "served"), "late_lean": (2, "served"), "big": (3, "not_served"), "low": (4, "not_served"),
        "unknown": (None, "undetermined"),
    }  # fmt: skip


def test_a_pot_may_count_loans_instead_of_what_is_paid():
    """GD-007: the year's subsidies stand for so many loans, first come."""
    quota = Quota(pot="100", pot_unit="万元", measure=quantity("revenue"))
    claims = [claim("a", 30_000, 0, revenue=60), claim("b", 20_000, 1, revenue=50)]
    assert granted(allot(RULES, quota, claims, TODAY)) == {"a": ("served", 30_000), "b": ("not_served", 0)}


def test_a_part_of_an_amount_has_a_pot_of_its_own():
    """GZ-005: the convoys have their own pot of 300,000."""
    rules = item_rules(amount=Sum(of=[fixed(40, "万元"), fixed(1, "万元").model_copy(update={"name": "自驾车队"})]))
    reader = reader_of(rules, sheet(), TODAY)
    assert part_amount(rules, "自驾车队", reader).money == Money.from_yuan(10_000)
    with pytest.raises(NoSuchPart):
        part_amount(rules, "突出贡献", reader)


@st.composite
def batches(draw: st.DrawFn) -> tuple[Quota, list[BatchClaim]]:
    ranked = Ranked(keys=[RankKey(by=quantity("revenue"), smallest_first=draw(st.booleans()))])
    quota = Quota(
        places=draw(st.none() | st.integers(1, 4)),
        pot=str(draw(st.integers(0, 3000))),
        order=draw(st.sampled_from([ranked, Quota(places=1).order])),
        when_short=draw(st.sampled_from(["stop", "partial", "pass_over", "pro_rata"])),
    )
    sizes = draw(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3), st.integers(0, 3)), max_size=7))
    return quota, [
        claim(f"c{index}", yuan, minutes, revenue=revenue) for index, (yuan, minutes, revenue) in enumerate(sizes)
    ]


@given(batches(), st.randoms())
def test_no_pot_is_exceeded_and_the_order_of_the_list_does_not_matter(batch, random):
    quota, claims = batch
    found = allot(RULES, quota, claims, TODAY)
    pot = Money.from_yuan(quota.pot or "0")
    assert Money.total(each.money for each in found) <= pot
    assert all(each.money <= asked.money for each, asked in zip(found, claims, strict=True))
    served = [each for each in found if each.outcome in ("served", "reduced")]
    assert quota.places is None or len(served) <= quota.places
    assert sorted(each.place or 0 for each in found) == list(range(1, len(claims) + 1))
    shuffled = list(claims)
    random.shuffle(shuffled)
    again = {each.claim_id: each for each in allot(RULES, quota, shuffled, TODAY)}
    assert again == {each.claim_id: each for each in found}


@given(st.lists(st.integers(1, 900), min_size=1, max_size=7), st.integers(0, 2000))
def test_a_pot_that_does_not_reach_is_shared_to_the_last_fen(sizes, pot):
    claims = [claim(f"c{index}", yuan, index) for index, yuan in enumerate(sizes)]
    found = allot(RULES, Quota(pot=str(pot), when_short="pro_rata"), claims, TODAY)
    assert Money.total(each.money for each in found) == Money.from_yuan(min(pot, sum(sizes)))
