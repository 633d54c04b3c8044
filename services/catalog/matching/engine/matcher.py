"""All items against all enterprises of one tenant: counted, listed, asked from either side, kept up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.rule import Fact, ParameterValue, State
from services.catalog.matching.engine.bitmaps import Words, members, pack
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.compiling import Compiled, Compiler
from services.catalog.matching.engine.facts import ColumnKey, EngineFacts, Figures
from services.catalog.matching.engine.leaves import Leaves
from services.catalog.matching.engine.programs import Programs
from services.catalog.matching.engine.reasons import ConditionReason, Reasoner
from services.catalog.matching.engine.used import ConditionRules
from services.catalog.matching.engine.wiring import ALL, ANY, COUNT, NOT_MET, CountingPlan, Ranks, Wiring

STATES = (State.NOT_MET, State.UNDETERMINED, State.MET)
BLOCK = 8192
"""Words at a time: half a million enterprises; the rows in hand stay in the second-level cache."""

BATCH = 256


class MatchReach(NamedTuple):
    """How many enterprises an item meets, does not meet, and cannot tell."""

    met: int
    not_met: int
    undetermined: int


class Matcher:
    """`rows` of enterprises are numbers given by the owner, dense from 0. Not safe for two threads at once."""

    def __init__(self, today: date) -> None:
        self.facts = EngineFacts(today)
        self.items: dict[str, Compiled] = {}
        self.programs = Programs()
        self.leaves = Leaves(self.facts)
        self._compiler = Compiler(self.programs, self.leaves.id_of)
        self._order: tuple[list[str], list[Compiled]] | None = None
        self._wiring: tuple[Wiring, NDArray[np.intp], NDArray[np.intp]] | None = None
        self._plan: tuple[CountingPlan, list[int]] | None = None

    @property
    def conditions(self) -> int:
        """How many distinct conditions all items have."""
        return len(self.leaves)

    # -- what changes -------------------------------------------------------------------------------------

    def admit(self, rows: Rows) -> None:
        """These rows are enterprises from now on; without facts everything about them is undetermined."""
        if len(rows) and self.facts.grow(int(rows.max()) + 1):
            self.leaves.widen(self.facts.words)
        self.facts.present[rows] = True
        self.leaves.refresh_computed(None, np.sort(rows))

    def dismiss(self, row: int) -> None:
        """This row is no enterprise any more."""
        self.facts.present[row] = False
        self.put_facts({key: {row: None} for key, column in self.facts.columns.items() if column.fact(row)})
        self.leaves.refresh_computed(None, np.array([row], np.int32))

    def put_facts(self, changes: Mapping[ColumnKey, Mapping[int, Fact | None]]) -> None:
        """Set or remove (None) current facts of admitted rows, and see what follows."""
        self.facts.put(changes)
        everyone: set[int] = set()
        for key, rows in changes.items():
            self.leaves.refresh_rows(key, np.array(sorted(rows), np.int32))
            everyone.update(rows)
        names = {name for name, _ in changes}
        if everyone:
            self.leaves.refresh_computed(names, np.array(sorted(everyone), np.int32))

    def loaded(self) -> None:
        """Columns were filled past `put_facts`: evaluate everything anew."""
        self.leaves.refresh(list(self.facts.columns))
        self.leaves.refresh_computed(None, np.arange(self.facts.count, dtype=np.int32))

    def advance(self, today: date) -> bool:
        """Let the day come; whether a fact expired. Another year is another matcher."""
        assert today.year == self.facts.today.year, "relative periods were counted from another year"
        changed = self.facts.advance(today)
        self.leaves.refresh(changed)
        self.leaves.refresh_computed(None, np.arange(self.facts.count, dtype=np.int32))
        return bool(changed)

    def put_figures(self, figures: Figures) -> list[str]:
        """Let these be the outside figures, and see what follows; the items whose conditions rest on one that changed."""
        before, self.facts.outside = self.facts.outside, figures
        changed = {(whose, name) for whose in {*before, *figures} for name in _differing(before, figures, whose)}
        self.leaves.refresh_figures(changed)
        rests = ((item, {(each.whose, name) for name in each.outside}) for item, each in self.items.items())
        return [item for item, on in rests if on & changed]

    def put_item(self, item: str, rules: ConditionRules, whose: str = "") -> None:
        """Take an item, or its new version; it rests on the outside figures of `whose`."""
        compiled = self._compiler.compile(rules, self.facts.today.year, whose)
        self.programs.hold(compiled.root)
        self.drop_item(item)
        self.items[item] = compiled
        self._order = self._wiring = self._plan = None

    def drop_item(self, item: str) -> None:
        earlier = self.items.pop(item, None)
        if earlier is not None:
            self.leaves.forget(self.programs.release(earlier.root))
            self._order = self._wiring = self._plan = None

    # -- who is entitled to this item ---------------------------------------------------------------------

    # `among` is a bitmap of the enterprises that are asked about; without it, all.

    def reach(self, item: str, among: Words | None = None) -> MatchReach:
        met, possible = self.bitmaps(item, among)
        here, yes, maybe = (int(np.bitwise_count(bits).sum()) for bits in (self._present(among), met, possible))
        return MatchReach(yes, here - maybe, maybe - yes)

    def bitmaps(self, item: str, among: Words | None = None) -> tuple[Words, Words]:
        """The enterprises that meet it, and those that meet it or may."""
        root, here = self.items[item].root, self._present(among)
        return self._met(root) & here, self._possible(root) & here

    def entitled(self, item: str, among: Words | None = None) -> Rows:
        """The rows that meet the item, ascending."""
        met = self._met(self.items[item].root)
        return members(met if among is None else met & among)

    def standing(self, item: str, state: State, among: Words | None = None) -> Rows:
        """The rows of the enterprises that stand so, ascending."""
        met, possible = self.bitmaps(item, among)
        if state is State.MET:
            return members(met)
        return members(possible ^ met if state is State.UNDETERMINED else self._present(among) ^ possible)

    def state(self, item: str, row: int) -> State:
        """One pair's state, read off the bitmaps."""
        met, possible = self.bitmaps(item)
        word, bit = row >> 6, np.uint64(1 << (row & 63))
        return State.MET if met[word] & bit else State.UNDETERMINED if possible[word] & bit else State.NOT_MET

    def bitmap(self, rows: Rows) -> Words:
        """These rows as a bitmap, as long as all others are now."""
        flags = np.zeros(self.facts.count, np.bool_)
        flags[rows] = True
        return pack(np.arange(len(flags), dtype=np.int32), flags, self.facts.words)

    def _present(self, among: Words | None = None) -> Words:
        there = self.facts.present[: self.facts.count]
        here = pack(np.arange(len(there), dtype=np.int32), there, self.facts.words)
        return here if among is None else here & among

    def _met(self, id: int) -> Words:
        node = self.programs.node(id)
        if node.kind == "literal":
            met = self.leaves.met(node.parts[0])
            return met.copy() if node.parts[1] else met ^ self.leaves.known(node.parts[0])
        return self._combined(node.kind, [self._met(part) for part in node.parts])

    def _possible(self, id: int) -> Words:
        node = self.programs.node(id)
        if node.kind == "literal":
            met = self.leaves.met(node.parts[0])
            return met | ~self.leaves.known(node.parts[0]) if node.parts[1] else ~met
        return self._combined(node.kind, [self._possible(part) for part in node.parts])

    @staticmethod
    def _combined(kind: str, parts: list[Words]) -> Words:
        combine = np.bitwise_and if kind == "all" else np.bitwise_or
        for part in parts[1:]:
            combine(parts[0], part, out=parts[0])
        return parts[0]

    # -- what is this enterprise entitled to --------------------------------------------------------------

    def ranks(self, row: int) -> Ranks:
        """The rank of every item for one enterprise, in the order of `items`."""
        wiring, pairs, roots = self._wired()
        return wiring.ranks(self.leaves.ranks(pairs, row))[roots]

    def with_reasons(self, row: int, state: State = State.MET) -> dict[str, tuple[ConditionReason, ...]]:
        """Every item that stands so for the enterprise, with its conditions and how each is answered."""
        wiring, pairs, roots = self._wired()
        leaves = self.leaves.ranks(pairs, row)
        items, compiled = self._listed()
        reasoner = Reasoner(leaves.tolist(), self.facts, row)
        wanted = np.flatnonzero(wiring.ranks(leaves)[roots] == STATES.index(state))
        return {items[place]: reasoner.reasons(compiled[place]) for place in wanted.tolist()}

    def _listed(self) -> tuple[list[str], list[Compiled]]:
        if self._order is None:
            self._order = list(self.items), list(self.items.values())
        return self._order

    def _wired(self) -> tuple[Wiring, NDArray[np.intp], NDArray[np.intp]]:
        if self._wiring is None:
            pairs = np.array(self.leaves.row_pairs(), np.intp).reshape(-1, 2)
            roots = np.array([compiled.root for compiled in self.items.values()], np.intp)
            self._wiring = Wiring(self.programs), pairs, roots
        return self._wiring

    # -- everybody against everything ---------------------------------------------------------------------

    def count_all(self) -> NDArray[np.int64]:
        """How many enterprises meet each item, in the order of `items`."""
        plan, places = self._planned()
        totals = np.zeros(len(set(places)), np.int64)
        for start in range(0, self.facts.words, BLOCK):
            totals += self._run(plan, len(totals), slice(start, min(start + BLOCK, self.facts.words)))
        return totals[places]

    def enumerate_all(self) -> Iterator[tuple[str, Rows]]:
        """Each item with the rows that meet it; items of equal conditions one after another."""
        by_root: dict[int, list[str]] = {}
        for item, compiled in self.items.items():
            by_root.setdefault(compiled.root, []).append(item)
        for root, items in by_root.items():
            rows = members(self._met(root))
            yield from ((item, rows) for item in items)

    def _planned(self) -> tuple[CountingPlan, list[int]]:
        if self._plan is None:
            number: dict[int, int] = {}
            places = [number.setdefault(compiled.root, len(number)) for compiled in self.items.values()]
            self._plan = CountingPlan(self.programs, self.leaves.row_pairs(), list(number)), places
        return self._plan

    def _run(self, plan: CountingPlan, results: int, block: slice) -> NDArray[np.int64]:
        """One block of words through the plan. Counts are gathered in bytes and added up many at a time."""
        width = block.stop - block.start
        rows = [row[block] for row in self.leaves.bits.rows()]
        rows += list(np.empty((plan.scratch, width), np.uint64))[::-1]  # scratch row k is number -1 - k
        counts = np.empty((BATCH, width), np.uint8)
        totals = np.zeros(results, np.int64)
        where: list[int] = []
        combine = {ALL: np.bitwise_and, ANY: np.bitwise_or, NOT_MET: np.bitwise_xor}
        for operation, left, right, out in plan.steps:
            if operation != COUNT:
                combine[operation](rows[left], rows[right], rows[out])
                continue
            np.bitwise_count(rows[left], counts[len(where)])
            where.append(out)
            if len(where) == BATCH:
                totals[where] = counts.sum(axis=1, dtype=np.uint32)
                where.clear()
        totals[where] = counts[: len(where)].sum(axis=1, dtype=np.uint32)
        return totals


def _differing(before: Figures, now: Figures, whose: str) -> set[str]:
    """The names of the figures that are others now."""
    then, here = before.get(whose, ()), now.get(whose, ())
    if then == here:
        return set()
    names = {figure.name for figure in (*then, *here)}
    return {name for name in names if _named(then, name) != _named(here, name)}


def _named(figures: Iterable[ParameterValue], name: str) -> list[ParameterValue]:
    return [figure for figure in figures if figure.name == name]
