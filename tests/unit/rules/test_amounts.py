from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.money import Money, Rounding
from contracts.rule import (
    Amount,
    AmountRule,
    Cap,
    FactSheet,
    Highest,
    Lookup,
    LookupRow,
    Lowest,
    PerUnit,
    Rate,
    RoundingRule,
    Sum,
    Table,
    When,
)
from rules.amounts import UnitsDoNotFit, compute_amount
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    amounts,
    band,
    bounds_of_bands,
    condition,
    fact,
    fixed,
    full_sheets,
    number_fact,
    plain,
    quantity,
    sheet,
    sheets_with_less,
)

EXACT = RoundingRule()


def amount(rule: AmountRule, *facts: object, rounding: RoundingRule = EXACT) -> Amount:
    return compute_amount(rule, sheet(*facts), TODAY, FACT_TYPES, rounding)


def yuan(rule: AmountRule, *facts: object) -> Decimal:
    found = amount(rule, *facts)
    assert found.money is not None
    return found.money.yuan


def working(found: Amount) -> list[tuple[str, int]]:
    return [(line.text_zh, line.value.fen) for line in found.working]


def test_a_fixed_amount_is_its_own_working():
    assert working(amount(fixed(5, "万元"))) == [("定额 5 万元", 5_000_000)]


def test_a_rate_with_a_cap_shows_both_steps():
    rule = Cap(of=Rate(base=quantity("rd_expense"), rate=fixed(1, "%")), limit=fixed(50, "万元"))
    assert working(amount(rule, number_fact("rd_expense", 2000, "万元"))) == [
        ("2025年度研发投入 2,000 万元 × 1% = 20 万元", 20_000_000),
        ("封顶 50 万元：未超过", 0),
    ]
    assert working(amount(rule, number_fact("rd_expense", 5000, "万元")))[-1] == (
        "封顶 50 万元：未超过",
        0,
    )
    over = amount(rule, number_fact("rd_expense", 1, "亿元"))
    assert over.money == Money(50_000_000)
    assert working(over) == [
        ("2025年度研发投入 1 亿元 × 1% = 100 万元", 100_000_000),
        ("封顶 50 万元：100 万元 → 50 万元", -50_000_000),
    ]


def test_the_example_of_the_design_adds_up():
    rule = Cap(
        of=Sum(
            of=[
                Rate(name="研发投入", base=quantity("rd_expense"), rate=fixed(1, "%")),
                Rate(name="增长", base=quantity("revenue"), rate=fixed(2, "%")),
            ]
        ),
        limit=fixed(500_000, "元"),
    )
    found = amount(rule, number_fact("rd_expense", 2000, "万元"), number_fact("revenue", 500, "万元"))
    assert found.money == Money.from_yuan(300_000)
    assert [line.value.fen for line in found.working] == [20_000_000, 10_000_000, 0, 0]
    assert found.working[2].text_zh == "合计 研发投入 20 万元 + 增长 10 万元 = 30 万元"


def test_part_of_a_fen_is_rounded_once_at_the_end_by_the_named_rule():
    rule = Rate(base=quantity("revenue"), rate=fixed(50, "%"))
    known = number_fact("revenue", "172845.67", "元")
    assert yuan(rule, known) == Decimal("86422.84")
    down = amount(rule, known, rounding=RoundingRule(mode="down"))
    assert working(down) == [
        ("2025年度营业收入 172,845.67 元 × 50% = 86,422.835 元", 8_642_283),
        ("舍去尾数到分：86,422.835 元 → 86,422.83 元", 0),
    ]
    hundreds = amount(rule, known, rounding=RoundingRule(mode="up", to="百元"))
    assert hundreds.money == Money.from_yuan(86_500)


def test_a_table_takes_the_band_that_the_quantity_lies_in():
    bands = [
        band(5, 10, fixed(50, "万元")),
        band(10, 30, fixed(100, "万元")),
        band(30, None, fixed(3, "百元")),
    ]
    rule = Table(by=quantity("revenue"), unit="亿元", bands=bands)
    cases = {"4.99": 0, "5": 500_000, "9.9999": 500_000, "10": 1_000_000, "30": 300, "3000": 300}
    for value, expected in cases.items():
        assert yuan(rule, number_fact("revenue", value, "亿元")) == expected


@pytest.mark.parametrize(("value", "expected"), [("9.9", 500_000), ("10", 500_000), ("10.01", 1_000_000)])
def test_a_bound_belongs_to_the_band_whose_words_include_it(value: str, expected: int):
    lower = band(5, 10, fixed(50, "万元"), takes_high=True)
    upper = band(10, None, fixed(100, "万元"), takes_low=False)
    rule = Table(by=quantity("revenue"), unit="亿元", bands=[lower, upper])
    assert yuan(rule, number_fact("revenue", value, "亿元")) == expected
    assert amount(rule, number_fact("revenue", 10, "亿元")).working[0].text_zh == (
        "2025年度营业收入 10 亿元，属“5 亿元以上（含）、10 亿元以下（含）”档"
    )


