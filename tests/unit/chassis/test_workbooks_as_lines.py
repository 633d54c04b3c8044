"""What each kind of cell of a workbook becomes, and what is refused instead of being half read."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from chassis.files import tabular, workbooks
from chassis.files.spool import LOCK, Spool
from contracts.refusal import Invalid

CELLS: Sequence[tuple[Any, str | None, str]] = [
    # value, number format, as text
    (360726, None, "360726"),
    (-5, None, "-5"),
    (0, None, "0"),
    (1200.5, None, "1200.5"),
    (0.1 + 0.2, None, "0.3"),
    (1 / 3, None, "0.333333333333"),
    (1e-7, None, "0.0000001"),
    (1e20, None, "1.00000000000000E+20"),
    (20000.099999999999, None, "20000.1"),
    (124599.99999999999, None, "124600"),
    (123456789012345, None, "123456789012345"),
    (13800000000, None, "13800000000"),
    (True, None, "是"),
    (False, None, "否"),
    (0.25, "0.00%", "0.25"),
    (1234.5, '"¥"#,##0.00;[Red]"¥"-#,##0.00', "1234.5"),
    (1234.5, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1234.5"),
    (7, "000000", "7"),
    (30, '0"day"', "30"),
    (date(2026, 2, 1), None, "2026-02-01"),
    (datetime(2026, 2, 1), None, "2026-02-01"),
    (datetime(2026, 2, 1, 8, 30, 15), None, "2026-02-01 08:30:15"),
    (46054, 'yyyy"年"m"月"d"日"', "2026-02-01"),
    (46054, '[$-804]yyyy"年"m"月"d"日";@', "2026-02-01"),
    (time(12, 30), None, "12:30:00"),
    (timedelta(hours=26, minutes=5), None, "1 day, 2:05:00"),
    (5_000_000_000, "yyyy-mm-dd", "5000000000"),  # no date that there is: the number (openpyxl: #VALUE!)
    ("007", None, "007"),
    ("91360702MA35GYB37N", None, "91360702MA35GYB37N"),
    ("913607020000000123", "@", "913607020000000123"),
    ("  两  个\n词 ", None, "两 个 词"),
    ("甲\u3000乙\u00a0丙", None, "甲 乙 丙"),
    ('a&b <c> "d", 😀', None, 'a&b <c> "d", 😀'),
    ('说明 t="e"', None, '说明 t="e"'),
    (CellRichText("软", TextBlock(InlineFont(b=True), "件业"), " 一"), None, "软件业 一"),
    ("#N/A", None, "#N/A"),
    ("#REF!", None, "#REF!"),
    ("#DIV/0!", None, "#DIV/0!"),
    ("=1+1", None, ""),  # never computed by anybody: nothing is known
    (None, None, ""),
]

RAW = {
    '<c r="B{row}"><f>1+1</f><v>2</v></c>': "2",
    '<c r="B{row}" t="str"><f>A1</f><v>算得</v></c>': "算得",
    '<c r="B{row}" t="b"><f>TRUE()</f><v>1</v></c>': "是",
    '<c r="B{row}" t="e"><f>NA()</f><v>#N/A</v></c>': "#N/A",
    '<c r="B{row}" s="0" t="e"><v>#GETTING_DATA</v></c>': "#GETTING_DATA",
    "<c r='B{row}' t='e'><v>#NUM!</v></c>": "#NUM!",
    '<c r="B{row}"><v>1.0</v></c>': "1",
    '<c r="B{row}"><v>-0</v></c>': "0",
    # More digits than a double has: with an exponent, so that nobody takes it for a code.
    '<c r="B{row}"><v>9.1360700000000003E+17</v></c>': "9.13607000000000E+17",
    '<c r="B{row}"><v>913607020000000123</v></c>': "9.13607020000000E+17",
    '<c r="B{row}" s="0" t="n"><f>A1*2</f><v>-913607020000000123</v></c>': "-9.13607020000000E+17",
    '<c r="B{row}"><v>20000.099999999999</v></c>': "20000.1",
    '<c r="B{row}" t="str"><v>913607020000000123</v></c>': "913607020000000123",
    '<c r="B{row}"><v>0.3333333333333333148</v></c>': "0.333333333333",
    '<c r="B{row}" t="d"><v>2026-02-01T08:00:00</v></c>': "2026-02-01 08:00:00",
    '<c r="B{row}" t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>': "a b",
    '<c r="B{row}"/>': "",
    '<c r="B{row}"><v></v></c>': "",
}


def as_rows(workbook: Path, *, every_sheet: bool = False) -> list[list[str]]:
    spool = Spool(workbook.parent / "spool")
    try:
        table = workbooks.as_csv(workbook, spool, workbook.name, every_sheet=every_sheet)
        return [row.cells for row in tabular.rows(table, "utf-8")]
    finally:
        spool.close()


def why_not(workbook: Path) -> str:
    spool = Spool(workbook.parent / "spool")
    with pytest.raises(Invalid) as refused:
        workbooks.as_csv(workbook, spool, workbook.name)
    assert [file.name for file in spool.folder.iterdir()] == [LOCK], "nothing is left lying about"
    spool.close()
    return f"{refused.value.code}: {refused.value.message}"


def changed(workbook: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy of the workbook, part by part."""
    target = workbook.with_name(f"changed-{workbook.name}")
    with zipfile.ZipFile(workbook) as parts, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in parts.namelist():
            written.writestr(name, change(name, parts.read(name)))
    return target


