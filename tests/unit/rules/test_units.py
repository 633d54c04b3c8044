from __future__ import annotations

from fractions import Fraction

import pytest

from contracts.rule import State
from rules import assess
from rules.facts import same_dimension
from rules.units import (
    MONEY,
    UnknownUnit,
    base_text,
    in_base,
    number,
    number_text,
    product,
    quantity_text,
    unit,
)
from tests.unit.rules.rule_writing import TODAY, fact, fixed, item_rules, sheet


@pytest.mark.parametrize(
    ("value", "text", "same_value", "same_text"),
    [
        ("1", "亿元", "10000", "万元"),
        ("0.01", "元", "1", "分"),
        ("1.5", "%", "15", "‰"),
        ("150", "%", "1.5", "倍"),
        ("3", "亩", "2000", "平方米"),
        ("1", "公顷", "15", "亩"),
        ("5", "年", "60", "个月"),
        ("1", "万人", "10000", "人"),
        ("2", "元/平方米·月", "24", "元/平方米·年"),
    ],
)
def test_the_same_quantity_in_two_units_is_the_same(value, text, same_value, same_text):
    assert in_base(value, text) == in_base(same_value, same_text)
    assert same_dimension(text, same_text)


def test_what_is_counted_is_a_dimension_of_its_own():
    assert not same_dimension("人", "张床位")
    assert not same_dimension("元", "美元")
    assert not same_dimension("元", "元/人")
    assert not same_dimension(None, "元")
    assert not same_dimension("元/", "元")


def test_a_price_times_its_quantity_is_money():
    assert product(unit("元/平方米·月").dimension, unit("平方米·月").dimension) == MONEY
    assert product(unit("元/人").dimension, unit("月").dimension) != MONEY


@pytest.mark.parametrize("text", ["元/", "/人", "元//人", "元·", "·", ""])
def test_what_is_no_unit_is_refused(text: str):
    with pytest.raises(UnknownUnit):
        unit(text)


@pytest.mark.parametrize("text", ["1e999999999", "1/3", "１", "", "0x1"])
def test_what_is_no_plain_number_is_refused(text: str):
    with pytest.raises(ValueError, match="not a plain number"):
        number(text)


def test_numbers_and_quantities_read_as_people_write_them():
    assert number_text(Fraction(12_345_678)) == "12,345,678"
    assert number_text(Fraction("-1234.5")) == "-1,234.5"
    assert number_text(Fraction(2, 3)) == "约 0.67"
    assert number_text(Fraction(1_999_999_999, 10**9)) == "约 2"
    assert quantity_text(Fraction(3, 2), "%") == "1.5%"
    assert quantity_text(Fraction(2000), "万元") == "2,000 万元"
    assert quantity_text(Fraction(2021), "年度") == "2021 年度"
    assert base_text(Fraction(83, 1000), ()) == "8.3%"
    assert base_text(Fraction(5), unit("元/平方米·月").dimension) == "5 元/平方米·月"


def test_an_estimate_is_given_but_nothing_shared_while_the_conditions_are_not_met():
    rules = item_rules(amount=fixed(5, "万元"))
    for facts, state in (
        (sheet(fact("above_scale", "flag", False)), State.NOT_MET),
        (sheet(), State.UNDETERMINED),
    ):
        found = assess(rules, facts, TODAY)
        assert found.verdict.state is state
        assert found.amount.money is not None
        assert found.shares == ()
    met = assess(rules, sheet(fact("above_scale", "flag", True)), TODAY)
    assert [line.money.yuan for line in met.shares] == [50_000]


@pytest.mark.parametrize(
    ("value", "written", "same"),
    [
        ("1", "百万元", ("100", "万元")),
        ("5", "角", ("0.5", "元")),
        ("150", "BP", ("1.5", "个百分点")),
        ("0.2", "元/瓦", ("200", "元/千瓦")),
        ("1", "兆瓦", ("1000", "千瓦")),
        ("3", "度", ("0.003", "兆瓦时")),
        ("1", "元/公斤", ("1000", "元/吨")),
        ("4", "季度", ("1", "年")),
    ],
)
def test_what_texts_use_side_by_side_is_the_same_quantity(value, written, same):
    assert in_base(value, written) == in_base(*same)
    assert unit(written).dimension == unit(same[1]).dimension


def test_twelve_months_are_not_said_as_december():
    assert quantity_text(number("12"), "月") == "12 个月"
    assert base_text(number("12"), unit("年").dimension) == "12 个月"
    assert quantity_text(number("5"), "元/月") == "5 元/月"
