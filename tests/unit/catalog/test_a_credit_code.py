"""Credit codes: GB 32100-2015 with its amendment of 2016, and the ids of persons, which are none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn.uscc import calc_check_digit

from services.catalog.enterprises.credit_code import ALPHABET, DEPARTMENTS, checked_credit_code, is_resident_id
from services.catalog.enterprises.domain import CreditCodeInvalid

HEADS = [first + second for first, seconds in DEPARTMENTS.items() for second in seconds]
PUBLISHED = [
    *("11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39", "41", "49", "51", "52", "53", "59"),
    *("61", "62", "69", "71", "72", "79", "81", "89", "91", "92", "93", "A1", "A9", "N1", "N2", "N3", "N9", "Y1"),
]
"""The table of GB 32100-2015/XG1-2016."""

WITHOUT_A_TABLE = ["54", "55"]
"""Given out by civil affairs to committees of villagers and of residents (基层群众性自治组织) since 2017."""

bodies = st.builds(
    lambda head, digits, rest: head + digits + rest,
    st.sampled_from(HEADS),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)
codes = bodies.map(lambda body: body + calc_check_digit(body)).filter(lambda code: not is_resident_id(code))
days = st.dates(date(1930, 1, 1), date(2020, 12, 31))
resident_ids = st.builds(
    lambda county, day, order: f"{county}{day:%Y%m%d}{order:03d}",
    st.sampled_from(["360702", "110105", "320311", "511602", "610113", "310115", "130102", "542323"]),
    days,
    st.integers(0, 999),
).map(lambda body: body + ric.calc_check_digit(f"{body}0"))


def why(written: str) -> str:
    with pytest.raises(CreditCodeInvalid) as refused:
        checked_credit_code(written)
    assert (refused.value.code, refused.value.reasons[0].field) == ("uscc_invalid", "uscc")
    return refused.value.message


def test_every_department_and_class_of_the_published_table_passes_and_nothing_else_but_committees() -> None:
    assert set(HEADS) == {*PUBLISHED, *WITHOUT_A_TABLE}
    for head in HEADS:
        body = f"{head}360702MF0000001"
        assert checked_credit_code(body + calc_check_digit(body)) == body + calc_check_digit(body)
    for head in {first + second for first in ALPHABET for second in ALPHABET} - {*HEADS}:
        body = f"{head}360702MF0000001"
        assert "登记管理部门" in why(body + calc_check_digit(body)), head


@pytest.mark.parametrize("head", ["N1", "N2", "N3", "A1", "Y1"])
def test_village_collectives_army_institutions_and_others_are_registered(head: str) -> None:
    body = f"{head}360702MF0023456"
    assert checked_credit_code((body + calc_check_digit(body)).lower()) == body + calc_check_digit(body)


@given(codes)
def test_a_code_with_the_right_check_character_is_taken_in_any_writing(code: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code)
    for written in (code, wide, f" {code[:8].lower()}-{code[8:].lower()} ", f"{code[:2]}　{code[2:8]} {code[8:]}"):
        assert checked_credit_code(written) == code


@given(codes, st.integers(8, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes_for_another_enterprise(code: str, place: int, other: str) -> None:
    if code[place] != other:
        assert why(code[:place] + other + code[place + 1 :])


@given(bodies, st.integers(2, 7), st.sampled_from("ABCXY"))
def test_a_letter_where_the_division_code_stands_is_refused_whatever_the_check_character(
    body: str, place: int, letter: str
) -> None:
    wrong = body[:place] + letter + body[place + 1 :]
    assert "区划代码" in why(wrong + calc_check_digit(wrong))


@given(resident_ids)
def test_no_resident_id_passes_and_its_holder_is_told_what_it_is(resident_id: str) -> None:
    assert "这是居民身份证号" in why(resident_id)
    assert "这是居民身份证号" in why(f"{resident_id[:6]} {resident_id[6:14]} {resident_id[14:].lower()}")


def test_a_resident_id_whose_eighteenth_character_fits_a_code_as_well_is_refused_all_the_same() -> None:
    """One in some thirty passed: their last character is right by both standards."""
    both = [
        resident_id
        for number in range(2000)
        if (resident_id := _resident_id(number))[17] == calc_check_digit(resident_id[:17])
    ]
    assert len(both) > 20
    assert all("这是居民身份证号" in why(each) for each in both)


def _resident_id(number: int) -> str:
    body = f"511602{date(1960, 1, 1) + timedelta(days=7 * number):%Y%m%d}{number % 1000:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def test_a_number_that_is_no_day_makes_no_resident_id() -> None:
    body = "51100019191366667"
    assert checked_credit_code(body + calc_check_digit(body))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "18 位"),
        ("91360702DEM00001", "18 位"),
        ("91360702DEM000014J", "校验码"),
        ("9136070ADEM000014H", "不允许的字符"),
        ("91360702DEM00001IH", "不允许的字符"),
        ("91360702DEM00001٤H", "不允许的字符"),
        ("٩1360702DEM000014H", "不允许的字符"),
        ("91360702DEM000014²", "不允许的字符"),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong(written: str, said: str) -> None:
    assert said in why(written)


def test_a_code_that_was_admitted_passes_and_only_that_one() -> None:
    admitted = {"91360702DEM000014J"}.__contains__
    assert checked_credit_code("91360702dem000014j", admitted) == "91360702DEM000014J"
    with pytest.raises(CreditCodeInvalid):
        checked_credit_code("91360702DEM000014K", admitted)
