"""One tenant's enterprises and the items on offer to them, matched; kept as the tables are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from chassis.read.reader import Reader
from contracts.message import TenantId
from contracts.rule import Fact
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.facts import ColumnKey
from services.catalog.matching.engine.matcher import Matcher
from services.catalog.matching.loading import load_columns, read_dossiers, read_enterprises
from services.catalog.matching.offers import Offer, read_offers
from services.catalog.outside_figures.store import figures_by_place

LARGE_SHARE = 5
"""When more than a fifth of all dossiers changed at once (an import), reading everything again is quicker."""

MANY = 5_000


@dataclass(frozen=True, slots=True)
class Changed:
    """What one batch of changes touched: rows whose facts are others now, items that are new or have changed, or
    rest on an outside figure that has."""

    rows: Rows
    items: tuple[str, ...]


class Population:
    """Rows are numbers of this process; outside, enterprises and items are known by their ids."""

    def __init__(self, tenant: TenantId, today: date) -> None:
        self.tenant = tenant
        self.matcher = Matcher(today)
        self.ids: list[str] = []
        self.rows: dict[str, int] = {}
        self.offers: dict[str, Offer] = {}
        self._order: tuple[list[str], NDArray[np.intp]] | None = None

    @classmethod
    def read(cls, tenant: TenantId, reader: Reader, today: date) -> Population:
        """Everything from the tables."""
        made = cls(tenant, today)
        made.matcher.put_figures(figures_by_place(reader, tenant))
        made._admit(read_enterprises(reader, tenant))
        load_columns(reader, tenant, made.ids, made.matcher.facts)
        for offer in read_offers(reader, tenant):
            made._take(offer)
        return made

    def too_much(self, enterprises: int) -> bool:
        """Whether reading everything again is quicker than so many dossiers."""
        return enterprises > max(MANY, len(self.ids) // LARGE_SHARE)

    def refresh(
        self, reader: Reader, enterprises: Sequence[str], items: Sequence[str], *, figures: bool = False
    ) -> Changed:
        """Read these dossiers and items again, and the outside figures if they are to be, and see what follows."""
        resting = self.matcher.put_figures(figures_by_place(reader, self.tenant)) if figures else []
        changed = [*resting, *(self._refresh_items(reader, items) if items else ())]
        rows = self._refresh_dossiers(reader, enterprises) if enterprises else ()
        return Changed(np.array(sorted(rows), np.int32), tuple(dict.fromkeys(changed)))

    def ordered(self) -> tuple[list[str], NDArray[np.intp]]:
        """All ids ascending, and the row of each: the order that pages are turned in."""
        if self._order is None:
            order = np.array(sorted(range(len(self.ids)), key=self.ids.__getitem__), np.intp)
            self._order = [self.ids[row] for row in order.tolist()], order
        return self._order

    def _refresh_items(self, reader: Reader, items: Sequence[str]) -> list[str]:
        found = {offer.item_id: offer for offer in read_offers(reader, self.tenant, items)}
        changed = []
        for item in items:
            known, now = self.offers.get(item), found.get(item)
            if now is None and known is not None:
                self.matcher.drop_item(item)
                del self.offers[item]
            elif now is not None and (known is None or known.described != now.described):
                self._take(now)
                changed.append(item)
        return changed

    def _refresh_dossiers(self, reader: Reader, enterprises: Sequence[str]) -> Iterable[int]:
        standing = set(_standing(reader, self.tenant, enterprises))
        for gone in set(enterprises) - standing:
            row = self.rows.pop(gone, None)
            if row is not None:
                self.matcher.dismiss(row)
        self._admit(sorted(standing - self.rows.keys()))
        dossiers = read_dossiers(reader, self.tenant, standing)
        changes: dict[ColumnKey, dict[int, Fact | None]] = {}
        touched: set[int] = set()
        for id in standing:
            row, now = self.rows[id], dossiers.get(id, {})
            for key, fact in self._differences(row, now):
                changes.setdefault(key, {})[row] = fact
                touched.add(row)
        self.matcher.put_facts(changes)
        return touched

    def _differences(self, row: int, now: dict[ColumnKey, Fact]) -> Iterable[tuple[ColumnKey, Fact | None]]:
        columns = self.matcher.facts.columns
        for key, column in columns.items():
            known, told = column.fact(row), now.get(key)
            if known is None and told is None:
                continue
            if known is None or told is None or column.encode(told) != column.encode(known):
                yield key, told
        for key in now.keys() - columns.keys():
            yield key, now[key]

    def _admit(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        first = len(self.ids)
        self.ids += ids
        self.rows.update((id, first + place) for place, id in enumerate(ids))
        self.matcher.admit(np.arange(first, len(self.ids), dtype=np.int32))
        self._order = None

    def _take(self, offer: Offer) -> None:
        assert offer.rules is not None
        self.matcher.put_item(offer.item_id, offer.rules, offer.tenant)
        self.offers[offer.item_id] = offer.without_rules()


def _standing(reader: Reader, tenant: TenantId, ids: Sequence[str]) -> list[str]:
    found = reader.execute(
        "SELECT id FROM enterprise WHERE tenant = :tenant AND merged_into IS NULL AND id = ANY (CAST(:ids AS text[]))",
        {"tenant": tenant, "ids": list(ids)},
    )
    return [row.id for row in found]
