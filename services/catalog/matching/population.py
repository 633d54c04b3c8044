"""Enterprises and the items on offer to them, matched; kept as the tables are.

A tenant with many enterprises has a matcher of its own. Those that have few share one: to compile what is on offer costs
the same for one enterprise as for a hundred thousand, and most tenants are offered the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from chassis.read.reader import Reader
from contracts.message import TenantId
from contracts.rule import Fact, State
from services.catalog.matching.engine.bitmaps import Words
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.facts import ColumnKey
from services.catalog.matching.engine.matcher import Matcher, MatchReach
from services.catalog.matching.loading import load_columns, read_dossiers, read_enterprises
from services.catalog.matching.offers import Lineage, Offer, read_lineages, read_offers
from services.catalog.outside_figures.store import figures_by_lineage

LARGE_SHARE = 5
"""When more than a fifth of all dossiers changed at once (an import), reading everything again is quicker."""

MANY = 5_000

STANDING = (
    "SELECT e.id FROM unnest(CAST(:ids AS text[])) AS wanted CROSS JOIN LATERAL (SELECT id, merged_into FROM enterprise"
    " WHERE tenant = :tenant AND id BETWEEN wanted AND wanted ORDER BY id LIMIT 1) AS e WHERE e.merged_into IS NULL"
)
"""One by one from the primary key, for the reason that IDS_OF_CREDIT_CODES gives."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What one batch of changes touched: rows whose facts are others now, items that are new or have changed, or
    rest on an outside figure that has."""

    rows: Rows
    items: tuple[str, ...]


class Population:
    """One tenant's enterprises in the matcher that they are in, and what is on offer to them.

    Rows are numbers of this process; outside, enterprises and items are known by their ids.
    """

    def __init__(self, tenant: TenantId, lineage: Lineage, among: SharedMatcher) -> None:
        self.tenant = tenant
        self.shared = among
        self.rows: dict[str, int] = {}
        self._lineage = frozenset(lineage)
        self._order: tuple[list[str], NDArray[np.intp]] | None = None
        self._mine: Words | None = None

    @property
    def matcher(self) -> Matcher:
        return self.shared.matcher

    def id_of(self, row: int) -> str:
        return self.shared.ids[row]

    def offer(self, item: str) -> Offer | None:
        """The item, if it is on offer to this tenant's enterprises."""
        found = self.shared.offers.get(item)
        return found if found is not None and found.tenant in self._lineage else None

    def too_much(self, enterprises: int) -> bool:
        """Whether reading everything again is quicker than so many dossiers."""
        return enterprises > max(MANY, len(self.rows) // LARGE_SHARE)

    def reach(self, item: str) -> MatchReach:
        return self.matcher.reach(item, self._among())

    def entitled(self, item: str) -> Rows:
        """The rows that meet the item, ascending."""
        return self.matcher.entitled(item, self._among())

    def standing(self, item: str, state: State) -> Rows:
        """The rows of the enterprises that stand so, ascending."""
        return self.matcher.standing(item, state, self._among())

    def ranks(self, row: int) -> dict[str, int]:
        """How every item on offer stands for one enterprise."""
        items = zip(self.matcher.items, self.matcher.ranks(row).tolist(), strict=True)
        return {item: rank for item, rank in items if self.offer(item) is not None}

    def everybody(self) -> dict[str, Rows]:
        """Who meets each item."""
        return self.shared.everybody([self])[self.tenant]

    def ordered(self) -> tuple[list[str], NDArray[np.intp]]:
        """All ids ascending, and the row of each: the order that pages are turned in."""
        if self._order is None:
            ids = sorted(self.rows)
            self._order = ids, np.array([self.rows[id] for id in ids], np.intp)
        return self._order

    def moved(self) -> None:
        """Somebody has come or gone."""
        self._order = self._mine = None

    def _among(self) -> Words | None:
        """Whom the matcher is asked about."""
        if len(self.shared.populations) == 1:
            return None
        if self._mine is None or len(self._mine) != self.matcher.facts.words:
            self._mine = self.matcher.bitmap(np.array(list(self.rows.values()), np.int32))
        return self._mine


class SharedMatcher:
    """A matcher and the populations in it."""

    def __init__(self, today: date) -> None:
        self.matcher = Matcher(today)
        self.ids: list[str] = []
        self.offers: dict[str, Offer] = {}
        self.populations: dict[TenantId, Population] = {}
        self._lineages: dict[TenantId, Lineage] = {}
        self._owners: list[TenantId] = []

    @classmethod
    def read(cls, tenants: Collection[TenantId], reader: Reader, today: date) -> SharedMatcher:
        """Everything of these tenants from the tables, in one pass."""
        made = cls(today)
        made._lineages = read_lineages(reader, tenants)
        for tenant in tenants:
            made.populations[tenant] = Population(tenant, made._lineages[tenant], made)
        made.matcher.put_figures(figures_by_lineage(reader, made._lineages))
        dossiers = read_enterprises(reader, tenants)
        made._admit(dossiers)
        load_columns(reader, dossiers, made.matcher.facts)
        for offer in read_offers(reader, made._lineages):
            made._take(offer)
        return made

    def everybody(self, of: Collection[Population] | None = None) -> dict[TenantId, dict[str, Rows]]:
        """Who meets each item, by tenant: of all, or of these."""
        if len(self.populations) == 1:
            return {tenant: dict(self.matcher.enumerate_all()) for tenant in self.populations}
        wanted = {each.tenant: each for each in (self.populations.values() if of is None else of)}
        found: dict[TenantId, dict[str, Rows]] = {tenant: {} for tenant in wanted}
        for item, rows in self.matcher.enumerate_all():
            by_owner: dict[TenantId, list[int]] = {}
            for row in rows.tolist():
                by_owner.setdefault(self._owners[row], []).append(row)
            for tenant, mine in by_owner.items():
                if tenant in wanted and wanted[tenant].offer(item) is not None:
                    found[tenant][item] = np.array(mine, np.int32)
        return found

    def refresh(
        self,
        reader: Reader,
        dossiers: Mapping[TenantId, Sequence[str]],
        items: Sequence[str],
        *,
        figures: bool = False,
    ) -> dict[TenantId, Changed]:
        """Read these dossiers and items again, and the outside figures if they are to be; what follows, by tenant."""
        resting = self.matcher.put_figures(figures_by_lineage(reader, self._lineages)) if figures else []
        touched = dict.fromkeys([*resting, *(self._refresh_items(reader, items) if items else ())])
        found = {}
        for tenant, population in self.populations.items():
            rows = self._refresh_dossiers(population, reader, dossiers[tenant]) if dossiers.get(tenant) else ()
            own = tuple(item for item in touched if population.offer(item) is not None)
            found[tenant] = Changed(np.array(sorted(rows), np.int32), own)
        return found

    def leave(self, population: Population) -> None:
        """Its enterprises are matched elsewhere from now on."""
        for row in population.rows.values():
            self.matcher.dismiss(row)
        del self.populations[population.tenant]

    def _refresh_items(self, reader: Reader, items: Sequence[str]) -> list[str]:
        found = {offer.item_id: offer for offer in read_offers(reader, self._lineages, items)}
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

    def _refresh_dossiers(self, population: Population, reader: Reader, enterprises: Sequence[str]) -> Iterable[int]:
        standing = set(_standing(reader, population.tenant, enterprises))
        for gone in set(enterprises) - standing:
            row = population.rows.pop(gone, None)
            if row is not None:
                self.matcher.dismiss(row)
                population.moved()
        self._admit([(population.tenant, id) for id in sorted(standing - population.rows.keys())])
        dossiers = read_dossiers(reader, population.tenant, standing)
        changes: dict[ColumnKey, dict[int, Fact | None]] = {}
        touched: set[int] = set()
        for id in standing:
            row, now = population.rows[id], dossiers.get(id, {})
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

    def _admit(self, dossiers: Sequence[tuple[TenantId, str]]) -> None:
        if not dossiers:
            return
        first = len(self.ids)
        for row, (tenant, id) in enumerate(dossiers, first):
            self.ids.append(id)
            self._owners.append(tenant)
            self.populations[tenant].rows[id] = row
        for tenant in {tenant for tenant, _ in dossiers}:
            self.populations[tenant].moved()
        self.matcher.admit(np.arange(first, len(self.ids), dtype=np.int32))

    def _take(self, offer: Offer) -> None:
        assert offer.rules is not None
        self.matcher.put_item(offer.item_id, offer.rules, offer.tenant)
        self.offers[offer.item_id] = offer.without_rules()


def _standing(reader: Reader, tenant: TenantId, ids: Sequence[str]) -> list[str]:
    return [row.id for row in reader.execute(STANDING, {"tenant": tenant, "ids": list(ids)})]
