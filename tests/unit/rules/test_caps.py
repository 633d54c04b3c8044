"""Caps and top-ups over the awards that are passed in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Amount,
    Award,
    AwardHistory,
    AwardKey,
    Cap,
    Counted,
    Difference,
    Fact,
    FactSheet,
    Highest,
    Level,
    Rate,
    Sum,
    TopUp,
)
from rules import check, sentence
from rules.amounts import compute_amount
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    amounts,
    fact,
    fixed,
    full_sheets,
    item_rules,
    sheet,
)

PROJECT = (fact("grade", "code", "a"),)


def award(wan: int, year: int = 2025, family: str = "A", level: str = "city", project: str | None = None) -> Award:
    keys = (AwardKey(fact="grade", value=project),) if project else ()
    said = {"family": family, "level": level, "year": year, "granted_on": date(year, 6, 1)}
    return Award(**said, money=Money.from_yuan(wan * 10_000), keys=keys)


def amount(rule: object, *awards: Award, facts: tuple[Fact, ...] = ()) -> Amount:
    history = AwardHistory(family="A", awards=awards)
    return compute_amount(rule, sheet(*facts), TODAY, FACT_TYPES, awards=history)


def wan(rule: object, *awards: Award, facts: tuple[Fact, ...] = ()) -> int:
    found = amount(rule, *awards, facts=facts)
    assert found.money is not None
    assert Money.total(line.value for line in found.working) == found.money
    return int(found.money.yuan) // 10_000


def cap(scope: str, limit: int, counted: Counted | None = None, of: object = None) -> Cap:
    return Cap(scope=scope, of=of or fixed(10, "万元"), limit=fixed(limit, "万元"), counted=counted)


def test_a_years_cap_counts_the_same_year_and_a_lifetimes_every_year():
    earlier = (award(7, 2025), award(5, 2024))
    assert wan(cap("year", 12), *earlier) == 5
    assert wan(cap("lifetime", 20), *earlier) == 8
    assert wan(cap("lifetime", 12), *earlier) == 0
    assert wan(cap("lifetime", 30), *earlier) == 10


def test_a_cap_over_some_years_lets_the_older_ones_go():
    """三年内累计最高 20 万元: in 2025 those of 2023 count and those of 2022 do not."""
    three = cap("lifetime", 20, Counted(years=3))
    assert wan(three, award(15, 2023)) == 5
    assert wan(three, award(15, 2022)) == 10
    assert sentence(three) == "10 万元，3 年内累计最高不超过 20 万元（与本企业已享受的 3 年内本事项合并计算）。"
    for wrong in (cap("year", 20, Counted(years=3)), cap("lifetime", 20, Counted(scope="year", years=3))):
        assert [each.code for each in check(item_rules(amount=wrong))] == ["years_in_a_year"]


def test_a_cap_that_is_just_reached_takes_nothing_off():
    found = amount(cap("year", 12, of=fixed(5, "万元")), award(7))
    assert (found.working[-1].text_zh, found.reductions) == ("年度封顶剩余 5 万元：未超过", ())
    [less] = amount(cap("year", 12, of=fixed(6, "万元")), award(7)).reductions
    assert (less.kind, less.money, less.part) == ("cap", Money.from_yuan(10_000), None)
    assert less.text_zh == "年度封顶 12 万元，本事项已获 7 万元，剩余 5 万元"
    [topped] = amount(TopUp(of=fixed(6, "万元")), award(7)).reductions
    assert (topped.kind, topped.money) == ("top_up", Money.from_yuan(60_000))


def test_only_what_brings_the_payment_down_is_a_reason_why_it_is_not_more():
    base = Cap(of=fixed(9, "万元"), limit=fixed(5, "万元"))
    assert amount(Rate(base=base, rate=fixed(50, "%"))).reductions == ()
    assert amount(Highest(of=[base, fixed(6, "万元")])).reductions == ()
    assert len(amount(Highest(of=[base, fixed(4, "万元")])).reductions) == 1


def test_what_a_top_up_takes_off_is_what_was_had():
    found = amount(TopUp(of=fixed(10, "万元")), award(3))
    assert (found.money, [each.money for each in found.reductions]) == (
        Money.from_yuan(70_000),
        [Money.from_yuan(30_000)],
    )


def test_an_amount_below_zero_is_not_raised_by_a_top_up():
    less = Difference(of=fixed(1, "万元"), less=fixed(6, "万元"))
    both = Sum(of=[TopUp(of=less), fixed(20, "万元")])
    assert wan(both) == wan(both, award(3)) == 15


def test_a_payment_that_was_taken_back_leaves_no_more_than_the_limit():
    back = award(3).model_copy(update={"money": Money.from_yuan(-30_000)})
    assert wan(cap("lifetime", 8), back) == 8
    assert wan(cap("lifetime", 8), award(5), back) == 6


def test_caps_nest_and_each_says_what_is_left():
    nested = cap("lifetime", 100, of=cap("year", 12))
    found = amount(nested, award(7, 2025), award(90, 2024))
    assert found.money == Money.from_yuan(30_000)
    assert [line.text_zh for line in found.working[1:]] == [
        "年度封顶 12 万元，本事项已获 7 万元，剩余 5 万元",
        "年度封顶剩余 5 万元：10 万元 → 5 万元",
        "累计封顶 100 万元，本事项已获 97 万元，剩余 3 万元",
        "累计封顶剩余 3 万元：5 万元 → 3 万元",
    ]


@pytest.mark.parametrize(
    ("families", "levels", "left"),
    [
        ("own", (), 16),
        ("any", (), 8),
        ("any", ("province",), 15),
        (("B", "C"), (), 12),
        (("A", "B"), ("city",), 13),
    ],
)
def test_the_rule_says_which_awards_count(families: object, levels: tuple[Level, ...], left: int):
    earlier = (award(4), award(3, family="B"), award(5, family="C", level="province"))
    counted = Counted(families=families, levels=levels)
    assert wan(cap("lifetime", 20, counted, of=fixed(99, "万元")), *earlier) == left


def test_a_projects_cap_counts_the_same_project_across_levels():
    """FJ-008: the project's investment is helped up to 1 million, all treasuries together."""
    counted = Counted(families="any", levels=("province", "city"), key={"fact": "grade", "period": "Y"})
    rule = cap("project", 12, counted)
    earlier = (award(5, project="a", level="province"), award(9, project="b"), award(9, level="county"))
    assert wan(rule, *earlier, facts=PROJECT) == 7
    missing = amount(rule, *earlier)
    assert [each.name for each in missing.missing] == ["grade"]
    assert (missing.lowest, missing.highest) == (Money(0), Money.from_yuan(100_000))
    assert wan(rule) == 10


