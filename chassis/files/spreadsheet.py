"""`python -m chassis.files.spreadsheet WORKBOOK TARGET [every]`: the first sheet of a workbook as CSV, one line a row.

With `every`, all sheets one after the other, each line beginning with the sheet's name and the row's number.

Ends with 3 and one Chinese sentence without a full stop for what cannot be read. It may use so much memory and no
more: a workbook is a compressed file, and what it unfolds to is its sender's choice.
"""

from __future__ import annotations

import csv
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from chassis.files.tabular import EVERY, REFUSED, TOO_LARGE, named_workbook
from chassis.files.workbook_parts import NotReadable, prepared

MEMORY = 3 * 1024**3
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, CalamineError, KeyError, ValueError, OSError, RuntimeError)


def main(argv: list[str]) -> int:
    workbook, target = Path(argv[0]), Path(argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the reader ends at once where there is no more memory
    try:
        convert(workbook, target, every=argv[2:] == [EVERY])
    except NotReadable as error:
        print(error.why, file=sys.stderr)
        return REFUSED
    except BROKEN:
        print("不是有效的 Excel（xlsx）文件", file=sys.stderr)
        return REFUSED
    except MemoryError:
        print(TOO_LARGE, file=sys.stderr)
        return REFUSED
    return 0


def convert(workbook: Path, target: Path, *, every: bool = False) -> None:
    """Write the first sheet's rows, or those of `every` one; empty ones keep their place, so that line numbers are
    the sheet's own. Hidden sheets count, charts do not."""
    named = named_workbook(target)
    try:
        with CalamineWorkbook.from_path(prepared(workbook, named)) as book:
            sheets = [each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            with target.open("w", encoding="utf-8", newline="") as file:
                table = csv.writer(file, lineterminator="\n")
                for name in sheets if every else sheets[:1]:
                    sheet = book.get_sheet_by_name(name)
                    if sheet.start is None:
                        continue
                    left = [""] * sheet.start[1]
                    for number, row in enumerate(sheet.iter_rows(), 1):
                        table.writerow([*((name, number) if every else ()), *left, *map(written, row)])
    finally:
        named.unlink(missing_ok=True)


def written(cell: object) -> str:
    """A cell as text: numbers without an exponent, dates as ISO 8601, no line breaks."""
    if isinstance(cell, str):
        return cell if cell.isalnum() else " ".join(cell.split())  # most have no blanks at all
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        return f"{cell:.12f}".rstrip("0").rstrip(".") if abs(cell) < 1e15 else f"{cell:.0f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
