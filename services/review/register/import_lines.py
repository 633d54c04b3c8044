"""One line of a table of earlier awards: what it says, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from stdnum.cn import uscc as credit_codes

from contracts.refusal import Reason
from contracts.rule import AwardKey, Level
from contracts.written import (
    AS_TEXT,
    NotWritten,
    cell_address,
    day_written,
    folded,
    has_lost_digits,
    is_error,
    plain_number,
    says_nothing,
)
from services.review.register.import_headings import AwardHeading

FAMILY = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
CODE = re.compile(r"\S{1,64}\Z")
CLAIM = re.compile(r"\S{1,60}\Z")
YEAR = re.compile(r"(19[89][0-9]|2[01][0-9]{2})(?:年度?)?\Z")
INSTALMENT = re.compile(r"第?([1-9][0-9]?)期?\Z")
SEPARATORS = re.compile(r"[;；、]")
FEN = {"yuan": 100, "wan": 1_000_000}
LARGEST_FEN = 10**14
MOST_KEYS = 200
LEVELS = {
    "国家": Level.NATIONAL,
    "国家级": Level.NATIONAL,
    "中央": Level.NATIONAL,
    "省": Level.PROVINCE,
    "省级": Level.PROVINCE,
    "市": Level.CITY,
    "市级": Level.CITY,
    "县": Level.COUNTY,
    "县级": Level.COUNTY,
    "区": Level.COUNTY,
    "区级": Level.COUNTY,
    "县区": Level.COUNTY,
    "县(区)": Level.COUNTY,
    **{level.value: level for level in Level},
}


@dataclass(frozen=True, slots=True)
class AwardLine:
    """What one line says of one award; with `reasons`, nothing of it is believed. `level`: absent, the tenant's own."""

    line: int
    uscc: str = ""
    family: str = ""
    title: str = ""
    year: int = 0
    fen: int = 0
    granted_on: date = date.min
    level: Level | None = None
    part: str | None = None
    instalment: int = 1
    claim: str | None = None
    keys: tuple[AwardKey, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class AwardLineReader:
    """Reads the lines of one table."""

    heading: AwardHeading
    today: date
    _line: int = 0
    _reasons: list[Reason] = field(default_factory=list)

    def read(self, line: int, cells: Sequence[str]) -> AwardLine:
        """What the line says, or all that is wrong with it, cell by cell."""
        self._reasons, self._line = [], line
        titles = self.heading.titles
        if any(cell.strip() for cell in cells[len(titles) :]):
            self._wrong("too_many_cells", f"该行有 {len(cells)} 列，表头只有 {len(titles)} 列")
        cells = [*cells, *[""] * (len(titles) - len(cells))]
        found = AwardLine(
            line,
            uscc=self._credit_code(cells),
            family=self._matching(cells, "family", FAMILY, "应为事项编码（字母、数字、-、_，至多 64 位）", needed=True),
            title=self._text(cells, "title", 200) or "",
            year=int(self._matching(cells, "year", YEAR, "应为四位年度（如 2024）", needed=True) or 0),
            fen=self._fen(cells),
            granted_on=self._day(cells),
            level=self._level(cells),
            part=self._text(cells, "part", 60),
            instalment=int(self._matching(cells, "instalment", INSTALMENT, "应为第几期（1 至 60）") or 1),
            claim=self._matching(cells, "claim", CLAIM, "应为申报编号，不含空格，至多 60 位") or None,
            keys=self._keys(cells),
        )
        if found.instalment > 60:
            self._wrong("value_invalid", "应为第几期（1 至 60）", self.heading.fixed["instalment"])
        return AwardLine(line, reasons=tuple(self._reasons)) if self._reasons else found

    def _cell(self, cells: Sequence[str], place: int | None) -> str | None:
        """What a column says; nothing for words for nothing, None for what has been refused."""
        text = folded(cells[place]) if place is not None else ""
        if place is not None and is_error(text):
            self._wrong("cell_is_error", f"“{text[:20]}”是表格软件的错误值，请改正后再导入", place)
            return None
        if place is not None and has_lost_digits(text):
            self._wrong("digits_lost", f"“{text[:20]}”{AS_TEXT}", place)
            return None
        return "" if says_nothing(text) else text

    def _given(self, cells: Sequence[str], column: str, *, needed: bool = False) -> str | None:
        place = self.heading.fixed.get(column)
        text = self._cell(cells, place)
        if needed and text == "":
            self._wrong("cell_empty", "必填", place)
        return text or None

    def _matching(
        self, cells: Sequence[str], column: str, pattern: re.Pattern[str], why: str, *, needed: bool = False
    ) -> str:
        text = self._given(cells, column, needed=needed)
        if text is None:
            return ""
        found = pattern.match("".join(text.split()) if column != "claim" else text)
        if found is None:
            self._wrong("value_invalid", why, self.heading.fixed[column])
            return ""
        return found[1] if pattern.groups else found[0]

    def _text(self, cells: Sequence[str], column: str, longest: int) -> str | None:
        text = self._given(cells, column)
        if text is not None and len(text) > longest:
            self._wrong("value_invalid", f"至多 {longest} 个字", self.heading.fixed[column])
        return text

    def _credit_code(self, cells: Sequence[str]) -> str:
        text = self._given(cells, "uscc", needed=True)
        if text is None:
            return ""
        code = re.sub(r"[\s‐‑‒–—―-]+", "", text).upper()
        if not credit_codes.is_valid(code):
            self._wrong(
                "uscc_invalid",
                "不是有效的统一社会信用代码（18 位，含校验位），请核对是否抄错",
                self.heading.fixed["uscc"],
            )
        return code

    def _fen(self, cells: Sequence[str]) -> int:
        column = "yuan" if "yuan" in self.heading.fixed else "wan"
        text = self._given(cells, column, needed=True)
        if text is None:
            return 0
        try:
            fen = Fraction(plain_number(text)) * FEN[column]
        except NotWritten as error:
            self._wrong("value_invalid", error.why, self.heading.fixed[column])
            return 0
        if fen.denominator != 1 or not 0 < fen < LARGEST_FEN:
            self._wrong("value_invalid", "应为大于 0 的金额，至多到分；追回过的写净额", self.heading.fixed[column])
            return 0
        return int(fen)

    def _day(self, cells: Sequence[str]) -> date:
        text = self._given(cells, "granted_on", needed=True)
        try:
            found = day_written(text) if text is not None else date.min
        except NotWritten as error:
            self._wrong("value_invalid", error.why, self.heading.fixed["granted_on"])
            return date.min
        if found > self.today:
            self._wrong("value_invalid", "日期晚于今天", self.heading.fixed["granted_on"])
        return found

    def _level(self, cells: Sequence[str]) -> Level | None:
        text = self._given(cells, "level")
        if text is not None and text not in LEVELS:
            self._wrong("value_invalid", "应为“国家级”“省级”“市级”或“县级”", self.heading.fixed["level"])
        return LEVELS.get(text) if text is not None else None

    def _keys(self, cells: Sequence[str]) -> tuple[AwardKey, ...]:
        keys: list[AwardKey] = []
        for fact, place in sorted(self.heading.keys.items()):
            codes = [each.strip() for each in SEPARATORS.split(self._cell(cells, place) or "") if each.strip()]
            if any(CODE.match(code) is None for code in codes):
                self._wrong("value_invalid", "应为编号，不含空格，几个以分号隔开，每个至多 64 位", place)
            else:
                keys += [AwardKey(fact=fact, value=code) for code in sorted(set(codes))]
        if len(keys) > MOST_KEYS:
            self._wrong("value_invalid", f"编号至多 {MOST_KEYS} 个")
        return tuple(keys)

    def _wrong(self, code: str, message: str, place: int | None = None) -> None:
        """Named as people see it: the cell, and the heading over it."""
        title = self.heading.titles[place] if place is not None else None
        where = f"{cell_address(place, self._line)}：" if place is not None else ""
        self._reasons.append(Reason(code=code, message=f"{where}{message}。", field=title))