def test_whole_and_marginal_tables_differ_as_the_texts_do():
    bands = [band(None, 300, fixed(2000, "元/人")), band(300, None, fixed(5000, "元/人"))]
    marginal = Table(by=quantity("heads"), unit="人", basis="marginal", bands=bands)
    whole = PerUnit(quantity=quantity("heads"), price=Table(by=quantity("heads"), unit="人", bands=bands))
    three_fifty = number_fact("heads", 350, "人")
    assert yuan(marginal, three_fifty) == 300 * 2000 + 50 * 5000
    assert yuan(whole, three_fifty) == 350 * 5000
    assert yuan(whole, number_fact("heads", 299, "人")) == 299 * 2000
    assert working(amount(marginal, three_fifty))[1:] == [
        ("“不满 300 人”部分 300 人 × 2,000 元/人 = 600,000 元", 60_000_000),
        ("“300 人以上（含）”部分 50 人 × 5,000 元/人 = 250,000 元", 25_000_000),
    ]


def test_a_lookup_takes_the_row_of_the_code_and_nothing_without_one():
    rows = [LookupRow(codes=["a"], then=fixed(30, "万元")), LookupRow(codes=["b"], then=fixed(10, "万元"))]
    rule = Lookup(fact="grade", period="Y", rows=rows)
    assert yuan(rule, fact("grade", "code", "b")) == 100_000
    assert yuan(rule, fact("grade", "code", "c")) == 0
    other = rule.model_copy(update={"otherwise": fixed(1, "万元")})
    assert yuan(other, fact("grade", "code", "c")) == 10_000


def test_the_highest_counts_and_the_others_only_explain():
    rule = Highest(of=[fixed(5, "万元"), fixed(8, "万元")])
    assert working(amount(rule)) == [
        ("定额 5 万元", 0),
        ("定额 8 万元", 8_000_000),
        ("就高：5 万元、8 万元，取 8 万元", 0),
    ]
    assert yuan(Lowest(of=rule.of)) == 50_000


def test_a_branch_that_is_not_taken_needs_no_facts():
    rule = When(
        condition=condition("above_scale", "is_true"),
        then=fixed(5, "万元"),
        otherwise=Rate(base=quantity("revenue"), rate=fixed(1, "%")),
    )
    assert yuan(rule, fact("above_scale", "flag", True)) == 50_000
    unknown = amount(rule)
    assert unknown.state == "undetermined"
    assert unknown.money is None
    assert [missing.name for missing in unknown.missing] == ["above_scale"]
    assert [m.name for m in amount(rule, fact("above_scale", "flag", False)).missing] == ["revenue"]


def test_all_missing_facts_are_named_at_once_and_what_is_known_is_shown():
    rule = Sum(
        of=[
            Rate(base=quantity("rd_expense"), rate=fixed(1, "%")),
            PerUnit(quantity=quantity("heads"), price=fixed(1500, "元/人")),
            Lookup(fact="grade", period="Y", rows=[LookupRow(codes=["a"], then=fixed(1, "元"))]),
        ]
    )
    expired = number_fact("heads", 3, "人", valid_until=date(2026, 3, 15))
    found = amount(rule, number_fact("rd_expense", 100, "万元"), expired)
    assert [(m.name, m.period, m.why) for m in found.missing] == [
        ("heads", "2025", "expired"),
        ("grade", "2025", "absent"),
    ]
    assert [line.text_zh for line in found.working] == ["2025年度研发投入 100 万元 × 1% = 1 万元"]


def test_a_fact_in_a_unit_of_another_kind_is_missing_and_not_money():
    found = amount(Rate(base=quantity("revenue"), rate=fixed(1, "%")), number_fact("revenue", 5, "人"))
    assert [missing.why for missing in found.missing] == ["wrong_unit"]
    text = amount(Rate(base=quantity("revenue"), rate=fixed(1, "%")), fact("revenue", "code", "5"))
    assert [missing.why for missing in text.missing] == ["wrong_kind"]


def test_a_negative_result_pays_nothing():
    rule = Rate(base=quantity("revenue"), rate=fixed(1, "%"))
    found = amount(rule, number_fact("revenue", -100, "万元"))
    assert found.money == Money(0)
    assert [line.value.fen for line in found.working] == [-1_000_000, 1_000_000]


