"""What is on offer, in columns: filters, counts and order of ten thousand items in a millisecond.

Each process keeps a copy, read from the database and brought up to its newest revision before each answer. Full
text stays where its index is; to count and sort there what a common word finds took three times as long as to
find it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from chassis.read.reader import Reader
from contracts.item import ItemStatus
from contracts.search import WindowState
from services.catalog.search.domain import SOON, amount_band
from services.catalog.search_index.words import name_of

NEVER, ALWAYS = date.max.toordinal(), date.min.toordinal()

OVER = frozenset({ItemStatus.EXPIRED.value, ItemStatus.SUPERSEDED.value})
"""What is said of a document that is in force no more."""

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

CHANGED = (
    "SELECT number, tenant, revision, on_offer, extract(epoch FROM published_at)::bigint AS published,"
    " max_amount_fen, opens, closes, shown ->> 'title' AS title, shown ->> 'level' AS level, shown ->> 'theme' AS theme,"
    " shown ->> 'mode' AS mode, shown ->> 'benefit_kind' AS benefit_kind, shown ->> 'department' AS department,"
    " shown ->> 'status' AS status,"
    " ARRAY(SELECT jsonb_array_elements_text(shown -> 'industries')) AS industry FROM search_document d"
    " WHERE d.revision > coalesce((CAST(:known AS jsonb) ->> d.tenant)::bigint, 0)"
)
REVISIONS = "SELECT tenant, revision FROM catalogue_revision"


@dataclass(frozen=True, slots=True)
class Values:
    """One filter's values. Item `rows[n]` has the value `names[codes[n]]`; an item may have several, or none."""

    names: tuple[str, ...]
    rows: NDArray[np.intp]
    codes: NDArray[np.intp]

    def having(self, chosen: tuple[str, ...], size: int) -> Mask:
        """Items with any of these values."""
        wanted = np.isin(self.codes, [place for place, name in enumerate(self.names) if name in chosen])
        mask = np.zeros(size, dtype=bool)
        mask[self.rows[wanted]] = True
        return mask

    def counts(self, mask: Mask) -> dict[str, int]:
        """How many of the items have each value; values that none has are left out."""
        counted = np.bincount(self.codes[mask[self.rows]], minlength=len(self.names))
        return {name: int(count) for name, count in zip(self.names, counted, strict=True) if count}


class Offers:
    """All items on offer at one moment, in the order of their numbers."""

    def __init__(self, rows: Mapping[int, Any], revisions: Mapping[str, int]) -> None:
        self.revisions = dict(revisions)
        self._rows = rows
        offers = [rows[number] for number in sorted(rows) if rows[number]["on_offer"]]
        self.numbers: Numbers = np.array([each["number"] for each in offers], dtype=np.int64)
        self.published: Numbers = np.array([each["published"] for each in offers], dtype=np.int64)
        amounts = [-1 if each["max_amount_fen"] is None else each["max_amount_fen"] for each in offers]
        self.max_amount: Numbers = np.array(amounts, dtype=np.int64)
        self.opens: Numbers = np.array([_day(each["opens"], ALWAYS) for each in offers], dtype=np.int64)
        self.closes: Numbers = np.array([_day(each["closes"], NEVER) for each in offers], dtype=np.int64)
        self.over: Mask = np.array([each["status"] in OVER for each in offers], dtype=bool)
        self.names = [name_of(each["title"]) for each in offers]
        self.values = {
            name: _values([(each[name],) for each in offers])
            for name in ("tenant", "level", "theme", "mode", "benefit_kind", "department")
        }
        self.values["industry"] = _values([tuple(each["industry"]) for each in offers])
        self.values["amount"] = _values([(amount_band(each["max_amount_fen"]).value,) for each in offers])

    def __len__(self) -> int:
        return len(self.numbers)

    def later(self, changed: Mapping[int, Any], revisions: Mapping[str, int]) -> Offers:
        """The same with what has changed since."""
        return Offers({**self._rows, **changed}, revisions)

    def places(self, numbers: Numbers) -> tuple[NDArray[np.intp], Mask]:
        """Where these items stand, and which of `numbers` are here at all."""
        places = np.searchsorted(self.numbers, numbers)
        places[places == len(self)] = 0
        known = self.numbers[places] == numbers if len(self) else np.zeros(len(numbers), dtype=bool)
        return places[known], known

    def windows(self, today: date) -> dict[str, Mask]:
        """For each state of the window the items that are in it on that day."""
        day = today.toordinal()
        closed, early = self.closes < day, self.opens > day
        is_open = ~closed & ~early
        soon = is_open & (self.closes <= (today + SOON).toordinal())
        states = {
            WindowState.OPEN: is_open,
            WindowState.CLOSING_SOON: soon,
            WindowState.NOT_YET_OPEN: early & ~closed,
            WindowState.CLOSED: closed,
        }
        return {state.value: mask for state, mask in states.items()}

    @cached_property
    def everything(self) -> Mask:
        return np.ones(len(self), dtype=bool)

    @cached_property
    def nothing(self) -> Mask:
        return np.zeros(len(self), dtype=bool)


class Shelf:
    """The newest offers that this process has seen; asked for them, it sees whether there are newer ones."""

    def __init__(self) -> None:
        self._offers = Offers({}, {})
        self._reading = threading.Lock()

    def offers(self, reader: Reader) -> Offers:
        """What is on offer now: whatever was committed before the question is in it."""
        revisions = {row.tenant: row.revision for row in reader.execute(REVISIONS)}
        if revisions != self._offers.revisions:
            with self._reading:
                self._read(reader)
        return self._offers

    def _read(self, reader: Reader) -> None:
        """Read again what changed; a change in between is read now and once more the next time."""
        revisions = {row.tenant: row.revision for row in reader.execute(REVISIONS)}
        known = self._offers.revisions
        if revisions != known:
            rows = reader.execute(CHANGED, {"known": orjson.dumps(known).decode()}).mappings()
            self._offers = self._offers.later({row["number"]: row for row in rows}, revisions)


def _values(of_items: list[tuple[str, ...]]) -> Values:
    names: dict[str, int] = {}
    pairs = [(row, names.setdefault(name, len(names))) for row, values in enumerate(of_items) for name in values]
    rows = np.array([row for row, _code in pairs], dtype=np.intp)
    return Values(tuple(names), rows, np.array([code for _row, code in pairs], dtype=np.intp))


def _day(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()
