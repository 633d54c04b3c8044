"""A year's exceptions from a table, as people write it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from console.operating import calendar as program
from console.operating.calendar_file import read
from console.refusal import CommandRefusal


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "days.csv"
    file.write_bytes(text.encode(encoding))
    return file


def test_days_and_spans_are_read_with_or_without_a_heading(tmp_path: Path) -> None:
    year = read(written(tmp_path, "日期,安排\n2027-01-01,放假\n2027-10-01—2027-10-03,放假\n2027-02-20,上班\n"))
    assert year.rest_days == [date(2027, 1, 1), *(date(2027, 10, day) for day in (1, 2, 3))]
    assert year.working_days == [date(2027, 2, 20)]
    assert read(written(tmp_path, "2027-01-01,休\n")).rest_days == [date(2027, 1, 1)]


def test_dates_are_understood_as_people_and_excel_write_them(tmp_path: Path) -> None:
    text = "\ufeff日期\t安排\r\n2027年1月1日\t放假\r\n2027/2/20\t调休上班\r\n2027.5.1至2027.5.2\t放假\r\n"
    year = read(written(tmp_path, text))
    assert year.rest_days == [date(2027, 1, 1), date(2027, 5, 1), date(2027, 5, 2)]
    assert year.working_days == [date(2027, 2, 20)]
    assert read(written(tmp_path, "2027-01-01,放假\n", "gb18030")).rest_days == [date(2027, 1, 1)]


def test_a_workbook_and_utf_16_say_the_same_as_a_csv(tmp_path: Path) -> None:
    text = "日期\t安排\n2027-01-01\t放假\n2027-02-20\t上班\n"
    book = openpyxl.Workbook()
    for row in (("日期", "安排"), (date(2027, 1, 1), "放假"), (date(2027, 2, 20), "上班")):
        book["Sheet"].append(row)
    book.save(tmp_path / "days.xlsx")
    for file in (written(tmp_path, f"\ufeff{text}", "utf-16-le"), tmp_path / "days.xlsx"):
        year = read(file)
        assert (year.rest_days, year.working_days) == ([date(2027, 1, 1)], [date(2027, 2, 20)])


@pytest.mark.parametrize("day", ["2027-01", "202701", "46388", "#N/A", "#REF!", "٢٠٢٧-٠١-٠١", "-"])
def test_half_a_day_a_number_and_an_error_are_no_days(tmp_path: Path, day: str) -> None:
    with pytest.raises(CommandRefusal, match="第 2 行"):
        read(written(tmp_path, f"2027-01-01,放假\n{day},放假\n"))
    assert read(written(tmp_path, "20270101,放假\n")).rest_days == [date(2027, 1, 1)]


def test_wide_digits_are_a_date_and_those_of_other_scripts_are_none(tmp_path: Path) -> None:
    assert read(written(tmp_path, "２０２７－０１－０１,放假\n")).rest_days == [date(2027, 1, 1)]
    with pytest.raises(CommandRefusal, match="不是日期"):
        read(written(tmp_path, "日期,安排\n٢٠٢٧-01-01,放假\n"))


def test_every_line_that_cannot_be_understood_is_named(tmp_path: Path) -> None:
    text = "日期,安排\n2027-01-01,也许\n2027-13-01,放假\n元旦,放假\n2027-10-07—2027-10-01,放假\n2027-05-01\n"
    with pytest.raises(CommandRefusal) as refused:
        read(written(tmp_path, text))
    for part in ("第 2 行:“也许”", "第 3 行", "第 4 行:“元旦”不是日期", "第 5 行", "第 6 行:应为"):
        assert part in str(refused.value)
    assert "第 1 行" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandRefusal, match="无法读取"):
        read(tmp_path / "nothing.csv")


def test_a_year_of_the_package_is_its_exceptions() -> None:
    year = program._of_package(2026)
    assert len(year.rest_days) - len(year.working_days) == 13, "the statutory holidays of a year"
    assert all(day.weekday() < 5 for day in year.rest_days)
    assert date(2026, 10, 10) in year.working_days


def test_a_year_that_the_package_does_not_know_is_refused_with_the_other_way() -> None:
    with pytest.raises(CommandRefusal, match="--file"):
        program._of_package(2099)


def test_what_is_loaded_says_all_that_the_gateway_asks_for(tmp_path: Path) -> None:
    file = written(tmp_path, "2027-01-01,放假\n2027-02-20,上班\n")
    said = ["load", "--year", "2027", "--file", str(file), "--document", "国办发明电〔2026〕5号", "--why", "载入"]
    body = program._body(program._parser().parse_args(said))
    assert body == {
        "tenant": "nation",
        "year": 2027,
        "rest_days": ["2027-01-01"],
        "working_days": ["2027-02-20"],
        "document_number": "国办发明电〔2026〕5号",
        "why": "载入",
    }
    assert program._body(program._parser().parse_args([*said, "--replaces", "0"]))["replaces"] == 0


def test_a_file_without_end_is_not_read_to_it(tmp_path: Path) -> None:
    for file in (Path("/dev/zero"), written(tmp_path, "\n" * 100_001)):
        with pytest.raises(CommandRefusal, match="过大或不是普通文件"):
            read(file)
    assert read(written(tmp_path, "\n" * 99_000 + "2027-01-01,放假\n")).rest_days == [date(2027, 1, 1)]
