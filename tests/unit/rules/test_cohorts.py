"""Many claims of one item: each judged by itself, then its quotas one after the other, whatever the order of the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Award,
    AwardHistory,
    Cap,
    Decided,
    Decision,
    FactSheet,
    HeadlineState,
    ItemRules,
    OncePer,
    Quota,
    Ranked,
    RankKey,
    Sum,
)
from rules.cohorts import Cohort, CohortClaim, Spent, settle_cohort
from tests.unit.rules.rule_writing import condition, fact, fixed, item_rules, number_fact, quantity, sheet

MORNING = datetime(2026, 3, 16, 1, tzinfo=UTC)
MET = fact("above_scale", "flag", True)
BY_RESEARCH = Ranked(keys=[RankKey(by=quantity("rd_expense"))])


def claim(name: str, minutes: int = 0, *facts: Any, met: bool = True, **more: Any) -> CohortClaim:
    filed_at = MORNING + timedelta(minutes=minutes)
    said = sheet(fact("above_scale", "flag", met), *facts)
    return CohortClaim(name, filed_at, filed_at.date(), more.pop("sheet", said), **more)


def research(value: int) -> Any:
    return number_fact("rd_expense", value, "万元")


def settled(rules: ItemRules, *claims: CohortClaim, **spent: Spent) -> Cohort:
    return settle_cohort(rules, claims, {int(name[1:]): each for name, each in spent.items()})


def granted(cohort: Cohort) -> dict[str, int]:
    return {each.claim_id: each.granted.fen // 100 for each in cohort.claims}


def test_each_claim_is_judged_first_and_only_those_that_stand_compete():
    rules = item_rules(quotas=[Quota(places=2)], stacking=[OncePer()])
    award = Award(family="A", level="city", year=2024, money=Money(1), granted_on="2024-06-01")
    had = AwardHistory(family="A", awards=(award,))
    cohort = settled(
        rules,
        claim("had", 0, awards=had),
        claim("fallen", 1, met=False),
        claim("unknown", 2, sheet=FactSheet(reference_year=2025)),
        claim("first", 3),
        claim("second", 4),
        claim("third", 5),
    )
    assert granted(cohort) == {"had": 0, "fallen": 0, "unknown": 0, "first": 50_000, "second": 50_000, "third": 0}
    told = {each.claim_id: each for each in cohort.claims}
    assert [told[name].takes_part for name in ("had", "fallen", "unknown", "third")] == [False, False, False, True]
    assert [each.claim_id for each in cohort.claims if each.open] == ["unknown"]
    assert told["third"].allotments[0].reason == "第 3 位，2 个名额已满"
    assert cohort.granted == Money.from_yuan(100_000)


def test_a_claim_that_is_filed_after_closing_takes_no_place():
    rules = item_rules(quotas=[Quota(places=1)], plan={"window": {"closes": "2026-03-16"}})
    cohort = settled(rules, claim("late", 24 * 60), claim("in_time"))
    assert granted(cohort) == {"late": 0, "in_time": 50_000}
    late = cohort.claims[0].assessment.headline
    assert late is not None
    assert late.state is HeadlineState.CLOSED


def test_what_is_gone_before_counts():
    rules = item_rules(quotas=[Quota(places=2, pot="10", pot_unit="万元", when_short="partial")])
    claims = (claim("a"), claim("b", 1))
    assert granted(settled(rules, *claims)) == {"a": 50_000, "b": 50_000}
    assert granted(settled(rules, *claims, q0=Spent(used="3"))) == {"a": 50_000, "b": 20_000}
    assert granted(settled(rules, *claims, q0=Spent(places=1))) == {"a": 50_000, "b": 0}


def test_a_quota_of_a_part_counts_what_the_part_is_paid_under_the_cap_around_it():
    parts = [fixed(wan, "万元").model_copy(update={"name": name}) for wan, name in ((3, "基础奖"), (9, "增量奖"))]
    rules = item_rules(
        amount=Cap(of=Sum(of=parts), limit=fixed(4, "万元")),
        quotas=[Quota(part="增量奖", pot="5", pot_unit="万元", when_short="partial")],
    )
    assert granted(settled(rules, claim("a"), claim("b", 1))) == {"a": 40_000, "b": 30_000}


def test_quotas_of_parts_cut_their_part_alone_and_one_of_all_cuts_the_rest():
    amount = Sum(
        of=[
            fixed(3, "万元").model_copy(update={"name": "基础奖"}),
            quantity("revenue").model_copy(update={"name": "增量奖"}),
        ]
    )
    part = Quota(part="增量奖", pot="5", pot_unit="万元", when_short="partial")
    whole = Quota(pot="10", pot_unit="万元", when_short="partial")
    claims = [claim(name, minute, number_fact("revenue", 4, "万元")) for minute, name in enumerate("abc")]
    assert granted(settled(item_rules(amount=amount, quotas=[part, whole]), *claims)) == {
        "a": 70_000, "b": 30_000, "c": 0,
    }  # fmt: skip
    assert granted(settled(item_rules(amount=amount, quotas=[part]), *claims)) == {
        "a": 70_000, "b": 40_000, "c": 30_000,
    }  # fmt: skip


def test_whom_a_later_quota_sends_away_gives_back_what_an_earlier_one_had_set_aside():
    """The pot is full with a and b, but only two have a place, and by research these are b and c."""
    rules = item_rules(quotas=[Quota(pot="10", pot_unit="万元"), Quota(places=2, order=BY_RESEARCH)])
    claims = [claim("a", 0), claim("b", 1, research(5)), claim("c", 2, research(9))]
    cohort = settled(rules, *claims)
    assert granted(cohort) == {"a": 0, "b": 50_000, "c": 50_000}
    assert cohort.claims[0].allotments[1].outcome == "undetermined"
    given_back = cohort.claims[0].allotments[0]
    assert (given_back.outcome, given_back.money) == ("not_served", Money(0)), "the table said more than the pot holds"
    assert given_back.reason == "第 1 位，额度 2 不予兑付，已让给后面的申报"


def test_claims_that_stand_even_are_named():
    rules = item_rules(quotas=[Quota(places=1, order=BY_RESEARCH)])
    cohort = settled(rules, claim("b", 0, research(5)), claim("a", 0, research(5)), claim("c", 1, research(9)))
    (tie,) = cohort.ties[0]
    assert (tie.claim_ids, tie.to_the_instant) == (("a", "b"), True)
    later = settled(rules, claim("a", 0, research(5)), claim("b", 1, research(5)))
    assert not later.ties[0][0].to_the_instant
    first_come = item_rules(quotas=[Quota(places=1)])
    assert settled(first_come, claim("a", 0, research(5)), claim("b", 1, research(5))).ties == ((),)
    assert settled(first_come, claim("a"), claim("b")).ties[0][0].claim_ids == ("a", "b")


def test_a_figure_that_a_person_has_still_to_set_is_open_and_takes_part_once_it_is_set():
    decided = Decided(decision="bonus", by="评审组", max=fixed(10, "万元"))
    rules = item_rules(amount=decided, quotas=[Quota(places=1)])
    assert settled(rules, claim("a")).claims[0].open
    said = {"name": "bonus", "value": "4", "unit": "万元", "by": "评审组", "on": MORNING.date()}
    assert granted(settled(rules, claim("a", 0, decisions=(Decision(**said),)))) == {"a": 40_000}


def test_without_quotas_each_gets_what_is_due():
    assert granted(settled(item_rules(), claim("a"), claim("b", 0, met=False))) == {"a": 50_000, "b": 0}


QUOTAS = st.lists(
    st.builds(
        Quota,
        places=st.none() | st.integers(1, 3),
        pot=st.sampled_from(["4", "9.5", "12"]),
        pot_unit=st.just("万元"),
        order=st.sampled_from([Quota.model_fields["order"].default, BY_RESEARCH]),
        when_short=st.sampled_from(["stop", "partial", "pass_over", "pro_rata"]),
    ),
    max_size=3,
)
CLAIMS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=6)


@given(QUOTAS, CLAIMS, st.randoms(use_true_random=False))
def test_no_pot_pays_more_than_it_holds_and_the_order_of_the_list_is_nothing(quotas, claims, random):
    rules = item_rules(quotas=quotas, eligibility=condition("above_scale", "is_true"))
    listed = [claim(f"c{n}", at, research(rank), met=met) for n, (at, rank, met) in enumerate(claims)]
    cohort = settled(rules, *listed)
    for quota in quotas:
        assert cohort.granted <= Money.from_yuan(str(float(quota.pot or 0) * 10_000))
        served = [each for each in cohort.claims if each.granted]
        assert quota.places is None or len(served) <= quota.places
    for each in cohort.claims:
        assert each.granted <= (each.assessment.amount.money or Money(0))
        assert not each.granted or each.takes_part
    shuffled = list(listed)
    random.shuffle(shuffled)
    assert granted(settled(rules, *shuffled)) == granted(cohort)


@pytest.mark.parametrize("places", [1, 2])
def test_a_later_instalment_of_a_claim_that_was_served_does_not_compete_again(places: int):
    plan = {
        "node": "instalments",
        "parts": [{"label": "首期", "fraction": "1/2"}, {"label": "次期", "fraction": "1/2"}],
    }
    rules = item_rules(quotas=[Quota(places=places)], instalments=plan)
    before = AwardHistory(family="A", instalments=[{"number": 1, "outcome": "paid"}])
    cohort = settled(rules, claim("first"), claim("later", 9, awards=before))
    assert granted(cohort) == {"first": 25_000, "later": 25_000}
