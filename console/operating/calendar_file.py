"""A year's working days as a person writes them down: one line a day that is not as its weekday says.

    日期,安排
    2027-01-01,放假
    2027-02-20,上班

Days may be spans (`2027-10-01—2027-10-07,放假`), as the State Council announces them. The table may be a CSV or the first
sheet of a workbook.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from chassis.files import tabular, workbooks
from chassis.files.spool import Spool
from chassis.files.workbook_parts import OLD_OR_LOCKED
from console.refusal import CommandRefusal
from contracts.refusal import Refused
from contracts.typed import half_width, is_digits
from contracts.written import NotWritten, day_written, is_error

REST = frozenset({"放假", "休", "休息", "rest", "off", "0"})
WORK = frozenset({"上班", "班", "调休", "调休上班", "work", "1"})
SPAN = re.compile(r"(\S+?)\s*(?:—+|–|~|～|至|\s-\s)\s*(\S+)")
LONGEST_SPAN = timedelta(days=31)
WORKBOOK = b"PK\x03\x04"
LARGEST_FILE = 100_000
"""Bytes. A year's announcement has some dozens of lines."""


@dataclass
class AnnouncedYear:
    """What an announcement says of a year, beyond Monday to Friday."""

    rest_days: list[date] = field(default_factory=list)
    working_days: list[date] = field(default_factory=list)


def read(path: Path) -> AnnouncedYear:
    """Read a table. Refuses it with every line that cannot be understood."""
    try:
        if path.stat().st_size > LARGEST_FILE or not path.is_file():
            raise CommandRefusal(f"{path} 不是一年的日历:文件过大或不是普通文件", f"{path} is no calendar of a year.")
        lines = _lines(path)
    except (OSError, Refused) as error:
        raise CommandRefusal(f"{path} 无法读取:{error}", f"{path} cannot be read.") from error
    year, faults = AnnouncedYear(), []
    for number, line in enumerate(lines):
        cells = [half_width(cell).strip() for cell in line.cells if cell.strip()]
        if line.fault is None and number == 0 and cells and not is_digits(cells[0][:1]):
            continue  # a heading
        try:
            if line.fault is not None or len(cells) < 2:
                raise ValueError(line.fault or "应为“日期,放假”或“日期,上班”")
            if spoiled := [cell for cell in cells if is_error(cell)]:
                raise ValueError(f"“{spoiled[0]}”是表格软件的错误值")
            _list_of(cells[1], year).extend(_days(cells[0]))
        except ValueError as error:
            faults.append(f"第 {line.line} 行:{error}")
    if faults:
        raise CommandRefusal("；".join(faults), f"{len(faults)} lines of {path} cannot be understood.")
    return year


def _lines(path: Path) -> list[tabular.Row]:
    """Of a workbook's first sheet, or of a CSV in whatever encoding. Raises OSError, and why it is neither."""
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        try:
            with path.open("rb") as file:
                packed = file.read(len(WORKBOOK)) in (WORKBOOK, OLD_OR_LOCKED[:4])
            table = workbooks.as_csv(path, spool, "days") if packed else tabular.in_lines(path, spool, "days")
            return list(tabular.rows(table, tabular.encoding_of(table)))
        finally:
            spool.close()


def _list_of(word: str, year: AnnouncedYear) -> list[date]:
    if word.lower() in REST:
        return year.rest_days
    if word.lower() in WORK:
        return year.working_days
    raise ValueError(f"“{word}”不是“放假”或“上班”")


def _days(text: str) -> Iterator[date]:
    span = SPAN.fullmatch(text)
    first, last = (_day(span[1]), _day(span[2])) if span else (_day(text), _day(text))
    if not first <= last <= first + LONGEST_SPAN:
        raise ValueError(f"“{text}”的起止日期有误")
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _day(text: str) -> date:
    try:
        return day_written(text)
    except NotWritten as error:
        raise ValueError(f"“{text}”不是日期:{error.why}") from None
