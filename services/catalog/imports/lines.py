"""One line of a table of enterprises: what it says, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter, ValidationError

from contracts.fact_sources import SourceKind
from contracts.names import OrganisationName, unseen_in
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.written import AS_TEXT, NotWritten, cell_address, day_written, folded, says_nothing
from services.catalog.enterprises.credit_code import checked_credit_code, never
from services.catalog.enterprises.domain import CreditCodeInvalid
from services.catalog.imports.fact_cells import CellRefused, spoiled_cell, value_of
from services.catalog.imports.headings import OPTIONAL_TEXT, FactColumn, Heading

NAME = TypeAdapter(OrganisationName)
MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
ROUNDED_CODE = re.compile(r"[0-9]{15}000\Z")
"""What is left of a code of digits that was a number for a while: Excel keeps fifteen of them."""

MOST_KNOWN = 50_000
"""Facts that a source's reader keeps at hand (some tens of megabytes)."""


@dataclass(frozen=True, slots=True)
class EnterpriseLine:
    """What one line says of one enterprise; with `reasons`, nothing of it is believed. `heading` is that of its table."""

    line: int
    uscc: str = ""
    name: str = ""
    industry: str | None = None
    contact_mobile: str | None = None
    facts: tuple[Fact, ...] = ()
    reasons: tuple[Reason, ...] = ()
    heading: Heading | None = None

    def title(self, column: str) -> str | None:
        """What the source calls a column: the heading as it is written, or the field of a record."""
        return self.heading.title(column) if self.heading is not None else column


@dataclass(slots=True)
class LineReader:
    """Reads the lines of one table. `source` says all of it, on `as_of` unless the line has a date of its own.

    `admitted`: whether two persons have admitted a credit code that fails its own check.
    """

    heading: Heading
    source: str
    source_kind: SourceKind | None
    as_of: date
    today: date
    admitted: Callable[[str], bool] = never
    _line: int = 0
    _reasons: list[Reason] = field(default_factory=list)
    _known: dict[tuple[int, str, date], Fact] = field(default_factory=dict)
    _like: dict[int, Fact] = field(default_factory=dict)

    def read(self, line: int, cells: Sequence[str]) -> EnterpriseLine:
        """What the line says, or all that is wrong with it, cell by cell."""
        self._reasons, self._line = [], line
        if len(cells) > len(self.heading.titles) and any(cell.strip() for cell in cells[len(self.heading.titles) :]):
            self._wrong("too_many_cells", f"该行有 {len(cells)} 列，表头只有 {len(self.heading.titles)} 列")
        cells = [*cells, *[""] * (len(self.heading.titles) - len(cells))]
        uscc = self._credit_code(self._cell(cells, "uscc"))
        name = self._name(self._cell(cells, "name"))
        industry = self._cell(cells, "industry") or None
        if industry is not None and len(industry) > 60:
            self._wrong("industry_too_long", "行业不能超过 60 个字", self.heading.fixed["industry"])
        mobile = "".join(folded(self._cell(cells, "contact_mobile") or "").split()) or None
        if mobile is not None and not MOBILE.match(mobile):
            self._wrong("mobile_invalid", "应为 11 位手机号码", self.heading.fixed["contact_mobile"])
        as_of = self._as_of(self._cell(cells, "as_of"))
        facts = tuple(
            fact
            for column in self.heading.facts
            if (text := cells[column.place].strip()) and (fact := self._fact(column, text, as_of)) is not None
        )
        if self._reasons:
            return EnterpriseLine(line, reasons=tuple(self._reasons))
        return EnterpriseLine(line, uscc, name, industry, mobile, facts, heading=self.heading)

    def _cell(self, cells: Sequence[str], column: str) -> str | None:
        """What a fixed column says; nothing for words for nothing, None for what has been refused already."""
        place = self.heading.fixed.get(column)
        text = cells[place].strip() if place is not None else ""
        if place is not None and (spoiled := spoiled_cell(text)) is not None:
            self._wrong(*spoiled, place)
            return None
        return "" if says_nothing(text, in_text=column in OPTIONAL_TEXT) else text

    def _credit_code(self, text: str | None) -> str:
        if text is None:
            return ""
        place = self.heading.fixed["uscc"]
        code = folded(text)
        if not code or (ROUNDED_CODE.match(code) and not self.admitted(code)):
            why = "必填" if not code else f"末三位都是 0：{AS_TEXT}"
            self._wrong("cell_empty" if not code else "digits_lost", why, place)
            return ""
        try:
            return checked_credit_code(code, self.admitted)
        except CreditCodeInvalid as error:
            self._wrong(error.code, error.message.rstrip("。"), place)
            return ""

    def _name(self, text: str | None) -> str:
        if text is None:
            return ""
        try:
            return NAME.validate_python(text)
        except ValidationError:
            wrong = ("name_invalid", wrong_with_name(text)) if text else ("cell_empty", "必填")
            self._wrong(*wrong, self.heading.fixed["name"])
            return ""

    def _as_of(self, text: str | None) -> date:
        if not text:
            return self.as_of
        try:
            found = day_written(text)
        except NotWritten as error:
            self._wrong("as_of_invalid", error.why, self.heading.fixed["as_of"])
            return self.as_of
        if found > self.today:
            self._wrong("as_of_invalid", "数据日期晚于今天", self.heading.fixed["as_of"])
            return self.as_of
        return found

    def _fact(self, column: FactColumn, text: str, as_of: date) -> Fact | None:
        """Most cells of a table are the same few words: what they say is made once."""
        key = (column.place, text, as_of)
        known = self._known.get(key)
        if known is None:
            known = self._fact_read(column, text, as_of)
            if known is not None and len(self._known) < MOST_KNOWN:
                self._known[key] = known
        return known

    def _fact_read(self, column: FactColumn, text: str, as_of: date) -> Fact | None:
        try:
            value = value_of(column, text)
        except CellRefused as error:
            self._wrong(error.code, error.why, column.place)
            return None
        if value is None:
            return None
        # Everything that the model would check has been checked: the heading's parts once, the value just now.
        like = self._like.get(column.place)
        if like is None:
            like = self._like[column.place] = Fact.model_construct(
                name=column.name,
                kind=column.kind,
                value=value,
                unit=column.unit,
                period=column.period,
                source=self.source,
                source_kind=self.source_kind,
                as_of=as_of,
                valid_until=None,
            )
        return like.model_copy(update={"value": value, "as_of": as_of})

    def _wrong(self, code: str, message: str, place: int | None = None) -> None:
        """Named as people see it: the cell, and the heading over it."""
        title = self.heading.titles[place] if place is not None else None
        where = f"{cell_address(place, self._line)}：" if place is not None else ""
        self._reasons.append(Reason(code=code, message=f"{where}{message}。", field=title))


def wrong_with_name(text: str) -> str:
    """Why this is no name of an enterprise."""
    unseen = unseen_in(text.strip())
    return f"企业名称{unseen.sentence}" if unseen is not None else "企业名称应为 2 至 120 个字"
