from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import Level, SharePart, Split
from rules import check, sentence
from rules.shares import split_shares
from tests.unit.rules.rule_writing import item_rules


def split(mode: str = "direct", remainder_to: str = "county", **parts: str) -> Split:
    shares = [SharePart(payer=payer, fraction=fraction) for payer, fraction in parts.items()]
    return Split(mode=mode, parts=shares, remainder_to=remainder_to)


@st.composite
def splits(draw: st.DrawFn) -> Split:
    levels = draw(st.lists(st.sampled_from(Level), min_size=1, max_size=4, unique=True))
    weights = [draw(st.integers(1, 99)) for _ in levels]
    parts = {}
    for level, weight in zip(levels, weights, strict=True):
        parts[level.value] = "1" if len(levels) == 1 else f"{weight}/{sum(weights)}"
    modes = ["direct", "county_advances"] if Level.COUNTY in levels else ["direct"]
    return split(draw(st.sampled_from(modes)), draw(st.sampled_from(levels)), **parts)


def test_city_and_county_share_two_to_eight():
    lines = split_shares(Money.from_yuan(70_000), split(city="2/10", county="8/10"))
    assert [(line.payer, line.money.yuan) for line in lines] == [("city", 14_000), ("county", 56_000)]


def test_the_odd_fen_goes_to_the_named_side():
    for side, expected in (("city", [51, 50]), ("county", [50, 51])):
        lines = split_shares(Money(101), split(remainder_to=side, city="1/2", county="1/2"))
        assert [line.money.fen for line in lines] == expected


def test_a_county_that_advances_makes_one_payment_and_is_owed_the_rest():
    (line,) = split_shares(Money(101), split("county_advances", city="1/2", county="1/2"))
    assert (line.payer, line.money) == (Level.COUNTY, Money(101))
    assert {part.level: part.money.fen for part in line.borne_by} == {"city": 50, "county": 51}
    (whole,) = split_shares(Money(100), split("county_advances", "city", city="1", county="0"))
    assert whole.payer is Level.COUNTY
    assert [(part.level, part.money.fen) for part in whole.borne_by] == [("city", 100)]


LIMITED = Split(
    parts=(
        SharePart(payer=Level.CITY, fraction="1/2", most="100", most_unit="万元"),
        SharePart(payer=Level.COUNTY, fraction="1/2"),
    ),
    remainder_to=Level.COUNTY,
)


@pytest.mark.parametrize(("yuan", "city"), [(1_000_000, 500_000), (2_000_000, 1_000_000), (3_000_000, 1_000_000)])
def test_a_level_bears_no_more_than_its_limit_and_the_other_takes_the_rest(yuan: int, city: int):
    lines = split_shares(Money.from_yuan(yuan), LIMITED)
    assert [line.money for line in lines] == [Money.from_yuan(city), Money.from_yuan(yuan - city)]


def test_a_limit_is_said_and_needs_somebody_who_takes_what_lies_above_it():
    assert sentence(LIMITED) == ("资金市级承担 50%（每笔最高 100 万元），县级承担 50%，其余部分由县级承担。")
    assert check(item_rules(shares=LIMITED)) == []
    wrong = LIMITED.model_copy(update={"remainder_to": Level.CITY})
    assert [each.code for each in check(item_rules(shares=wrong))] == ["remainder_limited"]
    part = LIMITED.parts[0].model_copy(update={"most": "-1", "most_unit": "人"})
    wrong = LIMITED.model_copy(update={"parts": (part, LIMITED.parts[1])})
    found = check(item_rules(shares=wrong))
    assert [each.code for each in found] == ["unit_unfit", "share_limit_negative"]
    assert [each.where for each in found] == ["/shares/parts/0/most_unit", "/shares/parts/0/most"]


def test_nothing_is_nobodys_payment():
    assert split_shares(Money(0), split(county="1")) == ()
    assert [line.payer for line in split_shares(Money(1), split(city="1/2", county="1/2"))] == ["county"]


def test_a_negative_amount_and_unsound_shares_are_refused():
    with pytest.raises(ValueError, match="reversed"):
        split_shares(Money(-1), split(county="1"))
    for unsound in (split(city="1/2", county="1/3"), split(city="1"), split(county="2/1")):
        with pytest.raises(ValueError, match=r"remainder|one"):
            split_shares(Money(1), unsound)


@given(st.integers(0, 10**15), splits())
def test_shares_add_up_to_the_fen(fen: int, shares: Split):
    lines = split_shares(Money(fen), shares)
    assert Money.total(line.money for line in lines) == Money(fen)
    for line in lines:
        assert line.money > Money(0)
        assert Money.total(part.money for part in line.borne_by) == line.money


@given(st.integers(0, 10**15), splits())
def test_nobody_bears_a_fen_less_than_its_part_unless_it_is_a_fraction_of_one(fen: int, shares: Split):
    borne = {part.level: part.money.fen for line in split_shares(Money(fen), shares) for part in line.borne_by}
    for part in shares.parts:
        due = fen * Fraction(part.fraction)
        over = borne.get(part.payer, 0) - due
        assert -1 < over <= (len(shares.parts) if part.payer is shares.remainder_to else 0)
