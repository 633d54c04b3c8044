"""The facts of all enterprises of one tenant, column by column, as they stand on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from contracts.rule import Fact, ParameterValue
from services.catalog.matching.engine.bitmaps import words_for
from services.catalog.matching.engine.columns import BitmapColumn, day_number

ColumnKey = tuple[str, str | None]
"""A fact's name and the period that it is about."""

Figures = Mapping[str, tuple[ParameterValue, ...]]
"""Outside figures by the place whose items rest on them: its own and those of the levels above it."""


class EngineFacts:
    """`count` rows have been given out; a row is one enterprise for as long as the process lives.

    `present` says which rows are enterprises now; `outside` are the outside figures by whose items rest on them.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.today_number = day_number(today)
        self.count = 0
        self.words = words_for(1)
        self.columns: dict[ColumnKey, BitmapColumn] = {}
        self.outside: Figures = {}
        self.present: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._periods: dict[str, list[BitmapColumn]] = {}

    def column(self, key: ColumnKey) -> BitmapColumn:
        """The column, made if there is none yet."""
        found = self.columns.get(key)
        if found is None:
            found = self.columns[key] = BitmapColumn(*key)
            self._periods.setdefault(key[0], []).append(found)
        return found

    def figures(self, whose: str, names: Iterable[str]) -> tuple[ParameterValue, ...]:
        """The outside figures with these names that the items of `whose` rest on."""
        wanted = frozenset(names)
        return tuple(figure for figure in self.outside.get(whose, ()) if figure.name in wanted)

    def named(self, names: Iterable[str]) -> list[BitmapColumn]:
        """All columns of these facts, whatever their period."""
        return [column for name in sorted(names) for column in self._periods.get(name, ())]

    def grow(self, count: int) -> bool:
        """Make room for `count` rows in all; whether the bitmaps have become longer."""
        self.count = max(self.count, count)
        if count > len(self.present):
            self.present = np.concatenate((self.present, np.zeros(count + count // 8 - len(self.present), np.bool_)))
        if words_for(self.count) <= self.words:
            return False
        self.words = words_for(self.count + self.count // 8)
        return True

    def put(self, changes: Mapping[ColumnKey, Mapping[int, Fact | None]]) -> None:
        for key, rows in changes.items():
            if key in self.columns or any(fact is not None for fact in rows.values()):
                self.column(key).put(rows)

    def advance(self, today: date) -> list[ColumnKey]:
        """Let the day come; the columns in which something expired with the day before, or came back."""
        then, now = sorted((self.today_number, day_number(today)))
        self.today, self.today_number = today, day_number(today)
        return [
            key
            for key, column in self.columns.items()
            if bool(np.any((column.all.untils >= then) & (column.all.untils < now)))
        ]