def test_a_step_is_topped_up_to_its_prize():
    rule = TopUp(of=fixed(10, "万元"), counted=Counted(families=["A", "B"]))
    assert [wan(rule, award(had, family="B")) for had in (0, 3, 10, 12)] == [10, 7, 0, 0]


def test_without_a_register_nothing_is_taken_off_and_the_answer_says_so():
    found = compute_amount(cap("lifetime", 8), sheet(), TODAY, FACT_TYPES)
    assert (found.money, found.before_caps) == (Money.from_yuan(80_000), True)
    assert found.working[-1].text_zh == "以上为历次奖补扣减前的金额，尚未计入：累计封顶 8 万元"
    assert not amount(cap("lifetime", 8)).before_caps
    assert not compute_amount(cap("payment", 8), sheet(), TODAY, FACT_TYPES).before_caps


AWARDS = st.lists(
    st.builds(award, st.integers(0, 50), st.sampled_from([2024, 2025]), st.sampled_from("AB")), max_size=4
).map(tuple)
SCOPES = st.sampled_from(["payment", "year", "lifetime"])


@given(amounts(), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), AWARDS, SCOPES, full_sheets())
def test_a_higher_cap_never_pays_less_and_with_what_was_had_none_is_exceeded(
    rule, limits, earlier, scope, facts: FactSheet
):
    history = AwardHistory(family="A", awards=earlier)
    paid = []
    for limit in sorted(limits):
        capped = Cap(scope=scope, of=rule, limit=fixed(limit, "元"))
        found = compute_amount(capped, facts, TODAY, FACT_TYPES, awards=history)
        if found.money is None:
            return
        own = [each for each in earlier if each.family == "A" and (scope != "year" or each.year == 2025)]
        had = Money.total(each.money for each in own) if scope != "payment" else Money(0)
        assert found.money == Money(0) or found.money + had <= Money.from_yuan(limit)
        assert Money.total(line.value for line in found.working) == found.money
        paid.append(found.money)
    before_caps = compute_amount(capped, facts, TODAY, FACT_TYPES).money
    assert paid[0] <= paid[1] <= before_caps


@given(st.integers(0, 100), AWARDS, AWARDS)
def test_more_that_was_had_never_leaves_more(prize: int, some, more):
    for rule in (TopUp(of=fixed(prize, "万元")), cap("lifetime", prize)):
        assert wan(rule, *some, *more) <= wan(rule, *some)
