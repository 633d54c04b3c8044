"""`python -m chassis.spreadsheet WORKBOOK TARGET [every]`: the first sheet of a workbook as CSV, one line a row.

With `every`, all sheets one after the other, each line beginning with the sheet's name and the row's number.

Ends with 3 and one Chinese sentence without a full stop for what cannot be read. It may use so much memory and no
more: a workbook is a compressed file, and what it unfolds to is its sender's choice.
"""

from __future__ import annotations

import csv
import resource
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from chassis.tabular import EVERY, REFUSED

MEMORY = 3 * 1024**3
UNFOLDED = 2 * 1024**3
"""Bytes of a workbook's parts together, once they are unpacked."""


def main(argv: list[str]) -> int:
    workbook, target = Path(argv[0]), Path(argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        with zipfile.ZipFile(workbook) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNFOLDED:
                print("内容过大，请拆分后上传", file=sys.stderr)
                return REFUSED
        convert(workbook, target, every=argv[2:] == [EVERY])
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        print("不是有效的 Excel（xlsx）文件", file=sys.stderr)
        return REFUSED
    except MemoryError:
        print("内容过大，请拆分后上传", file=sys.stderr)
        return REFUSED
    return 0


def convert(workbook: Path, target: Path, *, every: bool = False) -> None:
    """Write the first sheet's rows, or those of `every` one; empty ones keep their place, so that line numbers are
    the sheet's own."""
    with workbook.open("rb") as source:  # by its bytes: objects have no names that end in .xlsx
        book = openpyxl.load_workbook(source, read_only=True, data_only=True)
        with target.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            for sheet in book.worksheets if every else book.worksheets[:1]:
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                    table.writerow([*((sheet.title, number) if every else ()), *(written(cell) for cell in row)])
        book.close()


def written(cell: object) -> str:
    """A cell as text: numbers without an exponent, dates as ISO 8601, no line breaks."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.12f}".rstrip("0").rstrip(".") if abs(cell) < 1e15 else f"{cell:.0f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
