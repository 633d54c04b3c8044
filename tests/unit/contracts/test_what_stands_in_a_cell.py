"""Numbers, days, nothing and errors, as people and spreadsheets write them: never guessed, never half read."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rule.facts import FactKind, value_fits
from contracts.written import (
    NotWritten,
    as_excel_shows,
    cell_address,
    cell_number,
    column_letters,
    day_written,
    folded,
    has_lost_digits,
    is_error,
    is_no_code,
    loose_day_written,
    plain_heading,
    plain_number,
    says_nothing,
    year_written,
)

ERRORS = [
    "#N/A",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#n/a",
    "＃Ｎ／Ａ",
    "＃ＲＥＦ！",
    "#REF！",
    "#VALUE",
    "#NV",
    "#BEZUG!",
    "#WERT!",
    "#¡REF!",
    "#¿NOMBRE?",
    "#NOM?",
    "#ССЫЛКА!",
    "#Н/Д",
    "#名称?",
    "#值!",
    "#N/D",
    "####",
    "Err:502",
    "错误:508",
]


@pytest.mark.parametrize("error", [*ERRORS, " #N/A ", "#N/A N/A"])
def test_errors_of_spreadsheets_are_known_in_every_language_and_width(error: str) -> None:
    assert is_error(error)


@pytest.mark.parametrize(
    "text", ["", "A", "#1 楼", "3#厂房", "C#", "江西#一", "#", "-", "N/A", "1", "Err", "91360732M00000019B"]
)
def test_other_texts_are_no_errors(text: str) -> None:
    assert is_error(text) == (text == "#"), "a single # is a column that is too narrow"


@pytest.mark.parametrize(
    "word",
    ["", " ", "-", "—", "——", "－", "/", "／", "NULL", "nan", "NaN", "None", "N/A", "ｎｕｌｌ", "暂无", "_", "\\N"],
)
def test_words_for_nothing_are_nothing_everywhere(word: str) -> None:
    assert says_nothing(word)
    assert says_nothing(word, in_text=True)


@pytest.mark.parametrize("word", ["无", "空", "不详", "未知", "NA", "不适用", "?", "？"])
def test_some_words_may_be_meant_in_a_text(word: str) -> None:
    assert says_nothing(word)
    assert not says_nothing(word, in_text=True)


@pytest.mark.parametrize("text", ["0", "否", "-1", "无锡", "空港公司", "A", "nano", "无锡市空港食品有限公司"])
def test_what_says_something_is_something(text: str) -> None:
    assert not says_nothing(text)


def test_a_placeholder_is_no_code_and_a_word_that_a_list_may_have_is_one() -> None:
    assert all(map(is_no_code, ["#N/A", "NULL", "nan", "-", "—", "/", "n/a"]))
    assert not any(map(is_no_code, ["none", "无", "other", "A", "-1", "a-b"]))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1234.50", "1234.50"),
        ("１，２３４.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("-1,234", "-1234"),
        ("+5", "5"),
        ("007", "7"),
        ("-0.5", "-0.5"),
        ("\u202d13800\u202c", "13800"),
        ("92233720368547758.07", "92233720368547758.07"),
    ],
)
def test_a_number_is_exactly_what_was_typed(written: str, number: str) -> None:
    assert plain_number(written) == number


@pytest.mark.parametrize("written", ["1,5", "1,50", "1,5000", "12,34,567", ",123", "1，5", "1,234.5,6", "1.2.3"])
def test_a_comma_that_sets_no_three_digits_apart_is_refused_and_named(written: str) -> None:
    for read in (plain_number, cell_number):
        with pytest.raises(NotWritten, match=r"三位一组|应为数字"):
            read(written)


@pytest.mark.parametrize(
    "written",
    ["", "很多", "12人", "1 234", "5²", "٣", "३", "①", "½", "1e5", "0x1f", "NaN", "inf", "--1", "1-", ".5", "5."],
)
def test_other_scripts_and_shapes_are_no_numbers(written: str) -> None:
    for read in (plain_number, cell_number):
        with pytest.raises(NotWritten):
            read(written)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("20000.099999999999", "20000.1"),
        ("124599.99999999999", "124600"),
        ("0.30000000000000004", "0.3"),
        ("1200.50", "1200.5"),
        ("0.3333333333333333", "0.333333333333"),
        ("1.0", "1"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("123456789012345", "123456789012345"),
        ("9.00000000000000E+17", f"9{'0' * 17}"),
        ("100000000000000000", f"1{'0' * 17}"),
    ],
)
def test_a_number_of_a_table_is_what_excel_shows(written: str, number: str) -> None:
    assert cell_number(written) == number
    assert value_fits(FactKind.NUMBER, cell_number(written))


@pytest.mark.parametrize("written", ["1.23457E+11", "9.13607E+17", "1E+20", "９.１３６０７Ｅ＋１７"])
def test_a_number_of_which_only_the_first_digits_are_there_is_refused(written: str) -> None:
    assert has_lost_digits(written)
    with pytest.raises(NotWritten, match="科学计数法"):
        cell_number(written)


def test_a_number_too_large_for_a_fact_is_refused() -> None:
    with pytest.raises(NotWritten, match="过大"):
        cell_number("1.00000000000000E+20")


FIGURES = st.decimals(
    min_value=Decimal("-99999999999"), max_value=Decimal("99999999999"), places=4, allow_nan=False, allow_infinity=False
)


@given(FIGURES)
def test_csv_and_excel_say_the_same_of_one_figure(figure: Decimal) -> None:
    """A CSV has it as it was typed, or as a program writes a double; Excel's file has the double's digits."""
    double = float(figure)
    read = {cell_number(f"{figure:f}"), cell_number(as_excel_shows(double)), cell_number(f"{double:.17f}")}
    assert read == {cell_number(f"{double:,.4f}")}
    assert Decimal(read.pop()) == figure


@given(st.floats(min_value=-1e14, max_value=1e14, allow_nan=False).filter(lambda each: each == 0 or abs(each) > 1e-9))
def test_whatever_double_it_is_a_fact_has_at_most_fifteen_digits_of_it(double: float) -> None:
    shown = as_excel_shows(double)
    assert cell_number(shown) == cell_number(f"{Decimal(repr(double)):f}")
    assert len(Decimal(shown).normalize().as_tuple().digits) <= 15
    assert value_fits(FactKind.NUMBER, cell_number(shown))


@given(st.integers(min_value=10**15, max_value=10**18 - 1))
def test_a_long_number_cannot_be_taken_for_a_code(long: int) -> None:
    assert has_lost_digits(as_excel_shows(float(long)))
    assert not has_lost_digits(str(long))


DAYS = st.dates(min_value=date(1949, 10, 1), max_value=date(2170, 12, 31))


@given(DAYS)
def test_a_day_is_read_in_each_way_that_the_documents_name(day: date) -> None:
    ways: tuple[str, ...] = (
        "{0.year}-{0.month:02}-{0.day:02}",
        "{0.year}/{0.month}/{0.day}",
        "{0.year}.{0.month}.{0.day}",
    )
    ways += ("{0.year}年{0.month}月{0.day}日", "{0.year}{0.month:02}{0.day:02}", "{0.year}-{0.month}-{0.day} 8:30")
    for way in ways:
        assert day_written(way.format(day)) == day


@given(DAYS)
def test_half_a_day_is_refused_however_it_is_written(day: date) -> None:
    for way in (
        "{0.year}-{0.month:02}",
        "{0.year}/{0.month}",
        "{0.year}年{0.month}月",
        "{0.year}{0.month:02}",
        "{0.year}",
    ):
        with pytest.raises(NotWritten, match="日期须写全年、月、日"):
            day_written(way.format(day))


@given(DAYS)
def test_a_spreadsheets_number_of_a_day_is_refused_with_the_day_that_it_is(day: date) -> None:
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    with pytest.raises(NotWritten, match=day.isoformat()):
        day_written(str(serial))


@pytest.mark.parametrize(
    "written",
    [
        "2026-1/2",
        "26-1-2",
        "2026-02-30",
        "1900-01-00",
        "2026-01-31T00:00:00Z",
        "2026 01 31",
        "٢٠٢٦-٠١-٣١",
        "1月2日",
        "2026-01-31 下午",
    ],
)
def test_what_is_no_day_is_no_day(written: str) -> None:
    with pytest.raises(NotWritten):
        day_written(written)


def test_a_loose_day_is_as_precise_as_it_is_given() -> None:
    assert [loose_day_written(each) for each in ("2026", "2026年", "2026-3", "2026年03月", "2026/3/1", "20260301")] == [
        "2026", "2026", "2026-03", "2026-03", "2026-03-01", "2026-03-01",
    ]  # fmt: skip
    for wrong in ("2026-13", "202603", "去年"):
        with pytest.raises(NotWritten):
            loose_day_written(wrong)


def test_a_year_has_four_digits() -> None:
    assert [year_written(each) for each in ("2026", "２０２６年", "2026年度")] == [2026] * 3
    for wrong in ("26", "٢٠٢٦", "2026.0"):
        with pytest.raises(NotWritten):
            year_written(wrong)


@pytest.mark.parametrize(
    "heading",
    [
        "企业名称",
        "* 企业名称",
        "企业名称＊",
        "企业 名称",
        "企业\n名称",
        "企业名称（必填）",
        "【选填】企业名称",
        "企业名称 ( 必填 )*",
    ],
)
def test_a_heading_is_known_whatever_is_put_to_it(heading: str) -> None:
    assert plain_heading(heading) == "企业名称"


def test_cells_are_called_as_a_spreadsheet_calls_them() -> None:
    assert [column_letters(place) for place in (0, 25, 26, 701, 702, 999)] == ["A", "Z", "AA", "ZZ", "AAA", "ALL"]
    assert cell_address(1, 3) == "B3"


def test_wide_signs_are_folded_and_no_other() -> None:
    assert folded("　（１２３）％Ａ　") == "(123)%A"
    assert folded("²①٣") == "²①٣"


def test_a_share_in_percent_is_told_what_to_write() -> None:
    with pytest.raises(NotWritten, match="不带“%”"):
        cell_number("25％")
