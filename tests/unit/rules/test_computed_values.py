"""Nodes that compute: differences, ratios, growth, counts, steps and interest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    AllOf,
    Amount,
    AmountRule,
    AnyOf,
    AtLeast,
    Compare,
    CompareDates,
    CompoundGrowth,
    CountCodes,
    CountMet,
    DateFact,
    Day,
    Difference,
    Eligibility,
    Fact,
    FactSheet,
    FactType,
    Growth,
    GrowthBands,
    GrowthStep,
    Interest,
    Lowest,
    NOf,
    PerUnit,
    Product,
    Quotient,
    Rate,
    Rounded,
    State,
    Threshold,
    WholeSteps,
)
from rules import check, sentence
from rules.amounts import compute_amount
from rules.eligibility import evaluate_eligibility
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    amounts,
    condition,
    conditions,
    fact,
    fixed,
    full_sheets,
    item_rules,
    number_fact,
    plain,
    quantity,
    sheet,
)


def amount(rule: AmountRule, *facts: Fact, **more: Any) -> Amount:
    return compute_amount(rule, sheet(*facts), TODAY, FACT_TYPES, **more)


def yuan(rule: AmountRule, *facts: Fact) -> Decimal:
    found = amount(rule, *facts)
    assert found.money is not None, found.missing
    assert Money.total(line.value for line in found.working) == found.money
    return found.money.yuan


def share(rule: AmountRule) -> Rate:
    """A share made visible: so many of 1,000,000."""
    return Rate(base=fixed(100, "万元"), rate=rule)


def money(name: str, value: object, period: str = "2025") -> Fact:
    return number_fact(name, value, "万元", period)


GROWTH = Growth(now=quantity("revenue"), before=quantity("revenue", "Y-1"), when_not_positive=fixed(0, "%"))


def test_an_increment_is_the_difference_and_counts_as_zero_when_there_is_none():
    increment = Difference(of=quantity("rd_expense"), less=quantity("rd_expense", "Y-1"))
    rule = Rate(base=AtLeast(of=increment, floor=fixed(0, "元")), rate=fixed(30, "%"))
    assert yuan(rule, money("rd_expense", 900), money("rd_expense", 300, "2024")) == 1_800_000
    assert yuan(rule, money("rd_expense", 300), money("rd_expense", 900, "2024")) == 0


def test_growth_and_ratios_are_exact_and_say_what_holds_without_a_divisor():
    assert yuan(share(GROWTH), money("revenue", 120), money("revenue", 80, "2024")) == 500_000
    assert yuan(share(GROWTH), money("revenue", 120), money("revenue", 0, "2024")) == 0
    assert yuan(share(GROWTH), money("revenue", 60), money("revenue", 80, "2024")) == 0
    ratio = Quotient(of=quantity("rd_expense"), by=quantity("revenue"), when_zero=fixed(100, "%"))
    assert yuan(share(ratio), money("rd_expense", 1), money("revenue", 3)) == Decimal("333333.33")
    assert yuan(share(ratio), money("rd_expense", 1), money("revenue", 0)) == 1_000_000


def test_units_multiply_along_a_chain():
    rule = Product(of=[quantity("heads"), fixed(300, "元/人·月"), Lowest(of=[fixed(40, "月"), fixed(36, "月")])])
    assert yuan(rule, number_fact("heads", 5, "人")) == 54_000


@pytest.mark.parametrize(
    ("increment", "rounding", "expected"),
    [
        ("3.99", "down", 300_000),
        ("4", "down", 400_000),
        ("0.99", "down", 0),
        ("0.01", "up", 100_000),
        ("-5", "down", 0),
    ],
)
def test_every_full_step_counts(increment: str, rounding: str, expected: int):
    steps = WholeSteps(of=quantity("revenue"), step="1", unit="亿元", rounding=rounding)
    rule = PerUnit(quantity=steps, price=fixed(10, "万元/份"))
    assert yuan(rule, number_fact("revenue", increment, "亿元")) == expected


def test_a_figure_is_rounded_on_the_way_by_the_named_rule():
    down, up = (Rounded(of=quantity("revenue"), to="1", unit="万元", rounding=rounding) for rounding in ("down", "up"))
    assert yuan(down, number_fact("revenue", "19999", "元")) == 10_000
    assert yuan(up, number_fact("revenue", "10001", "元")) == 20_000


def test_codes_and_met_conditions_are_counted():
    codes = CountCodes(fact="penalties", period="Y", codes=["tax", "fire"], counted_as="项")
    rule = PerUnit(quantity=codes, price=fixed(2, "万元/项"))
    assert yuan(rule, fact("penalties", "codes", ("tax", "other"))) == 20_000
    months = CountMet(
        of=[condition("rd_ratio", "gt", "20", "%", f"YM0{month}") for month in (1, 2, 3)], counted_as="月"
    )
    rule = PerUnit(quantity=months, price=fixed(5, "万元/月"))
    rates = [number_fact("rd_ratio", rate, "%", f"2025M0{month}") for month, rate in enumerate((21, 20, 30), 1)]
    assert yuan(rule, *rates) == 100_000
    unknown = amount(rule, *rates[:2])
    assert [(each.name, each.period) for each in unknown.missing] == [("rd_ratio", "2025M03")]


def test_interest_is_principal_times_rate_times_term():
    loan = {"principal": fixed(300, "万元"), "rate": fixed(2, "%")}
    assert yuan(Interest(**loan, term=fixed(12, "月"))) == 60_000
    assert yuan(Interest(**loan, term=fixed(360, "天"))) == 60_000
    assert yuan(Interest(**loan, term=fixed(73, "天"), days_in_year=365)) == 12_000


# -- growth bands ------------------------------------------------------------------------------------------


def bands(**more: object) -> GrowthBands:
    steps = [GrowthStep(up_to=fixed(40, "%"), rate=fixed(1, "%")), GrowthStep(rate=fixed("1.2", "%"))]
    ends = {"now": quantity("revenue"), "before": quantity("revenue", "Y-1"), "entry": fixed(30, "%")}
    return GrowthBands(**ends, steps=steps, **more)


@pytest.mark.parametrize(
    ("now", "expected"), [(1200, 41_600), (1400, 65_600), (1300, 53_600), (1040, 24_000), (1039, 0), (0, 0)]
)
def test_an_increment_is_cut_at_its_pivot(now: int, expected: int):
    assert yuan(bands(), money("revenue", now), money("revenue", 800, "2024")) == expected


def test_an_increment_may_count_from_the_entry_only_and_needs_a_base():
    rule = bands(from_entry=True)
    assert yuan(rule, money("revenue", 1200), money("revenue", 800, "2024")) == 17_600
    assert yuan(rule, money("revenue", 1200), money("revenue", 0, "2024")) == 0


@given(st.integers(1, 9999), st.integers(0, 30_000), st.integers(0, 30_000))
def test_a_larger_increment_never_earns_less(before: int, one: int, other: int):
    low, high = sorted((one, other))
    paid = [yuan(bands(), money("revenue", now), money("revenue", before, "2024")) for now in (low, high)]
    assert paid[0] <= paid[1]


# -- conditions on computed values ---------------------------------------------------------------------------


def state(rule: Any, *facts: Fact) -> State:
    return evaluate_eligibility(rule, sheet(*facts), TODAY, FACT_TYPES).state


@pytest.mark.parametrize(("now", "expected"), [("92", "met"), ("91.99", "not_met")])
def test_a_condition_compares_computed_values_at_the_bound(now: str, expected: str):
    rule = Compare(left=GROWTH, operator="ge", right=fixed(15, "%"))
    facts = (money("revenue", now), money("revenue", 80, "2024"))
    assert state(rule, *facts) == expected
    verdict = evaluate_eligibility(rule, sheet(facts[0]), TODAY, FACT_TYPES)
    assert [(each.name, each.period) for each in verdict.missing] == [("revenue", "2024")]
    assert verdict.reasons[0].text_zh.startswith(
        "2025年度营业收入较2024年度营业收入的增速（基期为零或负数的，按 0%计）不低于 15%"
    )


@pytest.mark.parametrize(("now", "expected"), [("172.8", "met"), ("172.79", "not_met")])
def test_a_compound_growth_is_compared_without_a_root(now: str, expected: str):
    rule = CompoundGrowth(
        now=quantity("revenue"),
        before=quantity("revenue", "Y-3"),
        years=3,
        operator="ge",
        rate=fixed(20, "%"),
    )
    assert state(rule, money("revenue", now), money("revenue", 100, "2022")) == expected
    assert state(rule, money("revenue", now), money("revenue", 0, "2022")) is State.NOT_MET


def test_two_days_are_compared():
    rule = CompareDates(left=DateFact(fact="certified_on"), operator="gt", right=Day(day=date(2025, 6, 30)))
    assert state(rule, fact("certified_on", "date", "2025-07-01", None)) is State.MET
    assert state(rule, fact("certified_on", "date", "2025-06-30", None)) is State.NOT_MET
    assert state(rule) is State.UNDETERMINED


@given(st.permutations([State.MET, State.MET, State.NOT_MET, State.UNDETERMINED]), st.integers(1, 4))
def test_at_least_n_are_met_in_whatever_order(states: list[State], least: int):
    parts, facts = [], []
    for number, each in enumerate(states):
        parts.append(condition(f"flag{number}", "is_true", period=None))
        if each is not State.UNDETERMINED:
            facts.append(fact(f"flag{number}", "flag", each is State.MET, None))
    expected = State.MET if least <= 2 else State.UNDETERMINED if least == 3 else State.NOT_MET
    assert evaluate_eligibility(NOf(least=least, of=parts), sheet(*facts), TODAY).state is expected


@given(st.lists(conditions(), min_size=1, max_size=4), st.data(), full_sheets())
def test_at_least_one_is_any_and_at_least_all_is_all(parts: list[Any], data: st.DataObject, facts: FactSheet):
    kept = tuple(each for each in facts.facts if data.draw(st.booleans()))
    less = FactSheet(facts=kept, reference_year=facts.reference_year)

    def found(rule: Eligibility) -> State:
        return evaluate_eligibility(rule, less, TODAY, FACT_TYPES).state

    assert found(NOf(least=1, of=parts)) is found(AnyOf(of=parts))
    assert found(NOf(least=len(parts), of=parts)) is found(AllOf(of=parts))


@given(amounts(), st.integers(0, 10**9), full_sheets())
def test_a_floor_is_never_undercut(rule: AmountRule, floor: int, facts: FactSheet):
    found = compute_amount(AtLeast(of=rule, floor=fixed(floor, "元")), facts, TODAY, FACT_TYPES)
    if found.money is not None:
        assert found.money >= Money.from_yuan(floor)
        assert Money.total(line.value for line in found.working) == found.money


@given(amounts(), amounts(), full_sheets())
def test_the_working_of_a_difference_adds_up(one: AmountRule, other: AmountRule, facts: FactSheet):
    found = compute_amount(Difference(of=one, less=other), facts, TODAY, FACT_TYPES)
    if found.money is not None:
        assert Money.total(line.value for line in found.working) == found.money


@given(st.integers(0, 10**6), st.integers(1, 10**4))
def test_whole_steps_never_count_more_than_there_is(cents: int, step: int):
    rule = PerUnit(quantity=WholeSteps(of=quantity("revenue"), step=str(step), unit="元"), price=fixed(step, "元/份"))
    value = Decimal(cents) / 100
    paid = yuan(rule, number_fact("revenue", plain(value), "元"))
    assert paid <= value < paid + step


def test_a_product_beyond_all_measure_is_undetermined_and_does_no_harm():
    huge = fixed("9" * 18, "倍")
    tree = fixed("9" * 18, "亿元")
    for _ in range(16):
        tree = Product(of=[tree, *[huge] * 19])
    found = amount(tree)
    assert (found.state, found.working[-1].text_zh) == (
        "undetermined",
        "计算结果超出可支付的范围，请核对所依据的数据",
    )


def test_an_increment_may_earn_a_price_per_unit_of_it():
    """U08: 0.05 yuan for each kilowatt-hour above ten percent more, 0.1 beyond thirty."""
    types = {"power": FactType(name="power", label="用电量", kind="number", unit="万千瓦时")}
    steps = [
        GrowthStep(up_to=fixed(30, "%"), rate=fixed("0.05", "元/千瓦时")),
        GrowthStep(rate=fixed("0.1", "元/千瓦时")),
    ]
    ends = {"now": quantity("power"), "before": quantity("power", "Y-1")}
    rule = GrowthBands(**ends, entry=fixed(10, "%"), from_entry=True, steps=steps, when_not_positive=fixed(0, "元"))
    facts = sheet(number_fact("power", "210", "万千瓦时"), number_fact("power", "150", "万千瓦时", "2024"))
    assert compute_amount(rule, facts, TODAY, types).money == Money.from_yuan(30_000)
    assert check(item_rules(fact_types=(*FACT_TYPES.values(), *types.values()), amount=rule)) == []
    mixed = rule.model_copy(update={"steps": (steps[0], GrowthStep(rate=fixed(1, "%")))})
    found = check(item_rules(fact_types=(*FACT_TYPES.values(), *types.values()), amount=mixed))
    assert [each.code for each in found] == ["units_differ"]


@pytest.mark.parametrize(("rent", "expected"), [("5000", 500), ("4999.99", 0), ("9000", 900)])
def test_an_amount_below_its_threshold_is_not_paid_at_all(rent: str, expected: int):
    types = {"rent": FactType(name="rent", label="实缴租金", kind="number", unit="元")}
    rule = Threshold(of=Rate(base=quantity("rent"), rate=fixed(10, "%")), least=fixed(500, "元"))
    found = compute_amount(rule, sheet(number_fact("rent", rent, "元")), TODAY, types)
    assert found.money == Money.from_yuan(expected)
    assert Money.total(line.value for line in found.working) == found.money
    assert sentence(rule, types) == "本年度实缴租金的 10%，不足 500 元的不予计算。"
    wrong = item_rules(amount=rule.model_copy(update={"of": quantity("revenue"), "least": fixed(5, "人")}))
    assert [each.code for each in check(wrong)] == ["units_differ"]
