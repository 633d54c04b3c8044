"""Rows of a workbook as they were sent, and everything that is found wrong with them, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from contracts.refusal import Invalid, Reason
from contracts.written import (
    AS_TEXT,
    NotWritten,
    cell_address,
    day_written,
    has_lost_digits,
    is_error,
    loose_day_written,
    plain_heading,
    says_nothing,
    year_written,
)
from services.catalog.workbooks.sheets import SHEETS, SheetColumn

Json = dict[str, Any]
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
    """One row of a sheet, with its number as the spreadsheet shows it.

    `places` counts each heading's column from 0, as far as it is known. `faults` has (code, why) for cells that no
    column of their kind holds: they are told once, and nothing else is said of them.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    places: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __getitem__(self, heading: str) -> str:
        return self.cells.get(heading, "")

    def place(self, heading: str) -> str:
        place = self.places.get(heading)
        cell = f"（{cell_address(place, self.number)}）" if place is not None else ""
        return f"{self.sheet}表第{self.number}行“{heading}”{cell}"

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
        if heading in line.faults:
            return  # told by `faults`; whatever follows from it is no second fault
        self.reasons.append(Reason(code=code, message=f"{message}。", field=line.place(heading)))

    def faults(self, line: SheetLine) -> None:
        """Every cell that cannot be read at all."""
        for heading, (code, why) in line.faults.items():
            self.reasons.append(Reason(code=code, message=f"{why}。", field=line.place(heading)))

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
            headings[sheet] = _headings(sheet, texts)
            reasons += _against_heading(sheet, headings[sheet])
        elif any(texts):
            lines[sheet].append(_line(sheet, number, headings[sheet], texts))
    if "事项" not in headings:
        reasons.append(Reason(code="sheet_missing", message="缺少“事项”表。", field="事项"))
    if reasons:
        raise WorkbookRefused(*reasons)
    return lines


def _headings(sheet: str, texts: Sequence[str]) -> list[str]:
    """As the template calls them, however they are set: `* 事项 编码（必填）`."""
    known = {plain_heading(column.heading): column.heading for column in SHEETS[sheet]}
    return [known.get(plain_heading(text), text) for text in texts]


def _line(sheet: str, number: int, headings: Sequence[str], texts: Sequence[str]) -> SheetLine:
    columns = {column.heading: column for column in SHEETS[sheet]}
    cells: dict[str, str] = {}
    faults: dict[str, tuple[str, str]] = {}
    for heading, text in zip(headings, texts, strict=False):
        cells[heading] = text
        if not text or heading not in columns:
            continue
        try:
            cells[heading] = _read(columns[heading], text)
        except NotWritten as error:
            faults[heading] = ("cell_is_error" if is_error(text) else "cell_unreadable", error.why)
    return SheetLine(sheet, number, cells, {heading: place for place, heading in enumerate(headings)}, faults)


def _read(column: SheetColumn, text: str) -> str:
    """What the cell says, empty where it says nothing. Raises NotWritten."""
    if is_error(text):
        raise NotWritten(f"“{text[:20]}”是表格软件的错误值，请改正后再导入")
    if text in column.choices:
        return text
    if says_nothing(text, in_text=column.holds == "text" and not column.choices):
        return ""
    match column.holds:
        case "day":
            return day_written(text).isoformat()
        case "loose_day":
            return loose_day_written(text)
        case "year":
            return str(year_written(text))
        case "text" if has_lost_digits(text):
            raise NotWritten(f"“{text[:20]}”{AS_TEXT}")
    return text


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


@dataclass(frozen=True, slots=True)
class ItemRows:
    """All rows that say something of one item: its own of each sheet, and those of 数据, which all items share; `rules`
    is the part of its text that they make."""

    line: SheetLine
    own: Mapping[str, Sequence[SheetLine]]
    rules: Json


@dataclass(frozen=True, slots=True)
class WorkbookItem:
    """One line of the sheet 事项 with all that belongs to it; `content` is there when it can be read as an item, and
    `rows` is what it was read from."""

    line: int
    code: str
    department: str = ""
    content: Json | None = None
    reasons: tuple[Reason, ...] = ()
    rows: ItemRows | None = None