def test_an_absurd_figure_is_undetermined_and_never_paid():
    rule = Cap(of=Rate(base=quantity("revenue"), rate=fixed(1, "%")), limit=fixed(10, "万元"))
    found = amount(rule, number_fact("revenue", "9" * 18, "亿元"))
    assert found.state == "undetermined"
    assert found.working[0].text_zh == "计算结果超出可支付的范围，请核对所依据的数据"
    many = Sum(of=[quantity("revenue")] * 60)
    assert amount(many, number_fact("revenue", "99999", "亿元")).state == "undetermined"
    assert amount(quantity("revenue"), number_fact("revenue", "99999", "亿元")).state == "known"


@pytest.mark.parametrize(
    "unchecked",
    [
        fixed(5, "%"),
        quantity("heads"),
        Sum(of=[fixed(5, "元"), fixed(5, "%")]),
        Cap(of=fixed(5, "元"), limit=fixed(5, "人")),
        Table(by=quantity("heads"), unit="元", bands=[band(0, None, fixed(1, "元"))]),
    ],
)
def test_a_rule_whose_units_do_not_fit_never_yields_money(unchecked: AmountRule):
    with pytest.raises(UnitsDoNotFit):
        amount(unchecked, number_fact("heads", 1, "人"))


@given(amounts(), full_sheets(), st.sampled_from(Rounding), st.sampled_from(["分", "元", "百元", "万元"]))
def test_the_lines_of_the_working_add_up_to_the_amount(rule, facts: FactSheet, mode, to):
    found = compute_amount(rule, facts, TODAY, FACT_TYPES, RoundingRule(mode=mode, to=to))
    assume(found.state == "known")
    assert found.money is not None
    assert Money.total(line.value for line in found.working) == found.money
    assert found.money >= Money(0)
    assert found.missing == ()


@given(amounts(), sheets_with_less())
def test_missing_facts_never_turn_an_amount_into_another_one(rule, sheets):
    full, less = (compute_amount(rule, facts, TODAY, FACT_TYPES) for facts in sheets)
    assert less.money in (full.money, None)
    if less.money is None and full.money is not None:
        assert less.missing


@given(amounts(), st.integers(0, 10**9), st.integers(0, 10**9), full_sheets())
def test_a_higher_cap_never_pays_less_and_no_cap_is_exceeded(rule, one, other, facts):
    low, high = sorted((one, other))
    paid = []
    for limit in (low, high):
        capped = Cap(of=rule, limit=fixed(limit, "元"))
        found = compute_amount(capped, facts, TODAY, FACT_TYPES)
        assume(found.money is not None)
        assert found.money <= Money.from_yuan(limit)
        paid.append(found.money)
    free = compute_amount(rule, facts, TODAY, FACT_TYPES).money
    assert paid[0] <= paid[1] <= free


@given(bounds_of_bands(), st.integers(0, 60_000))
def test_every_quantity_between_the_ends_lies_in_exactly_one_band(edges, value):
    bands = [
        band(low, high, fixed(index + 1, "元"), takes_low=takes_low, takes_high=takes_high)
        for index, (low, high, takes_low, takes_high) in enumerate(edges)
    ]
    rule = Table(by=quantity("revenue"), unit="元", bands=bands)
    inside = [
        (value > low or (value == low and takes_low))
        and (high is None or value < high or (value == high and takes_high))
        for low, high, takes_low, takes_high in edges
    ]
    expected = inside.index(True) + 1 if any(inside) else 0
    assert sum(inside) <= 1
    assert yuan(rule, number_fact("revenue", value, "元")) == expected
    if edges[0][0] < value < (edges[-1][1] or 10**9):
        assert sum(inside) == 1


@given(bounds_of_bands(), st.integers(0, 6_000_000), st.integers(1, 900))
def test_a_marginal_table_with_one_rate_is_that_rate_on_all_inside(edges, cents, rate):
    bands = [
        band(low, high, fixed(rate, "‰"), takes_low=takes_low, takes_high=takes_high)
        for low, high, takes_low, takes_high in edges
    ]
    marginal = Table(by=quantity("revenue"), unit="元", basis="marginal", bands=bands)
    low, high = edges[0][0] * 100, edges[-1][1]
    inside = max((cents if high is None else min(cents, high * 100)) - low, 0)
    found = amount(marginal, number_fact("revenue", plain(Decimal(cents).scaleb(-2)), "元"))
    assert found.money == Money.rounded(Fraction(inside * rate, 1000), Rounding.HALF_UP)


@given(bounds_of_bands(), st.integers(0, 60_000), st.integers(0, 60_000))
def test_more_of_the_quantity_never_pays_less_on_a_marginal_table(edges, one, other):
    low, high = sorted((one, other))
    bands = [
        band(start, end, fixed(index + 1, "%"), takes_low=takes_low, takes_high=takes_high)
        for index, (start, end, takes_low, takes_high) in enumerate(edges)
    ]
    rule = Table(by=quantity("revenue"), unit="元", basis="marginal", bands=bands)
    assert yuan(rule, number_fact("revenue", low, "元")) <= yuan(rule, number_fact("revenue", high, "元"))
