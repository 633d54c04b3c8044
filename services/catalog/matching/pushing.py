"""Saying who is newly entitled: once per item, year and enterprise, whatever stops in between.

The chunks in the table are the memory. Several matching processes may push for one tenant; a lock and the number of
the last chunk let each see that another one was faster, and read what it said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row

from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.rule import State
from services.catalog.matching.domain import LINES, MatchChunk
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.matcher import STATES
from services.catalog.matching.population import Changed, Population
from services.catalog.matching.store import MatchChunks

CHUNKS = 40
"""Chunks in one transaction: 20,000 lines."""

ROW_BY_ROW = 400
"""Up to so many changed dossiers, each is asked what it meets; beyond, every item is asked whom it meets."""

TOLD = (
    "SELECT number, item_id, year, enterprise_ids FROM match_chunk"
    " WHERE tenant = :tenant AND number > :number ORDER BY number LIMIT 2000"
)
TOLD_TOGETHER = (
    "SELECT tenant, number, item_id, year, enterprise_ids FROM match_chunk"
    " WHERE tenant = ANY (CAST(:tenants AS text[])) AND (tenant, number) > (:tenant, :number)"
    " ORDER BY tenant, number LIMIT 2000"
)
Units = Callable[[Sequence[TenantId]], UnitOfWork]
MET = STATES.index(State.MET)
NOBODY: Rows = np.empty(0, np.int32)


class Told:
    """Who of one population was told of which item, by item and year; `number` is that of the last chunk read."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self._rows: dict[tuple[str, int], Rows] = {}
        self.number = 0

    def read(self, reader: Reader) -> None:
        """What was said since the last chunk that is known."""
        while True:
            given = {"tenant": self._population.tenant, "number": self.number}
            chunks = reader.execute(TOLD, given).all()
            for chunk in chunks:
                self.hear(chunk)
            if not chunks:
                return

    def hear(self, chunk: Row[Any]) -> None:
        """What one chunk said."""
        known = self._population.rows
        rows = [known[id] for id in chunk.enterprise_ids if id in known]
        self.add((chunk.item_id, chunk.year), np.array(rows, np.int32), chunk.number)

    def add(self, occasion: tuple[str, int], rows: Rows, number: int) -> None:
        self._rows[occasion] = np.union1d(self._rows.get(occasion, NOBODY), rows)
        self.number = number

    def without(self, occasion: tuple[str, int], rows: Rows) -> Rows:
        """Those of `rows` that have not been told."""
        known = self._rows.get(occasion)
        return rows if known is None else np.setdiff1d(rows, known, assume_unique=True)


def read_told(reader: Reader, populations: Collection[Population]) -> dict[TenantId, Told]:
    """What was said to each of them, in one pass."""
    told = {each.tenant: Told(each) for each in populations}
    tenant, number = "", 0
    while True:
        given = {"tenants": sorted(told), "tenant": tenant, "number": number}
        chunks = reader.execute(TOLD_TOGETHER, given).all()
        for chunk in chunks:
            told[chunk.tenant].hear(chunk)
            tenant, number = chunk.tenant, chunk.number
        if not chunks:
            return told


def affected(population: Population, changed: Changed) -> Mapping[str, Rows]:
    """Who meets an item now that was touched, or whose dossier was."""
    if len(changed.rows) > ROW_BY_ROW:
        return population.everybody()
    found = {item: population.entitled(item) for item in changed.items}
    by_item: dict[str, list[int]] = {}
    for row in changed.rows.tolist():
        for item, rank in population.ranks(row).items():
            if rank == MET:
                by_item.setdefault(item, []).append(row)
    for item, rows in by_item.items():
        found.setdefault(item, np.array(rows, np.int32))
    return found


def untold(population: Population, told: Told, met: Mapping[str, Rows]) -> list[tuple[str, Rows]]:
    """Of those who meet an item that can be claimed today, those who have not been told."""
    today = population.matcher.facts.today
    found = []
    for item, rows in met.items():
        offer = population.offer(item)
        if offer is not None and offer.open_on(today):
            fresh = told.without((item, population.matcher.items[item].year), rows)
            if len(fresh):
                found.append((item, fresh))
    return found


def push(
    population: Population,
    told: Told,
    fresh: Iterable[tuple[str, Rows]],
    units: Units,
    read: Callable[[], None],
) -> int:
    """Write and announce chunks, some in each transaction; how many enterprises were told.

    `read` brings `told` up to date when somebody else pushed meanwhile; whom they told is left out.
    """
    waiting = [(item, rows[start : start + LINES]) for item, rows in fresh for start in range(0, len(rows), LINES)]
    pushed = 0
    while waiting:
        with units([population.tenant]) as uow:
            last = uow.of(MatchChunks).hold(population.tenant)
            behind = last != told.number
            some = [] if behind else waiting[:CHUNKS]
            taken = [_chunk(population, last + place, *each, uow) for place, each in enumerate(some, 1)]
            uow.of(MatchChunks).save_many(chunk.announce() for chunk in taken)
        if behind:
            read()
            years = {item: population.matcher.items[item].year for item, _ in waiting}
            left = ((item, told.without((item, years[item]), rows)) for item, rows in waiting)
            waiting = [(item, rows) for item, rows in left if len(rows)]
            continue
        for chunk, (item, rows) in zip(taken, some, strict=True):
            told.add((item, chunk.year), rows, chunk.number)
            pushed += len(rows)
        del waiting[:CHUNKS]
    return pushed


def _chunk(population: Population, number: int, item: str, rows: Rows, uow: UnitOfWork) -> MatchChunk:
    offer = population.offer(item)
    assert offer is not None, "nobody is told of what is not on offer"
    return MatchChunk(
        id=uow.new_id(),
        tenant=population.tenant,
        number=number,
        item_id=item,
        item_version=offer.version,
        item_title=offer.title,
        year=population.matcher.items[item].year,
        enterprise_ids=tuple(population.id_of(row) for row in rows.tolist()),
        matched_at=uow.now,
    )
