"""`python -m chassis.files.spreadsheet WORKBOOK TARGET [every]`: the first sheet of a workbook as CSV, one line a row.

With `every`, all sheets one after the other, each line beginning with the sheet's name and the row's number.

Ends with one of the codes of `workbooks` and one Chinese sentence without a full stop for what cannot be read, or is too
much. It is confined: a workbook is a compressed file, and what it unfolds to is its sender's choice.
"""

from __future__ import annotations

import csv
import errno
import sys
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from chassis.files import limits
from chassis.files.confinement import confine
from chassis.files.workbook_parts import NotReadable, TooMuch, prepared
from chassis.files.workbooks import EVERY, NO_ROOM, TOO_MUCH, UNREADABLE
from contracts.written import as_excel_shows

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, CalamineError, KeyError, ValueError, OSError, RuntimeError)
"""What its reader says of a file that is no workbook; a RecursionError is a RuntimeError."""

ENDS = {errno.EFBIG: TOO_MUCH, errno.ENOSPC: NO_ROOM, errno.EDQUOT: NO_ROOM}


def main(argv: list[str]) -> int:
    confine()
    try:
        convert(Path(argv[0]), Path(argv[1]), every=argv[2:] == [EVERY])
    except NotReadable as error:
        return _ended(UNREADABLE, error.why)
    except TooMuch as error:
        return _ended(TOO_MUCH, error.why)
    except MemoryError:
        return _ended(TOO_MUCH, limits.TOO_LARGE)
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno in ENDS:
            return _ended(ENDS[error.errno], limits.TOO_LARGE)
        return _ended(UNREADABLE, "不是有效的 Excel（xlsx）文件")
    return 0


def _ended(code: int, why: str) -> int:
    print(why, file=sys.stderr)
    return code


def convert(workbook: Path, target: Path, *, every: bool = False) -> None:
    """Write the first sheet's rows, or those of `every` one; empty ones keep their place, so that line numbers are
    the sheet's own. Hidden sheets count, charts do not. Raises NotReadable or TooMuch."""
    named = target.with_name("book.xlsx")
    room = RoomLeft()
    with CalamineWorkbook.from_path(prepared(workbook, named)) as book:
        sheets = [each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        with target.open("x", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            for name in sheets if every else sheets[:1]:
                sheet = book.get_sheet_by_name(name)
                if sheet.start is None or sheet.end is None:
                    continue
                room.take(name, sheet.end[0] + 1, sheet.end[1] + 1)
                left = [""] * sheet.start[1]
                for number, row in enumerate(sheet.iter_rows(), 1):
                    table.writerow([*((name, number) if every else ()), *left, *map(written, row)])


class RoomLeft:
    """What is left of the lines and cells that a table may have. A row is written as wide as its sheet: one cell in the
    farthest corner of an empty sheet would be 17 GB of commas."""

    def __init__(self) -> None:
        self._lines, self._cells = limits.MOST_LINES, limits.MOST_CELLS

    def take(self, name: str, lines: int, columns: int) -> None:
        """Raises TooMuch."""
        self._lines -= lines
        self._cells -= lines * columns
        if columns > limits.MOST_COLUMNS or self._lines < 0 or self._cells < 0:
            raise TooMuch(
                f"“{name[:40]}”表从左上角到最远的单元格有 {lines} 行 {columns} 列，请删去远处多余的单元格，或拆分后上传"
            )


def written(cell: object) -> str:
    """A cell as text: numbers as Excel shows them, dates as ISO 8601, no line breaks."""
    if isinstance(cell, str):
        return cell if cell.isalnum() else " ".join(cell.split())  # any script: most have no blanks at all
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return as_excel_shows(float(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
