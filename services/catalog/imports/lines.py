"""One line of a table of enterprises: what it says, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter, ValidationError

from contracts.fact_sources import SourceKind
from contracts.names import OrganisationName, unseen_in
from contracts.refusal import Reason
from contracts.rule import Fact
from contracts.rule.facts import FactKind
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import CreditCodeInvalid
from services.catalog.imports.headings import FactColumn, Heading

NAME = TypeAdapter(OrganisationName)
MOBILE = re.compile(r"1[3-9]\d{9}\Z")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?\Z")
CODE = re.compile(r"\S{1,64}\Z")
DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?\Z")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
SEPARATORS = re.compile(r"[;；、]")
MOST_KNOWN = 50_000
"""Facts that a source's reader keeps at hand (some tens of megabytes)."""

WORDS_OF_FLAGS = {
    **dict.fromkeys(("是", "有", "true", "1", "y", "yes"), True),
    **dict.fromkeys(("否", "无", "false", "0", "n", "no"), False),
}
WRONG_VALUE = {
    FactKind.NUMBER: "应为数字（如 1234.56）",
    FactKind.FLAG: "应为“是”或“否”",
    FactKind.CODE: "应为一个代码，不含空格",
    FactKind.CODES: "应为若干代码，以分号隔开",
    FactKind.DATE: "应为日期（如 2026-01-31）",
    FactKind.NUMBERS: "应为若干数字，以分号隔开",
}


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
    """Reads the lines of one table. `source` says all of it, on `as_of` unless the line has a date of its own."""

    heading: Heading
    source: str
    source_kind: SourceKind | None
    as_of: date
    today: date
    _reasons: list[Reason] = field(default_factory=list)
    _known: dict[tuple[int, str, date], Fact] = field(default_factory=dict)
    _like: dict[int, Fact] = field(default_factory=dict)

    def read(self, line: int, cells: Sequence[str]) -> EnterpriseLine:
        """What the line says, or all that is wrong with it."""
        self._reasons = []
        if len(cells) > len(self.heading.titles) and any(cell.strip() for cell in cells[len(self.heading.titles) :]):
            self._wrong("too_many_cells", f"该行有 {len(cells)} 列，表头只有 {len(self.heading.titles)} 列")
        cells = [*cells, *[""] * (len(self.heading.titles) - len(cells))]
        uscc = self._credit_code(self._cell(cells, "uscc"))
        name = self._name(self._cell(cells, "name"))
        industry = self._cell(cells, "industry") or None
        if industry is not None and len(industry) > 60:
            self._wrong("industry_too_long", "行业不能超过 60 个字", self.heading.title("industry"))
        mobile = "".join(self._cell(cells, "contact_mobile").split()) or None
        if mobile is not None and not MOBILE.match(mobile):
            self._wrong("mobile_invalid", "应为 11 位手机号码", self.heading.title("contact_mobile"))
        as_of = self._as_of(self._cell(cells, "as_of"))
        facts = tuple(
            fact
            for column in self.heading.facts
            if (text := cells[column.place].strip()) and (fact := self._fact(column, text, as_of)) is not None
        )
        if self._reasons:
            return EnterpriseLine(line, reasons=tuple(self._reasons))
        return EnterpriseLine(line, uscc, name, industry, mobile, facts, heading=self.heading)

    def _cell(self, cells: Sequence[str], column: str) -> str:
        place = self.heading.fixed.get(column)
        return cells[place].strip() if place is not None else ""

    def _credit_code(self, text: str) -> str:
        try:
            return checked_credit_code(text)
        except CreditCodeInvalid as error:
            self._wrong(error.code, error.message.rstrip("。"), self.heading.title("uscc"))
            return ""

    def _name(self, text: str) -> str:
        try:
            return NAME.validate_python(text)
        except ValidationError:
            self._wrong("name_invalid", wrong_with_name(text), self.heading.title("name"))
            return ""

    def _as_of(self, text: str) -> date:
        if not text:
            return self.as_of
        found = read_date(text)
        if found is None or found > self.today:
            why = WRONG_VALUE[FactKind.DATE] if found is None else "数据日期晚于今天"
            self._wrong("as_of_invalid", why, self.heading.title("as_of"))
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
        value = value_of(column, text)
        if value is None:
            self._wrong("value_invalid", WRONG_VALUE[column.kind], column.heading)
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

    def _wrong(self, code: str, message: str, column: str | None = None) -> None:
        self._reasons.append(Reason(code=code, message=f"{message}。", field=column))


def wrong_with_name(text: str) -> str:
    """Why this is no name of an enterprise."""
    unseen = unseen_in(text.strip())
    return f"企业名称{unseen.sentence}" if unseen is not None else "企业名称应为 2 至 120 个字"


def value_of(column: FactColumn, text: str) -> bool | str | tuple[str, ...] | None:
    """The value as facts of this kind are written; None if the cell says something else."""
    if column.kind is FactKind.NUMBER:
        return _number(text)
    if column.kind is FactKind.NUMBERS:
        numbers = tuple(_number(part.strip()) for part in SEPARATORS.split(text) if part.strip())
        listed = tuple(each for each in numbers if each is not None)
        return listed if len(listed) == len(numbers) <= 200 else None
    if column.kind is FactKind.FLAG:
        return WORDS_OF_FLAGS.get(text.lower())
    if column.kind is FactKind.DATE:
        found = read_date(text)
        return found.isoformat() if found is not None else None
    if column.kind is FactKind.CODE:
        code = column.codes.get(text, text)
        return code if CODE.match(code) else None
    codes = tuple(column.codes.get(part.strip(), part.strip()) for part in SEPARATORS.split(text) if part.strip())
    return codes if len(codes) <= 200 and all(CODE.match(code) for code in codes) else None


def _number(text: str) -> str | None:
    plain = text.replace(",", "").replace("，", "")
    return plain if NUMBER.match(plain) else None


def read_date(text: str) -> date | None:
    """2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日 or 20260131; a time of day after it is passed over."""
    day = text.partition(" ")[0]
    match = COMPACT_DATE.match(day) or DATE.match(day)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
