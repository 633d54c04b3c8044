"""What stands in the cells of a table of enterprises, in CSV or Excel; and where each fault is told."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chassis.files import tabular, workbooks
from chassis.files.spool import Spool
from console.place import CHECKOUT
from console.policy.sample_city.table import write_table
from contracts.item import PolicyItemContent
from contracts.rule.facts import FactType
from services.catalog.imports.headings import HeadingRefused, read_heading
from services.catalog.imports.lines import EnterpriseLine, LineReader
from services.catalog.imports.vocabulary import codes_of
from services.catalog.workbooks.cell_values import YES_NO

TODAY = date(2026, 11, 30)
GRADE = FactType.model_validate(
    {
        "name": "tax_grade",
        "label": "纳税信用等级",
        "kind": "code",
        "codes": [{"code": "A", "label": "优秀"}, {"code": "M", "label": "新设"}, {"code": "none", "label": "无"}],
    }
)
VOCABULARY = {"tax_grade": GRADE, "纳税信用等级": GRADE}
HEADING = ["统一社会信用代码", "企业名称", "行业", "联系手机", "数据日期", "revenue:2025:万元", "above_scale:2025:是否"]
HEADING += ["纳税信用等级:2025", "sector::代码", "honours::多代码", "set_up_on::日期", "wages::多个元"]
GOOD = ["91360732M00000019B", "示例企业有限公司", "软件业", "13800000001", "2026-03-01", "1200.5", "是"]
GOOD += ["A", "steel", "a;b", "2020-01-31", "1；2"]
PLACES = {heading: place for place, heading in enumerate(HEADING)}


def read(cells: Sequence[str], heading: Sequence[str] = HEADING, number: int = 7) -> EnterpriseLine:
    return LineReader(read_heading(heading, VOCABULARY), "县统计局", None, TODAY, TODAY).read(number, cells)


def with_cell(heading: str, text: str) -> list[str]:
    cells = list(GOOD)
    cells[PLACES[heading]] = text
    return cells


def told(line: EnterpriseLine) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in line.reasons]


def value(line: EnterpriseLine, name: str) -> Any:
    assert not line.reasons, line.reasons
    return {fact.name: fact.value for fact in line.facts}.get(name)


def test_a_good_line_says_all_of_it() -> None:
    line = read(GOOD)
    assert (line.uscc, line.name, line.industry, line.contact_mobile) == tuple(GOOD[:4])
    assert len(line.facts) == 7


# -- errors, nothing, codes of a list ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?", "#VALUE!", "＃ＤＩＶ／０！", "#GETTING_DATA", "####"])
@pytest.mark.parametrize("heading", HEADING)
def test_an_error_of_excel_is_refused_in_every_column_once_and_by_its_name(heading: str, error: str) -> None:
    line = read(with_cell(heading, error))
    assert told(line) == [("cell_is_error", heading)]
    assert line.reasons[0].message.startswith(f"{'ABCDEFGHIJKL'[PLACES[heading]]}7：“{error}”")


@pytest.mark.parametrize("word", ["NULL", "nan", "None", "N/A", "-", "—", "/", "暂无"])
def test_words_for_nothing_are_nothing_in_every_column(word: str) -> None:
    for heading in HEADING[2:]:
        if heading == "纳税信用等级:2025" and word == "None":
            continue  # a code that the list has
        cells = with_cell(heading, word)
        empty = read(with_cell(heading, ""))
        assert read(cells) == empty, heading
    for heading in HEADING[:2]:
        assert told(read(with_cell(heading, word))) == [("cell_empty", heading)]


def test_a_word_for_nothing_is_what_a_list_makes_of_it_and_a_text_what_it_says() -> None:
    assert value(read(with_cell("纳税信用等级:2025", "无")), "tax_grade") == "none"
    assert value(read(with_cell("above_scale:2025:是否", "无")), "above_scale") is False
    assert value(read(with_cell("sector::代码", "无")), "sector") is None
    assert value(read(with_cell("revenue:2025:万元", "无")), "revenue") is None, "not zero: nobody knows"
    assert read(with_cell("行业", "无")).industry == "无"


@pytest.mark.parametrize("cell", ["a;-", "a；；b", "a;NULL;b", "a;#N/A"])
def test_a_gap_in_a_list_is_refused_since_it_would_move_what_comes_after(cell: str) -> None:
    assert [heading for _, heading in told(read(with_cell("honours::多代码", cell)))] == ["honours::多代码"]


def test_a_code_that_the_list_has_not_is_refused_with_the_list() -> None:
    line = read(with_cell("纳税信用等级:2025", "Z"))
    assert told(line) == [("code_unknown", "纳税信用等级:2025")]
    assert "A（优秀）、M（新设）、none（无）" in line.reasons[0].message
    assert [value(read(with_cell("纳税信用等级:2025", said)), "tax_grade") for said in ("优秀", "a", "Ｍ")] == [
        "A",
        "A",
        "M",
    ]


def test_codes_of_all_who_list_some_are_the_list() -> None:
    other = GRADE.model_copy(update={"codes": (FactType.model_validate(
        {"name": "x1", "label": "x", "kind": "code", "codes": [{"code": "D", "label": "较差"}]}
    ).codes)})  # fmt: skip
    open_one = GRADE.model_copy(update={"codes": ()})
    assert [each.code for each in codes_of([GRADE, other, open_one, GRADE])["tax_grade"]] == ["A", "M", "none", "D"]


# -- numbers and codes that were numbers ---------------------------------------------------------------------------


def test_numbers_are_what_excel_shows_and_commas_set_three_digits_apart() -> None:
    for written, number in (
        ("20000.099999999999", "20000.1"),
        ("1，234.50", "1234.5"),
        ("124599.99999999999", "124600"),
    ):
        assert value(read(with_cell("revenue:2025:万元", written)), "revenue") == number
    for wrong in ("1,5", "1，50", "1.23457E+11", "٥", "5²", "1 234"):
        assert told(read(with_cell("revenue:2025:万元", wrong))) == [("value_invalid", "revenue:2025:万元")]
    assert value(read(with_cell("wages::多个元", "1,500；2")), "wages") == ("1500", "2")
    assert told(read(with_cell("wages::多个元", "800,900"))) == [("value_invalid", "wages::多个元")], "one, or two?"
    assert told(read(with_cell("wages::多个元", "1,5；2"))) == [("value_invalid", "wages::多个元")]


@pytest.mark.parametrize(
    "heading", ["统一社会信用代码", "企业名称", "行业", "联系手机", "sector::代码", "honours::多代码"]
)
def test_a_number_that_lost_its_digits_is_no_code_and_says_what_to_do(heading: str) -> None:
    for written in ("9.13607E+17", "9.13607020000000E+17"):
        line = read(with_cell(heading, written))
        assert told(line) == [("digits_lost", heading)]
        assert "请存为文本" in line.reasons[0].message


def test_a_credit_code_that_excel_has_rounded_is_refused() -> None:
    assert told(read(with_cell("统一社会信用代码", "913607320000000000"))) == [("digits_lost", "统一社会信用代码")]


def test_a_telephone_in_wide_digits_is_one_and_in_another_script_is_none() -> None:
    assert read(with_cell("联系手机", "１３８ 0000 0001")).contact_mobile == "13800000001"
    assert told(read(with_cell("联系手机", "١٣٨٠٠٠٠٠٠٠١"))) == [("mobile_invalid", "联系手机")]


# -- days ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["数据日期", "set_up_on::日期"])
def test_a_day_has_three_parts_or_eight_digits(heading: str) -> None:
    for written in (
        "2025-12-01",
        "2025/12/1",
        "2025.12.1",
        "20251201",
        "2025年12月1日",
        "２０２５年１２月１日",
        "2025-12-01 00:00:00",
    ):
        line = read(with_cell(heading, written))
        assert (line.facts[0].as_of if heading == "数据日期" else value(line, "set_up_on")) in (
            date(2025, 12, 1),
            "2025-12-01",
        )
    for wrong in ("2025-12", "202512", "2025年12月", "45992", "25-12-1", "2025-13-01"):
        assert [place for _, place in told(read(with_cell(heading, wrong)))] == [heading]


# -- headings, and everything at once ------------------------------------------------------------------------------


@pytest.mark.parametrize("put", ["*{}", "{}＊", "{}（必填）", "{} (选填)", "【必填】{}", " {} "])
def test_headings_are_known_with_what_is_put_to_them(put: str) -> None:
    heading = [put.format(each) for each in HEADING]
    line = read(GOOD, heading)
    assert (line.uscc, len(line.facts)) == (GOOD[0], 7)
    assert told(read(with_cell("企业名称", "#NAME?"), heading)) == [("cell_is_error", heading[1].strip())], (
        "as people see it"
    )


def test_a_heading_that_is_an_error_or_unknown_is_told_by_its_letter() -> None:
    with pytest.raises(HeadingRefused) as refused:
        read_heading([*HEADING[:2], "#REF!", "备忘录", "revenue:20XX:元"], {})
    assert [(each.code, each.message[:4]) for each in refused.value.reasons] == [
        ("heading_is_error", "C 列："),
        ("column_unknown", "D 列："),
        ("column_period", "E 列："),
    ]


def test_everything_that_is_wrong_with_a_line_is_told_at_once_each_cell_once() -> None:
    wrong = ["9.13607E+17", "#NAME?", "业" * 61, "1", "2025-12", "1,5", "也许", "Z", "#REF!", "a;;b", "昨天", "x"]
    line = read(wrong)
    assert [reason.field for reason in line.reasons] == HEADING
    assert [reason.message.partition("：")[0] for reason in line.reasons] == [f"{letter}7" for letter in "ABCDEFGHIJKL"]


# -- whole files ---------------------------------------------------------------------------------------------------


def lines_of(table: Path, folder: Path) -> list[EnterpriseLine]:
    spool = Spool(folder / "spool")
    try:
        with table.open("rb") as file:
            packed = file.read(2) == b"PK"
        path = workbooks.as_csv(table, spool, "x") if packed else tabular.in_lines(table, spool, "x")
        first, *rows = tabular.rows(path, tabular.encoding_of(path))
        reader = LineReader(read_heading(first.cells, VOCABULARY), "县统计局", None, TODAY, TODAY)
        return [reader.read(row.line, row.cells) for row in rows]
    finally:
        spool.close()


def test_csv_in_every_encoding_and_excel_of_one_table_say_the_same(tmp_path: Path) -> None:
    """As Excel keeps it: numbers as doubles, days as days, yes and no as such."""
    typed: list[list[Any]] = [
        [*GOOD[:3], 13800000001, date(2026, 3, 1), 20000.1, True, *GOOD[7:10], date(2020, 1, 31), "1；2"],
        [*GOOD[:5], 124599.99999999999, False, "优秀", "#N/A", "", "", 0.1 + 0.2],
        [913607320000000123, *GOOD[1:4], "", 1 / 3, "", None, "NULL", "a", "2025-12", 5],
    ]
    book = openpyxl.Workbook()
    for row in (HEADING, *typed):
        book["Sheet"].append(row)
    book.save(tmp_path / "book.xlsx")
    expected = lines_of(tmp_path / "book.xlsx", tmp_path)
    assert told(expected[1]) == [("cell_is_error", "sector::代码")]
    assert told(expected[2]) == [("digits_lost", HEADING[0]), ("value_invalid", "set_up_on::日期")]
    words = {word: said for said, word in YES_NO.items()}
    for encoding, separator in (
        ("utf-8", ","),
        ("utf-8-sig", ","),
        ("gb18030", ","),
        ("utf-16", "\t"),
        ("utf-16-be", "\t"),
    ):
        with (tmp_path / f"{encoding}.csv").open("w", encoding=encoding, newline="") as file:
            file.write("\ufeff" if encoding == "utf-16-be" else "")
            table = csv.writer(file, delimiter=separator)
            for row in (HEADING, *typed):
                # As Excel saves it: what is too long for its cell with an exponent.
                table.writerow(
                    [
                        "9.13607E+17"
                        if each == 913607320000000123
                        else words.get(each, each)
                        if isinstance(each, bool)
                        else each
                        for each in row
                    ]
                )
        found = lines_of(tmp_path / f"{encoding}.csv", tmp_path)
        assert [(each.facts, told(each)) for each in found] == [(each.facts, told(each)) for each in expected], encoding


def test_the_sample_city_is_read_without_a_fault_by_the_lists_of_all_sample_items(tmp_path: Path) -> None:
    files = sorted((CHECKOUT / "sample" / "items").glob("*.json"))
    items = [PolicyItemContent.model_validate_json(file.read_bytes()) for file in files]
    write_table(tmp_path / "city.csv", 60, items=items)
    declared = [fact for item in items for fact in item.rules.fact_types]
    codes = codes_of(declared)
    vocabulary = {fact.name: fact.model_copy(update={"codes": codes[fact.name]}) for fact in declared}
    first, *rows = tabular.rows(tmp_path / "city.csv", "utf-8")
    reader = LineReader(read_heading(first.cells, vocabulary), "县统计局", None, TODAY, TODAY)
    assert [reason for row in rows for reason in reader.read(row.line, row.cells).reasons] == []
