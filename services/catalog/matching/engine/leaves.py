"""All distinct conditions with their two bitmaps: *met*, and *known* (it can be told); the rest is undetermined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.rule import FactSheet, State
from rules.eligibility import decide
from rules.facts import FactReader
from services.catalog.matching.engine.bitmaps import Bitmaps, Words, pack
from services.catalog.matching.engine.compiling import Computed
from services.catalog.matching.engine.computed import decide_computed
from services.catalog.matching.engine.conditions import Leaf, evaluate
from services.catalog.matching.engine.facts import EngineFacts
from services.catalog.matching.engine.wiring import Ranks

ANY_FACT = ""
"""Under this name is all that is computed, even if no fact is read."""


@dataclass(slots=True)
class _Slot:
    leaf: Leaf | Computed
    met: int
    known: int
    shares: tuple[object, ...] | None


class Leaves:
    """Leaf ids are small and used again. Conditions that can be told for the same facts share one *known*."""

    def __init__(self, facts: EngineFacts) -> None:
        self._facts = facts
        self.bits = Bitmaps(facts.words)
        self._slots: list[_Slot | None] = []
        self._free: list[int] = []
        self._ids: dict[Leaf | Computed, int] = {}
        self._known: dict[tuple[object, ...], list[int]] = {}
        self._of_column: dict[tuple[str, str | None], set[int]] = {}
        self._of_name: dict[str, set[int]] = {}
        self._of_figure: dict[tuple[str, str], set[int]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def id_of(self, leaf: Leaf | Computed) -> int:
        """The leaf's id; a new one is evaluated over all enterprises."""
        found = self._ids.get(leaf)
        if found is not None:
            return found
        shares = leaf.comparability if isinstance(leaf, Leaf) else None
        known = self._known.setdefault(shares, [self.bits.take(), 0]) if shares else [self.bits.take(), 0]
        known[1] += 1
        slot = _Slot(leaf, self.bits.take(), known[0], shares)
        if self._free:
            found = self._free.pop()
            self._slots[found] = slot
        else:
            found = len(self._slots)
            self._slots.append(slot)
        self._ids[leaf] = found
        for home, key in self._homes(leaf):
            home.setdefault(key, set()).add(found)
        self._fill(slot, with_known=known[1] == 1)
        return found

    def forget(self, ids: Iterable[int]) -> None:
        """No item uses these any more."""
        for id in ids:
            slot = self.slot(id)
            del self._ids[slot.leaf]
            for home, key in self._homes(slot.leaf):
                home[key].discard(id)
            self.bits.give_back(slot.met)
            self._release_known(slot)
            self._slots[id] = None
            self._free.append(id)

    def slot(self, id: int) -> _Slot:
        found = self._slots[id]
        assert found is not None, "the leaf is gone"
        return found

    def row_pairs(self) -> Sequence[tuple[int, int]]:
        """(met, known) rows by leaf id; (0, 0) where there is none."""
        return [(slot.met, slot.known) if slot else (0, 0) for slot in self._slots]

    def met(self, id: int) -> Words:
        return self.bits.row(self.slot(id).met)

    def known(self, id: int) -> Words:
        return self.bits.row(self.slot(id).known)

    def ranks(self, pairs: NDArray[np.intp], row: int) -> Ranks:
        """The rank of each leaf for one enterprise; `pairs` is `row_pairs` as an array."""
        met = self.bits.bit_of(pairs[:, 0], row).view(np.int8)
        known = self.bits.bit_of(pairs[:, 1], row).view(np.int8)
        ranks: Ranks = 1 + met + met - known
        return ranks

    def widen(self, words: int) -> None:
        self.bits.widen(words)

    def refresh(self, columns: Iterable[tuple[str, str | None]]) -> None:
        """Evaluate anew what depends on these columns, for all enterprises."""
        wanted = list(columns)
        ids = {id for column in wanted for id in self._of_column.get(column, ())}
        ids |= {id for name, _ in wanted for id in self._of_name.get(name, ())}
        done: set[int] = set()
        for id in ids:
            slot = self.slot(id)
            self._fill(slot, with_known=slot.known not in done)
            done.add(slot.known)

    def refresh_rows(self, column: tuple[str, str | None], rows: NDArray[np.int32]) -> None:
        """Evaluate anew what depends on one column, for these enterprises (ascending)."""
        ids = self._of_column.get(column, ())
        if len(rows) == 1:
            self._refresh_one(column, ids, int(rows[0]))
            return
        found = self._facts.columns.get(column)
        part = found.part(rows) if found is not None else None
        for id in ids:
            slot = self.slot(id)
            met, known = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
            if found is not None and part is not None and len(part.rows):
                at = np.searchsorted(rows, part.rows)
                assert isinstance(slot.leaf, Leaf)
                met[at], known[at] = evaluate(slot.leaf, found, part, self._facts.today_number)
            self.bits.set_some(slot.met, rows, met)
            self.bits.set_some(slot.known, rows, known)

    def refresh_computed(self, names: set[str] | None, rows: NDArray[np.int32]) -> None:
        """Evaluate anew what the plain evaluator computes from facts of these names; of None, all of it."""
        every = (id for ids in self._of_name.values() for id in ids)
        found = set(every) if names is None else {id for name in names for id in self._of_name.get(name, ())}
        self._compute(found, rows)

    def refresh_figures(self, changed: Iterable[tuple[str, str]]) -> None:
        """Evaluate anew what rests on outside figures, named by whose they are and their name."""
        found = {id for key in changed for id in self._of_figure.get(key, ())}
        self._compute(found, np.arange(self._facts.count, dtype=np.int32))

    def _compute(self, ids: Iterable[int], rows: NDArray[np.int32]) -> None:
        for id in ids:
            slot = self.slot(id)
            assert isinstance(slot.leaf, Computed)
            met, known = decide_computed(slot.leaf, self._facts, rows)
            self.bits.set_some(slot.met, rows, met)
            self.bits.set_some(slot.known, rows, known)

    def _refresh_one(self, column: tuple[str, str | None], ids: Iterable[int], row: int) -> None:
        """The same for one enterprise: its fact is asked about directly."""
        found = self._facts.columns.get(column)
        fact = found.fact(row) if found is not None else None
        sheet = FactSheet.model_construct(facts=(fact,) if fact else (), reference_year=self._facts.today.year)
        for id in ids:
            slot = self.slot(id)
            assert isinstance(slot.leaf, Leaf)
            reader = FactReader(sheet, self._facts.today, slot.leaf.declarations)
            state = decide(slot.leaf.condition, reader)[0]
            self.bits.set_one(slot.met, row, state is State.MET)
            self.bits.set_one(slot.known, row, state is not State.UNDETERMINED)

    def _fill(self, slot: _Slot, *, with_known: bool) -> None:
        words = self.bits.words
        if isinstance(slot.leaf, Leaf):
            column = self._facts.columns.get(slot.leaf.column)
            if column is None:
                self.bits.row(slot.met)[:] = 0
                self.bits.row(slot.known)[:] = 0
                return
            rows = column.all.rows
            met, known = evaluate(slot.leaf, column, column.all, self._facts.today_number)
        else:
            rows = np.arange(self._facts.count, dtype=np.int32)
            met, known = decide_computed(slot.leaf, self._facts, rows)
        self.bits.set(slot.met, pack(rows, met, words))
        if with_known:
            self.bits.set(slot.known, pack(rows, known, words))

    def _homes(self, leaf: Leaf | Computed) -> list[tuple[dict[Any, set[int]], object]]:
        if isinstance(leaf, Leaf):
            return [(self._of_column, leaf.column)]
        figures = [(self._of_figure, (leaf.whose, declared.name)) for declared in leaf.outside]
        return [*((self._of_name, name) for name in (*leaf.names, ANY_FACT)), *figures]

    def _release_known(self, slot: _Slot) -> None:
        if slot.shares is not None:
            known = self._known[slot.shares]
            known[1] -= 1
            if known[1]:
                return
            del self._known[slot.shares]
        self.bits.give_back(slot.known)