def a_workbook(folder: Path, rows: Sequence[Sequence[Any]] = (("a", 1), ("b", 2))) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book["Sheet"].append(row)
    path = folder / "一.xlsx"
    book.save(path)
    return path


def test_every_kind_of_cell_becomes_text_that_a_table_could_have_held(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row, (value, format, _) in enumerate(CELLS, 1):
        sheet.cell(row, 1, "x")
        cell = sheet.cell(row, 2, value)
        if format is not None:
            cell.number_format = format
    book.save(tmp_path / "sha-without-a-suffix")
    assert [row[1] if len(row) > 1 else "" for row in as_rows(tmp_path / "sha-without-a-suffix")] == [
        text for *_, text in CELLS
    ]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_that_other_programs_write_become_what_they_say(tmp_path: Path, prefix: str) -> None:
    cells = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>{cell.format(row=row)}</row>' for row, cell in enumerate(RAW, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    sheet = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", sheet).replace(
        "worksheet>", f'worksheet xmlns{prefix and ":x"}="{main}">', 1
    )
    path = changed(a_workbook(tmp_path), lambda name, part: sheet.encode() if "sheet1" in name else part)
    assert [row[1] if len(row) > 1 else "" for row in as_rows(path)] == list(RAW.values())


def test_the_date_formats_that_chinese_excel_numbers_itself_are_dates(tmp_path: Path) -> None:
    """27 to 36 and 50 to 58; openpyxl took them for numbers."""

    def numbered(name: str, part: bytes) -> bytes:
        return part.replace(b'numFmtId="14"', b'numFmtId="31"') if name == "xl/styles.xml" else part

    assert as_rows(changed(a_workbook(tmp_path, [["x", date(2026, 2, 1)]]), numbered)) == [["x", "2026-02-01"]]


def test_an_error_in_a_long_sheet_is_told_wherever_it_stands(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[f"企业{row}", row, row / 8, "是"] for row in range(12_000)]
    expected = [[f"企业{row}", str(row), f"{row / 8:.3f}".rstrip("0").rstrip("."), "是"] for row in range(12_000)]
    for row in range(0, 12_000, 500):
        rows[row][3] = expected[row][3] = "#N/A"
    assert as_rows(a_workbook(tmp_path, rows)) == expected


def test_rows_and_columns_keep_their_places(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet["C4"], sheet["E7"], sheet["C9"] = "x", 2, "m"
    sheet.merge_cells("C9:D10")
    book.create_sheet("空")
    hidden = book.create_sheet("藏", 0)
    hidden["B2"] = "first"
    hidden.sheet_state = "hidden"
    book.create_chartsheet("图", 0)
    book.active = 2
    path = tmp_path / "places.xlsx"
    book.save(path)
    spool = Spool(tmp_path)
    table = workbooks.as_csv(path, spool, "first")
    assert table.read_text().splitlines() == [",", ",first"]
    assert as_rows(path, every_sheet=True) == [
        ["藏", "1", "", ""],
        ["藏", "2", "", "first"],
        *(
            ["Sheet", str(row), "", "", *{4: ["x", "", ""], 7: ["", "", "2"], 9: ["m", "", ""]}.get(row, ["", "", ""])]
            for row in range(1, 10)
        ),
    ]


def test_a_sheet_is_read_to_its_end_whatever_it_says_of_its_size(tmp_path: Path) -> None:
    path = changed(
        a_workbook(tmp_path), lambda _, part: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', part)
    )
    assert as_rows(path) == [["a", "1"], ["b", "2"]]


def test_the_calendar_of_a_mac_is_heeded(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book["Sheet"].append(["x", date(2026, 2, 1)])
    book.save(tmp_path / "mac.xlsx")
    assert as_rows(tmp_path / "mac.xlsx") == [["x", "2026-02-01"]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.xlsx"
    path.write_bytes(content)
    assert why_not(path) == "workbook_unreadable: Excel 文件无法读取：不是有效的 Excel（xlsx）文件。"


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<office:document-content/>")
    assert why_not(path) == "workbook_unreadable: Excel 文件无法读取：不是有效的 Excel（xlsx）文件。"


def test_an_old_workbook_or_one_with_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000)
    assert (
        why_not(path)
        == "workbook_unreadable: Excel 文件无法读取：这是旧版（xls）或加了密码的文件，请去掉密码，另存为 xlsx。"
    )


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_workbook_that_breaks_off_is_refused_and_not_half_read(tmp_path: Path, part: str) -> None:
    half = changed(
        a_workbook(tmp_path, [["x", row] for row in range(100)]),
        lambda name, content: content[: len(content) // 2] if name == part else content,
    )
    assert why_not(half).startswith("workbook_unreadable: Excel 文件无法读取：")


def test_a_workbook_that_unfolds_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(a_workbook(tmp_path)) as parts, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name in parts.namelist():
            written.writestr(name, parts.read(name))
    raw = bytearray(path.read_bytes())
    directory = raw.rindex(b"PK\x01\x02")  # the size that the last part is said to have
    raw[directory + 24 : directory + 28] = struct.pack("<I", 2**32 - 2)
    path.write_bytes(raw)
    assert why_not(path) == "table_too_large: 表格过大：内容过大，请拆分后上传。"


def test_a_sheet_that_needs_more_memory_than_there_may_be_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book["Sheet"]["A1"], book["Sheet"]["XFD1048576"] = "x", "y"
    book.save(tmp_path / "wide.xlsx")
    assert why_not(tmp_path / "wide.xlsx") == "table_too_large: 表格过大：内容过大，请拆分后上传。"
