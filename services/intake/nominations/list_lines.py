"""One line of a no-application list: whom it names and for how much, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from stdnum.cn import uscc as credit_codes

from contracts.message import Id, TenantId
from contracts.refusal import Invalid, Reason
from contracts.written import (
    AS_TEXT,
    NotWritten,
    cell_address,
    column_letters,
    folded,
    has_lost_digits,
    is_error,
    plain_heading,
    plain_number,
    says_nothing,
)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "信用代码", "uscc", "credit_code"),
    "name": ("企业名称", "名称", "name"),
    "yuan": ("金额", "金额(元)", "yuan"),
    "wan": ("金额(万元)",),
}
BY_TITLE = {title: column for column, titles in COLUMNS.items() for title in titles}
FEN = {"yuan": 100, "wan": 1_000_000}
LARGEST_FEN = 10**14


class ListHeadingRefused(Invalid):
    """The table's heading cannot be understood; `reasons` names each column."""

    code = "list_heading_refused"
    sentence = "名单的表头有误，请按提示修改。"


class ListEmpty(Invalid):
    """The file has no heading, or no line under it."""

    code = "list_empty"
    sentence = "名单是空的：第一行应为表头，其下每行一家企业。"


@dataclass(frozen=True, slots=True)
class Home:
    """Where the enterprise of a line is at home, by the file that it has there."""

    tenant: TenantId
    enterprise_id: Id


@dataclass(frozen=True, slots=True)
class ListLine:
    """What one line says; with `reasons`, nothing of it is believed. Without an amount the rule's is meant."""

    line: int
    uscc: str = ""
    name: str | None = None
    amount_fen: int | None = None
    reasons: tuple[Reason, ...] = ()
    home: Home | None = None


@dataclass(frozen=True, slots=True)
class ListHeading:
    """Where each column stands, counted from 0."""

    titles: tuple[str, ...]
    places: Mapping[str, int]


def read_heading(cells: Sequence[str]) -> ListHeading:
    """Columns that mean nothing here (numbers, remarks) are let be. Raises ListHeadingRefused."""
    titles = tuple(cell.strip() for cell in cells)
    places: dict[str, int] = {}
    reasons: list[Reason] = []
    for place, title in enumerate(titles):
        heading = plain_heading(title)
        column = BY_TITLE.get(heading.casefold(), BY_TITLE.get(heading))
        if column is None:
            continue
        if column in places:
            text = f"{column_letters(place)} 列：“{title}”与前面的列是同一列。"
            reasons.append(Reason(code="column_twice", message=text, field=title))
        places.setdefault(column, place)
    if "uscc" not in places:
        title = COLUMNS["uscc"][0]
        reasons.append(Reason(code="column_missing", message=f"缺少“{title}”列。", field=title))
    if {"yuan", "wan"} <= places.keys():
        reasons.append(Reason(code="column_twice", message="金额只能有一列：“金额(元)”或“金额(万元)”。", field="金额"))
    if reasons:
        raise ListHeadingRefused(*reasons)
    return ListHeading(titles, places)


@dataclass(slots=True)
class ListReader:
    """Reads the lines of one list in their order, and knows whom it has named before."""

    heading: ListHeading
    _first: dict[str, int] = field(default_factory=dict)
    _line: int = 0
    _reasons: list[Reason] = field(default_factory=list)

    def read(self, line: int, cells: Sequence[str]) -> ListLine:
        """What the line says, or all that is wrong with it, cell by cell."""
        self._line, self._reasons = line, []
        titles = self.heading.titles
        if any(cell.strip() for cell in cells[len(titles) :]):
            text = f"该行有 {len(cells)} 列，表头只有 {len(titles)} 列"
            self._wrong("too_many_cells", text)
        cells = [*cells, *[""] * (len(titles) - len(cells))]
        code, name, fen = self._credit_code(cells), self._text(cells, "name"), self._fen(cells)
        if code:
            first = self._first.setdefault(code, line)
            if first != line:
                self._wrong("duplicate_line", f"与第 {first} 行是同一家企业", "uscc")
        return ListLine(line, code, name or None, fen, tuple(self._reasons))

    def unreadable(self, line: int, fault: str) -> ListLine:
        return ListLine(line, reasons=(Reason(code="line_unreadable", message=f"{fault}。"),))

    def _text(self, cells: Sequence[str], column: str) -> str:
        """What a cell says, empty for words for nothing and for what has been refused."""
        place = self.heading.places.get(column)
        text = folded(cells[place]) if place is not None else ""
        if is_error(text):
            self._wrong("cell_is_error", f"“{text[:20]}”是表格软件的错误值，请改正后再推送", column)
            return ""
        if has_lost_digits(text):
            self._wrong("digits_lost", f"“{text[:20]}”{AS_TEXT}", column)
            return ""
        return "" if says_nothing(text) else text

    def _credit_code(self, cells: Sequence[str]) -> str:
        before = len(self._reasons)
        text = self._text(cells, "uscc")
        if not text:
            if len(self._reasons) == before:
                self._wrong("cell_empty", "必填", "uscc")
            return ""
        code = re.sub(r"[\s‐‑‒–—―-]+", "", text).upper()
        if not credit_codes.is_valid(code):
            self._wrong("uscc_invalid", "不是有效的统一社会信用代码（18 位，含校验位），请核对是否抄错", "uscc")
            return ""
        return code

    def _fen(self, cells: Sequence[str]) -> int | None:
        column = next((each for each in FEN if each in self.heading.places), None)
        text = self._text(cells, column) if column is not None else ""
        if column is None or not text:
            return None
        try:
            fen = Fraction(plain_number(text)) * FEN[column]
        except NotWritten as error:
            self._wrong("value_invalid", error.why, column)
            return None
        if fen.denominator != 1 or not 0 < fen < LARGEST_FEN:
            self._wrong("value_invalid", "应为大于 0 的金额，至多到分", column)
            return None
        return int(fen)

    def _wrong(self, code: str, message: str, column: str | None = None) -> None:
        """Named as people see it: the cell, and the heading over it."""
        place = self.heading.places.get(column) if column is not None else None
        where = f"{cell_address(place, self._line)}：" if place is not None else ""
        title = self.heading.titles[place] if place is not None else None
        self._reasons.append(Reason(code=code, message=f"{where}{message}。", field=title))
