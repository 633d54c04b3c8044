"""The tenant's records as a table under the names that credit platforms use: CSV and XLSX, the same lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import openpyxl

from contracts.integrity_labels import DISPUTED, GRAVITY, RECORD
from contracts.integrity_records import RecordLine

HEADINGS = (
    *("主体名称", "统一社会信用代码", "主体类别", "失信行为", "失信程度", "认定依据", "决定文号", "决定机关"),
    *("决定日期", "有效期至", "状态", "终止日期", "是否可公示"),
)
BOM = "\ufeff"
"""By which spreadsheets know that a CSV is UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(lines: Iterable[RecordLine]) -> bytes:
    """The table as a spreadsheet of any make opens it."""
    written = io.StringIO()
    written.write(BOM)
    csv.writer(written).writerows(_rows(lines))
    return written.getvalue().encode()


def as_xlsx(lines: Iterable[RecordLine]) -> bytes:
    """The same as a workbook: every cell is text, so that codes keep their digits."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("失信记录")
    for row in _rows(lines):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _rows(lines: Iterable[RecordLine]) -> Iterator[list[str]]:
    yield list(HEADINGS)
    for each in lines:
        yield [
            _plain(each.subject_name),
            each.uscc,
            "自然人（个体工商户）" if each.natural_person else "法人和非法人组织",
            each.conduct,
            GRAVITY[each.gravity].public_zh,
            each.basis,
            _plain(each.number),
            _plain(each.authority),
            each.decided_on.isoformat(),
            each.valid_until.isoformat(),
            _state(each),
            each.ended_on.isoformat() if each.ended_on else "",
            "是" if each.public else "否",
        ]


def _state(line: RecordLine) -> str:
    said = RECORD[line.state].public_zh
    return f"{said}（{DISPUTED.public_zh}）" if line.disputed else said


def _plain(text: str) -> str:
    """What somebody has written is never a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
