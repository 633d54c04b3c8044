"""What became of the lines of long work, as a sheet: which row, what was wrong, and what to do about it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from tempfile import NamedTemporaryFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from contracts import status_labels
from contracts.nomination_lists import OTHERWISE, WHAT_TO_DO
from contracts.operations import LineResult

HEADINGS = ("行号", "列", "结果", "代码", "说明", "怎样处理", "对象编号")
WIDTHS = (8, 18, 10, 24, 60, 48, 38)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(lines: Iterable[LineResult], *, heading: bool = False) -> str:
    """Rows of a CSV. The first character of one with its heading tells spreadsheets that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    if heading:
        text.write("\ufeff")
        writer.writerow(HEADINGS)
    writer.writerows(_cells(line) for line in lines)
    return text.getvalue()


def as_workbook(lines: Iterable[LineResult]) -> bytes:
    """The same as an Excel file, the heading in sight however far one reads."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("逐行结果")
    sheet.freeze_panes = "A2"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    head = [WriteOnlyCell(sheet, value=each) for each in HEADINGS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for line in lines:
        sheet.append(_cells(line))
    with NamedTemporaryFile(suffix=".xlsx") as file:
        book.save(file.name)
        file.seek(0)
        return file.read()


def what_to_do(line: LineResult) -> str:
    """Beside what is wrong with it; nothing where nothing is."""
    return WHAT_TO_DO.get(line.code, OTHERWISE) if line.outcome == "refused" else ""


def _cells(line: LineResult) -> Sequence[str | int]:
    words = (
        line.column,
        status_labels.LINE[line.outcome].staff_zh,
        line.code,
        line.message,
        what_to_do(line),
        line.subject_id,
    )
    return (line.line, *(_plain(word) for word in words))


def _plain(word: str | None) -> str:
    """A cell that no spreadsheet will calculate with: what a source's heading says is not ours."""
    return f"'{word}" if word and word.startswith(FORMULA) else word or ""
