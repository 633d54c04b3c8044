"""Rows of a workbook as they were sent, and everything that is found wrong with them, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from contracts.refusal import Invalid, Reason
from services.catalog.workbooks.sheets import SHEETS

T = TypeVar("T")
SEPARATORS = "；;"
MOST_LINES = 50_000
"""Of all sheets together: all items of a province have about ten thousand, with four lines each."""


class WorkbookRefused(Invalid):
    """The workbook lacks a sheet or a column, or has one that nobody knows; `reasons` names each."""

    code = "workbook_refused"
    sentence = "工作簿的表或列与模板不符，请按提示修改。"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row of a sheet, with its number as the spreadsheet shows it."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, heading: str) -> str:
        return self.cells.get(heading, "")

    def place(self, heading: str) -> str:
        return f"{self.sheet}表第{self.number}行“{heading}”"

    def several(self, heading: str) -> list[str]:
        """A cell's parts between semicolons."""
        text = self[heading]
        for separator in SEPARATORS[1:]:
            text = text.replace(separator, SEPARATORS[0])
        return [part.strip() for part in text.split(SEPARATORS[0]) if part.strip()]


@dataclass(slots=True)
class Wrong:
    """What is wrong with one item, wherever in the workbook it stands."""

    reasons: list[Reason] = field(default_factory=list)

    def add(self, code: str, line: SheetLine, heading: str, message: str) -> None:
        self.reasons.append(Reason(code=code, message=f"{message}。", field=line.place(heading)))

    def word(self, line: SheetLine, heading: str, words: Mapping[str, T]) -> T | None:
        """What the cell's word stands for; None for an empty cell and, with a reason, for a word that is none."""
        text = line[heading]
        if not text:
            return None
        if text not in words:
            self.add("word_unknown", line, heading, f"“{text}”不是可选的词，应为：{'、'.join(words)}")
            return None
        return words[text]

    def required(self, line: SheetLine) -> None:
        """Every cell that must be filled in and is not."""
        for column in SHEETS[line.sheet]:
            if column.required and not line[column.heading]:
                self.add("cell_empty", line, column.heading, "必填")


def read_sheets(rows: Iterable[tuple[str, int, Sequence[str]]]) -> dict[str, list[SheetLine]]:
    """Rows (sheet, row number, cells) as lines by sheet; the first row of a sheet is its heading. Sheets that the
    template does not know are notes of their author and are let be.

    Raises WorkbookRefused with everything that does not fit the template.
    """
    headings: dict[str, list[str]] = {}
    lines: dict[str, list[SheetLine]] = {sheet: [] for sheet in SHEETS}
    reasons: list[Reason] = []
    count = 0
    for sheet, number, cells in rows:
        if sheet not in SHEETS:
            continue
        count += any(cells)
        if count > MOST_LINES:
            raise WorkbookRefused(
                Reason(code="too_many_lines", message=f"超过 {MOST_LINES} 行，请拆分为几个文件上传。")
            )
        texts = [cell.strip() for cell in cells]
        if sheet not in headings:
            headings[sheet] = texts
            reasons += _against_heading(sheet, texts)
        elif any(texts):
            lines[sheet].append(SheetLine(sheet, number, dict(zip(headings[sheet], texts, strict=False))))
    if "事项" not in headings:
        reasons.append(Reason(code="sheet_missing", message="缺少“事项”表。", field="事项"))
    if reasons:
        raise WorkbookRefused(*reasons)
    return lines


def by_code(lines: Iterable[SheetLine]) -> dict[str, list[SheetLine]]:
    """The lines of each item."""
    found: dict[str, list[SheetLine]] = {}
    for line in lines:
        found.setdefault(line["事项编码"], []).append(line)
    return found


def _against_heading(sheet: str, headings: Sequence[str]) -> list[Reason]:
    known = {column.heading: column for column in SHEETS[sheet]}
    reasons = [
        Reason(code="column_missing", message=f"“{sheet}”表缺少“{name}”列。", field=f"{sheet}/{name}")
        for name, column in known.items()
        if column.required and name not in headings
    ]
    for name in dict.fromkeys(filter(None, headings)):
        if name not in known:
            reasons.append(
                Reason(code="column_unknown", message=f"“{sheet}”表的“{name}”列不在模板中。", field=f"{sheet}/{name}")
            )
        elif headings.count(name) > 1:
            reasons.append(
                Reason(code="column_twice", message=f"“{sheet}”表的“{name}”列出现不止一次。", field=f"{sheet}/{name}")
            )
    return reasons


Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorkbookItem:
    """One line of the sheet 事项 with all that belongs to it; `content` is there when it can be read as an item."""

    line: int
    code: str
    department: str = ""
    content: Json | None = None
    reasons: tuple[Reason, ...] = ()
