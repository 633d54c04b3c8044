"""One fact about one period, over all enterprises: sorted rows, exact integers, the day it expires.

A column keeps facts without loss, so that the plain evaluator can be asked about any row. Numbers are kept as
whole multiples of a power of ten in the unit in which they came ("2.50 万元" is 250 at two decimals), so every
comparison is one of integers and exact. Whatever does not fit an integer is kept in the dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from contracts.rule import Fact, FactKind

Rows = NDArray[np.int32]
NEVER = 99_991_231
"""`until` of a fact that does not expire, as yyyymmdd."""

LISTED = 0
"""The form of values that are kept in the dictionary: flags, codes, and what fits nowhere else."""

DAY = 1
"""The form of dates: yyyymmdd."""

_FORMS = 255
_LARGEST = 1 << 62
_PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SOURCE = "matching"
_AS_OF = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How a number is written: its unit and how many decimals."""

    unit: str
    decimals: int


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """Some rows of a column: `forms`, `values` and `untils` belong to `rows`, one by one."""

    rows: Rows
    forms: NDArray[np.uint8]
    values: NDArray[np.int64]
    untils: NDArray[np.int32]


def day_number(day: date) -> int:
    """yyyymmdd: days compare as these numbers do."""
    return day.year * 10_000 + day.month * 100 + day.day


def _empty() -> ColumnPart:
    return ColumnPart(np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.int64), np.empty(0, np.int32))


@dataclass(slots=True)
class BitmapColumn:
    """The current fact `name` about `period` of every enterprise that has one."""

    name: str
    period: str | None
    all: ColumnPart = field(default_factory=_empty)
    number_forms: list[NumberForm] = field(default_factory=list)
    dictionary: list[Fact] = field(default_factory=list)
    _form_ids: dict[NumberForm, int] = field(default_factory=dict)
    _entries: dict[tuple[object, ...], int] = field(default_factory=dict)

    def put(self, changes: Mapping[int, Fact | None]) -> None:
        """Set or remove (None) the fact of these rows. Costs one pass over the column, however many."""
        gone = np.fromiter(changes, np.int32, len(changes))
        old = self.all
        kept = np.ones(len(old.rows), np.bool_)
        kept[np.isin(old.rows, gone)] = False
        new = sorted((row, *self.encode(fact)) for row, fact in changes.items() if fact is not None)
        rows = np.array([entry[0] for entry in new], np.int32)
        at = np.searchsorted(old.rows[kept], rows)
        self.all = ColumnPart(
            np.insert(old.rows[kept], at, rows),
            np.insert(old.forms[kept], at, [entry[1] for entry in new]),
            np.insert(old.values[kept], at, [entry[2] for entry in new]),
            np.insert(old.untils[kept], at, [entry[3] for entry in new]),
        )

    def load(self, rows: Rows, forms: NDArray[np.uint8], values: NDArray[np.int64], untils: NDArray[np.int32]) -> None:
        """Take whole arrays, encoded with `form_of` and `entry_of`; `rows` ascending, each once."""
        self.all = ColumnPart(rows, forms, values, untils)

    def part(self, rows: Rows) -> ColumnPart:
        """Those of `rows` (ascending) that have the fact."""
        mine = self.all
        at = np.searchsorted(mine.rows, rows)
        at[at == len(mine.rows)] = 0
        hit = at[mine.rows[at] == rows] if len(mine.rows) else at[:0]
        return ColumnPart(mine.rows[hit], mine.forms[hit], mine.values[hit], mine.untils[hit])

    def fact(self, row: int) -> Fact | None:
        """The row's fact as it came, but for who said it and when."""
        mine = self.all
        at = int(mine.rows.searchsorted(np.int32(row)))
        if at == len(mine.rows) or mine.rows[at] != row:
            return None
        return self.decode(int(mine.forms[at]), int(mine.values[at]), int(mine.untils[at]))

    def facts(self, part: ColumnPart) -> Iterator[Fact]:
        """The facts of a part, row by row."""
        for form, value, until in zip(part.forms.tolist(), part.values.tolist(), part.untils.tolist(), strict=True):
            yield self.decode(form, value, until)

    def encode(self, fact: Fact) -> tuple[int, int, int]:
        """(form, value, until)."""
        until = NEVER if fact.valid_until is None else day_number(fact.valid_until)
        if isinstance(fact.value, str):
            if fact.kind is FactKind.NUMBER and fact.unit is not None:
                whole, _, decimals = fact.value.partition(".")
                form = self.form_of(fact.unit, len(decimals))
                value = int(whole + decimals)
                if form != LISTED and abs(value) < _LARGEST:
                    return form, value, until
            elif fact.kind is FactKind.DATE and _PLAIN_DATE.match(fact.value):
                return DAY, int(fact.value.replace("-", "")), until
        return LISTED, self.entry_of(fact.kind, fact.value, fact.unit), until

    def form_of(self, unit: str, decimals: int) -> int:
        """The form of such numbers; LISTED when there are too many ways of writing this fact already."""
        form = NumberForm(unit, decimals)
        found = self._form_ids.get(form)
        if found is None:
            found = len(self.number_forms) + DAY + 1
            if found > _FORMS:
                return LISTED
            self.number_forms.append(form)
            self._form_ids[form] = found
        return found

    def entry_of(self, kind: FactKind, value: bool | str | tuple[str, ...], unit: str | None = None) -> int:
        """Where the dictionary has this value."""
        key = (kind, unit, value)
        found = self._entries.get(key)
        if found is None:
            found = self._entries[key] = len(self.dictionary)
            self.dictionary.append(self._plain(kind, value, unit))
        return found

    def decode(self, form: int, value: int, until: int) -> Fact:
        """The fact that was encoded so."""
        if form == LISTED:
            fact = self.dictionary[value]
        elif form == DAY:
            text = f"{value:08d}"
            fact = self._plain(FactKind.DATE, f"{text[:4]}-{text[4:6]}-{text[6:]}", None)
        else:
            written = self.number_forms[form - DAY - 1]
            fact = self._plain(FactKind.NUMBER, number_text(value, written.decimals), written.unit)
        if until == NEVER:
            return fact
        return fact.model_copy(update={"valid_until": date(until // 10_000, until // 100 % 100, until % 100)})

    def forms_in(self, part: ColumnPart) -> Iterable[int]:
        """The forms that occur in the part; nearly always one."""
        if not len(part.rows):
            return ()
        first = part.forms[0]
        return (int(first),) if (part.forms == first).all() else np.unique(part.forms).tolist()

    def _plain(self, kind: FactKind, value: bool | str | tuple[str, ...], unit: str | None) -> Fact:
        return Fact.model_construct(
            name=self.name, kind=kind, value=value, unit=unit, period=self.period,
            source=_SOURCE, as_of=_AS_OF, valid_until=None,
        )  # fmt: skip


def number_text(value: int, decimals: int) -> str:
    """250 at two decimals is `2.50`."""
    if not decimals:
        return str(value)
    digits = f"{abs(value):0{decimals + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"
