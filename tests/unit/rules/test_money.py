from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from contracts.money import LARGEST_FEN, ZERO, Money, Rounding

FEN = st.integers(-(10**15), 10**15)


class Bill(BaseModel):
    total: Money


def test_money_travels_as_a_plain_whole_number_of_fen():
    assert Bill(total=Money(12345)).model_dump_json() == '{"total":12345}'
    assert Bill.model_validate_json('{"total":12345}').total == Money(12345)
    assert Bill(total=12345).model_dump() == {"total": 12345}
    assert Bill.model_json_schema()["properties"]["total"]["type"] == "integer"


@pytest.mark.parametrize("wire", ["1.0", "1.5", '"100"', "true", "null", "1e3", str(LARGEST_FEN + 1), "[]"])
def test_nothing_but_a_whole_number_is_money_on_the_wire(wire: str):
    with pytest.raises(ValidationError):
        Bill.model_validate_json(f'{{"total":{wire}}}')


@pytest.mark.parametrize("value", [1.0, True, "100", Decimal(1), None])
def test_money_is_made_of_an_int_and_of_nothing_else(value: object):
    with pytest.raises(TypeError):
        Money(value)  # type: ignore[arg-type]


def test_money_beyond_what_a_database_holds_is_refused():
    with pytest.raises(ValueError, match="beyond"):
        Money(LARGEST_FEN + 1)


def test_money_does_not_change():
    money = Money(1)
    with pytest.raises(AttributeError):
        money.fen = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del money.fen
    assert pickle.loads(pickle.dumps(money)) == money


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [("200000", 20_000_000), ("0.01", 1), ("-3.50", -350), (7, 700), (Decimal("1.20"), 120), ("1.230", 123)],
)
def test_yuan_are_read_exactly(yuan: str | int | Decimal, fen: int):
    assert Money.from_yuan(yuan) == Money(fen)


@pytest.mark.parametrize(
    "yuan", ["0.001", "", "1,000", "1e3", "NaN", " 1", "1\n", "１", 1.5, True, None, Decimal("NaN"), "9" * 18]
)
def test_what_is_no_exact_amount_in_yuan_is_refused(yuan: object):
    with pytest.raises(ValueError, match=r"."):
        Money.from_yuan(yuan)  # type: ignore[arg-type]


def test_people_read_yuan_and_wan():
    assert Money(20_000_000).yuan_text() == "200,000.00"
    assert Money(-5).yuan_text() == "-0.05"
    assert Money(20_000_000).wan_text() == "20"
    assert Money(1_234_500_000).wan_text() == "1,234.5"
    assert Money(-1).wan_text() == "-0.000001"
    assert Money(123).yuan == Decimal("1.23")


@given(FEN)
def test_what_people_read_in_yuan_reads_back_the_same(fen: int):
    assert Money.from_yuan(Money(fen).yuan_text().replace(",", "")) == Money(fen)
    assert Money.from_yuan(Money(fen).yuan) == Money(fen)


@given(st.lists(FEN))
def test_a_total_is_the_sum_of_its_parts_in_any_order(parts: list[int]):
    total = Money.total(Money(part) for part in parts)
    assert total == Money(sum(parts)) == sum((Money(part) for part in reversed(parts)), ZERO)
    assert total - total == ZERO
    assert not ZERO


@given(FEN, FEN)
def test_money_orders_like_its_fen(left: int, right: int):
    assert (Money(left) < Money(right)) == (left < right)
    assert (Money(left) >= Money(right)) == (left >= right)
    assert abs(Money(left)) == Money(abs(left))
    assert -Money(left) == Money(-left)


def test_money_mixes_with_nothing_else():
    assert Money(1) != 1
    assert Money(2) * 3 == 3 * Money(2) == Money(6)
    for mixed in (lambda: Money(1) + 1, lambda: Money(1) * 1.5, lambda: Money(1) < 2, lambda: Money(1) - 1):
        with pytest.raises(TypeError):
            mixed()


@pytest.mark.parametrize(
    ("value", "half_up", "down", "up", "half_even"),
    [
        ("5/2", 3, 2, 3, 2),
        ("-5/2", -3, -2, -3, -2),
        ("7/2", 4, 3, 4, 4),
        ("9/4", 2, 2, 3, 2),
        ("-1/3", 0, 0, -1, 0),
        ("4", 4, 4, 4, 4),
    ],
)
def test_each_rounding_rule_does_what_its_name_says(value, half_up, down, up, half_even):
    fraction = Fraction(value)
    assert [rule.whole(fraction) for rule in Rounding] == [half_up, down, up, half_even]


@given(st.fractions(min_value=-(10**9), max_value=10**9), st.sampled_from(Rounding))
def test_rounding_moves_by_less_than_one_and_by_the_same_for_both_signs(value: Fraction, rule: Rounding):
    whole = rule.whole(value)
    assert abs(whole - value) < 1
    assert rule.whole(-value) == -whole


def test_money_rounds_to_whole_steps():
    assert Money.rounded(Fraction(12_349), Rounding.DOWN, step=10_000) == Money(10_000)
    assert Money.rounded(Fraction(15_000), Rounding.HALF_UP, step=10_000) == Money(20_000)
