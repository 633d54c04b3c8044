"""What a firm is shown of an answer: its own units, names of parts, the condition that failed with its own figure."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import (
    AllOf,
    Amount,
    AnyOf,
    Cap,
    Compare,
    Condition,
    Counted,
    CountMet,
    Fact,
    FactSheet,
    FactType,
    Fixed,
    Lookup,
    LookupRow,
    PerUnit,
    Quotient,
    Rate,
    State,
    Sum,
    Table,
    Verdict,
    When,
)
from contracts.rule.amount import Elapsed, FactAmount
from contracts.rule.dates import DateFact, EndOf, Latest, StartOf
from rules import assess, compute_amount, evaluate_eligibility
from rules.units import figure_in, in_base, number_text, unit, unit_of_product, unit_of_quotient
from tests.unit.rules.rule_writing import band, fixed
from tests.unit.rules.sample_files import ITEMS, worked_cases
from tests.unit.rules.test_sentences_a_firm_can_read import IDENTIFIER, faults

TODAY = date(2026, 3, 16)
AREA = FactType(name="area", label="种植面积", kind="number", unit="亩")
MONEY = FactType(name="rent", label="租金", kind="number", unit="万元")
HEADS = FactType(name="heads", label="人数", kind="number", unit="人")
BIG = FactType(name="big", label="规模以上企业", kind="flag")
START = FactType(name="lease_start", label="起租日", kind="date")
CITY = FactType(
    name="city",
    label="注册地",
    kind="code",
    codes=[{"code": "haining", "label": "海宁市"}, {"code": "tongxiang", "label": "桐乡市"}],
)
TYPES = {each.name: each for each in (AREA, MONEY, HEADS, BIG, START, CITY)}


def fact(name: str, value: Any, unit_text: str | None = None) -> Fact:
    return Fact(
        name=name,
        kind=TYPES[name].kind,
        value=value,
        unit=unit_text,
        source="试算",
        as_of=date(2026, 1, 1),
        period=None,
    )


def sheet(*facts: Fact) -> FactSheet:
    return FactSheet(facts=facts, reference_year=2025)


def amount(rule: Any, *facts: Fact) -> Amount:
    return compute_amount(rule, sheet(*facts), TODAY, TYPES)


def lines(rule: Any, *facts: Fact) -> list[str]:
    return [line.text_zh for line in amount(rule, *facts).working]


def a(name: str) -> FactAmount:
    return FactAmount(fact=name)


# -- units ---------------------------------------------------------------------------------------------------------


def test_areas_are_told_in_the_unit_in_which_they_are_written():
    half = Rate(base=a("area"), rate=fixed(50, "%"))
    paid = PerUnit(quantity=half, price=fixed(300, "元/亩"))
    assert lines(paid, fact("area", "500", "亩")) == [
        "种植面积 500 亩 × 50% = 250 亩",
        "250 亩 × 300 元/亩 = 75,000 元",
    ]


def test_a_comparison_shows_the_firm_its_figure_in_the_rules_unit():
    rule = Condition(fact="area", operator="ge", value="1000", unit="亩")
    (reason,) = evaluate_eligibility(rule, sheet(fact("area", "500", "亩")), TODAY, TYPES).reasons
    assert (reason.text_zh, reason.actual) == ("种植面积在 1,000 亩以上（含）", "500 亩")


def test_a_quotient_is_told_in_the_units_of_what_is_divided():
    per_mu = Quotient(of=a("rent"), by=a("area"), when_zero=fixed(0, "万元/亩"))
    rule = Compare(left=per_mu, operator="ge", right=fixed(20, "万元/亩"))
    facts = sheet(fact("rent", "300", "万元"), fact("area", "10.8", "亩"))
    (reason,) = evaluate_eligibility(rule, facts, TODAY, TYPES).reasons
    assert reason.actual == "约 27.78 万元/亩"


@pytest.mark.parametrize(
    ("left", "right", "made"),
    [
        ("万元", "亩", "万元/亩"),
        ("万元", "平方米·月", "万元/平方米·月"),
        ("万元", "倍", "万元"),
        ("万元", "亿元", None),
        ("亩", "平方米", None),
        ("元/亩", "月", None),
        ("人·月", "月", None),
        ("%", "亩", None),
        (None, "亩", None),
    ],
)
def test_a_quotient_has_the_unit_of_the_one_by_the_other(left: str | None, right: str, made: str | None):
    assert unit_of_quotient(left, right) == made


def test_money_is_told_in_ten_thousands_where_it_is_written_so():
    assert lines(Rate(base=a("rent"), rate=fixed(10, "%")), fact("rent", "3000", "万元")) == [
        "租金 3,000 万元 × 10% = 300 万元"
    ]


@pytest.mark.parametrize(
    ("value", "written", "words"),
    [
        (Fraction(1_000_000), "亿元", "100 万元"),
        (Fraction(10_000), "万元", "1 万元"),
        (Fraction(100, 3), "万元", "约 33.33 元"),
        (Fraction(123_456), "万元", "12.3456 万元"),
        (Fraction("123456.78"), "万元", "123,456.78 元"),
        (Fraction(0), "万元", "0 元"),
        (Fraction(1_000_000, 3), "亩", "500 亩"),
        (Fraction(1000), "亩", "1.5 亩"),
        (Fraction(1, 2), "倍", "0.5 倍"),
    ],
)
def test_a_figure_is_told_where_it_is_readable(value: Fraction, written: str, words: str):
    assert figure_in(value, unit(written).dimension, written) == words


@given(
    st.integers(0, 10**9), st.sampled_from(["元", "万元", "亿元", "亩", "平方米", "%", "‰", "月", "年", "吨", "千瓦时"])
)
def test_what_is_told_in_whichever_unit_is_the_same_figure(count: int, written: str):
    value = in_base(str(count), written)
    said = figure_in(value, unit(written).dimension, written)
    number, word = re.fullmatch(r"([0-9,.]+) ?(.*)", said).groups()  # type: ignore[union-attr]
    assert in_base(number.replace(",", ""), word) == value


@pytest.mark.parametrize(
    ("left", "right", "made"),
    [
        ("份", "万元/份", "万元"),
        ("亩", "%", "亩"),
        ("%", "亩", "亩"),
        ("人", "元/月", None),
        ("平方米", "元/亩", "元"),
        (None, "%", None),
    ],
)
def test_a_product_is_told_in_the_unit_of_its_price(left: str | None, right: str, made: str | None):
    assert unit_of_product(left, right) == made


def test_what_is_not_exact_is_told_as_far_as_it_differs_from_a_round_number():
    assert number_text(Fraction(100, 3)) == "约 33.33"
    assert number_text(Fraction(15) - Fraction(1, 30_000)) == "约 14.99997"


# -- noughts -------------------------------------------------------------------------------------------------------

NONE_OF_IT = {
    "a band that is missing": Table(by=a("heads"), unit="人", bands=[band(10, None, fixed(5, "万元"))]),
    "a code that is not listed": Lookup(fact="city", rows=[LookupRow(codes=["tongxiang"], then=fixed(5, "万元"))]),
    "a condition that fails": When(condition=Condition(fact="big", operator="is_true"), then=fixed(5, "万元")),
}


@pytest.mark.parametrize("what", NONE_OF_IT)
def test_a_nought_has_the_unit_of_its_place(what: str):
    facts = (fact("heads", "3", "人"), fact("city", "haining"), fact("big", False))
    found = lines(Sum(of=[fixed(1, "万元"), NONE_OF_IT[what].model_copy(update={"name": "加奖"})]), *facts)
    assert found[-1] == "合计 1 万元 + 加奖 0 元 = 1 万元"
    assert "计 0 元" in found[-2]
    rate = Lookup(fact="city", rows=[LookupRow(codes=["tongxiang"], then=fixed(5, "%"))])
    assert lines(Rate(base=fixed(1, "万元"), rate=rate), *facts)[-1] == "1 万元 × 0% = 0 元"


# -- names of parts ------------------------------------------------------------------------------------------------


def test_parts_of_a_sum_keep_their_names():
    rule = Sum(
        of=[
            Fixed(name="基础奖", value="2", unit="万元"),
            Rate(name="贴息", base=a("rent"), rate=fixed(10, "%")),
        ]
    )
    assert lines(rule, fact("rent", "30", "万元"))[-1] == "合计 基础奖 2 万元 + 贴息 3 万元 = 5 万元"


def test_a_named_cap_still_says_that_it_is_one_and_what_it_counts():
    cap = Cap(
        name="贷款贴息",
        scope="year",
        of=Rate(base=a("rent"), rate=fixed(10, "%")),
        limit=fixed(2, "万元"),
        counted=Counted(scope="year"),
    )
    assert lines(cap, fact("rent", "30", "万元"))[-2:] == [
        "贷款贴息：年度封顶 2 万元：3 万元 → 2 万元",
        "以上为历次奖补扣减前的金额，尚未计入：贷款贴息：年度封顶 2 万元",
    ]


# -- which condition failed ----------------------------------------------------------------------------------------

BOTH = AllOf(
    of=[Condition(fact="big", operator="is_true"), Condition(fact="area", operator="ge", value="100", unit="亩")]
)


def test_a_failed_condition_inside_an_amount_is_named_with_the_firms_figure():
    rule = When(name="规模奖", condition=BOTH, then=fixed(5, "万元"))
    assert lines(rule, fact("big", True), fact("area", "99.5", "亩")) == [
        "规模奖：种植面积在 100 亩以上（含）：不符合，实际 99.5 亩，计 0 元"
    ]
    assert lines(rule, fact("big", True)) == ["规模奖：种植面积在 100 亩以上（含）（缺少数据）：尚不能判定"]


def test_a_count_of_conditions_says_which_are_met():
    rule = PerUnit(quantity=CountMet(of=list(BOTH.of), counted_as="项"), price=fixed(1, "万元/项"))
    assert lines(rule, fact("big", True), fact("area", "50", "亩")) == [
        "第 1 项：规模以上企业：符合，实际 是",
        "第 2 项：种植面积在 100 亩以上（含）：不符合，实际 50 亩",
        "所列 2 项条件中符合：1 项",
        "1 项 × 1 万元/项 = 1 万元",
    ]


def test_a_figure_outside_all_bands_is_told_where_they_begin():
    rule = Table(by=a("heads"), unit="人", bands=[band(10, 50, fixed(5, "万元")), band(50, None, fixed(9, "万元"))])
    assert lines(rule, fact("heads", "3", "人")) == ["人数 3 人，不在所列各档之内（最低一档从 10 人起），计 0 元"]


# -- the way that was taken ----------------------------------------------------------------------------------------


def spare(verdict: Verdict) -> list[bool]:
    return [reason.is_spare(verdict.state) for reason in verdict.reasons]


def test_a_way_that_was_not_needed_is_spare_and_no_cross():
    either = AnyOf(
        of=[Condition(fact="big", operator="is_true"), Condition(fact="area", operator="ge", value="100", unit="亩")]
    )
    found = evaluate_eligibility(either, sheet(fact("big", True), fact("area", "5", "亩")), TODAY, TYPES)
    assert (found.state, spare(found)) == (State.MET, [False, True])
    unknown = evaluate_eligibility(either, sheet(fact("big", True)), TODAY, TYPES)
    assert (unknown.state, spare(unknown)) == (State.MET, [False, True])
    neither = evaluate_eligibility(either, sheet(fact("big", False), fact("area", "5", "亩")), TODAY, TYPES)
    assert (neither.state, spare(neither)) == (State.NOT_MET, [False, False])
    within = AllOf(of=[either, Condition(fact="heads", operator="ge", value="9", unit="人")])
    all_of_it = sheet(fact("big", True), fact("area", "5", "亩"), fact("heads", "1", "人"))
    failed = evaluate_eligibility(within, all_of_it, TODAY, TYPES)
    assert (failed.state, spare(failed)) == (State.NOT_MET, [False, True, False])


# -- codes ---------------------------------------------------------------------------------------------------------

ASKED = [("eq", "haining"), ("ne", "tongxiang"), ("in", ("haining",)), ("not_in", ("tongxiang",)), ("exists", None)]


@pytest.mark.parametrize(("operator", "value"), ASKED)
def test_a_name_in_the_place_of_a_code_tells_nothing(operator: str, value: Any):
    rule = Condition(fact="city", operator=operator, value=value)
    found = evaluate_eligibility(rule, sheet(fact("city", "海宁市")), TODAY, TYPES)
    assert found.state is State.UNDETERMINED
    assert [(each.name, each.why) for each in found.missing] == [("city", "wrong_kind")]
    assert found.reasons[0].text_zh.endswith("（“海宁市”不是可取的代码）")
    assert evaluate_eligibility(rule, sheet(fact("city", "haining")), TODAY, TYPES).state is State.MET


def test_a_name_in_the_place_of_a_code_pays_nothing_of_an_otherwise():
    rule = Lookup(fact="city", rows=[LookupRow(codes=["haining"], then=fixed(1, "万元"))], otherwise=fixed(9, "万元"))
    assert amount(rule, fact("city", "海宁市")).state == "undetermined"
    assert amount(rule, fact("city", "tongxiang")).money is not None


def test_a_code_that_is_not_listed_answers_as_before_and_is_not_shown():
    rule = Condition(fact="city", operator="eq", value="haining")
    found = evaluate_eligibility(rule, sheet(fact("city", "pinghu_city")), TODAY, TYPES)
    assert (found.state, found.reasons[0].actual) == (State.NOT_MET, "所列以外的取值")


# -- terms ---------------------------------------------------------------------------------------------------------


def test_an_interval_that_runs_backwards_is_no_overlap():
    overlap = Elapsed(
        since=Latest(of=[DateFact(fact="lease_start"), StartOf(period="Y")]),
        until=EndOf(period="Y"),
        unit="月",
        both_days=True,
    )
    paid = PerUnit(quantity=overlap, price=fixed(100, "元/月"))
    late = fact("lease_start", "2026-05-01")
    assert lines(paid, late) == [
        "起租日、2025年度首日中较晚的一天 2026-05-01 至2025年度末日 2025-12-31：两段时间没有重叠，计 0 个月",
        "0 个月 × 100 元/月 = 0 元",
    ]


# -- every sample --------------------------------------------------------------------------------------------------


def texts_of(code: str) -> list[str]:
    found: list[str] = []
    for case in worked_cases()[code]:
        year = case.reference_year or case.date.year
        facts = FactSheet(facts=case.facts, reference_year=year, parameters=case.parameters)
        told = assess(ITEMS[code].rules, facts, case.date, awards=case.awards, decisions=case.decisions)
        found += [line.text_zh for line in told.amount.working]
        found += [
            each for reason in told.verdict.reasons for each in (reason.text_zh, reason.required, reason.actual or "")
        ]
        found += [objection.text_zh for objection in told.objections]
        found += [missing.label for missing in (*told.verdict.missing, *told.amount.missing)]
    return found


@pytest.mark.parametrize("code", worked_cases())
def test_no_line_of_a_samples_answer_shows_a_code_or_nests_brackets(code: str):
    for text in texts_of(code):
        assert "\n" not in text
        assert [fault for fault in faults(text) if "signs" not in fault] == []
        assert IDENTIFIER.findall(text) == []
        assert not re.search(r"(?:^|[ ×+−=→：])0(?:$| ×| \+| =|，|；|）)", text), text
        assert not re.search(r"[0-9]\.[0-9]{5,}", text), text
