"""The tables of lists, and which of them count in the searches of a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.read.reader import Reader
from chassis.write.store import AggregateStore, aggregate_columns, own_row
from contracts.identity import PLATFORM
from contracts.message import TenantId
from services.catalog.search_index.synonyms import Group, Synonyms, national, national_groups, together
from services.catalog.synonyms.domain import SynonymList, SynonymsReplacedMeanwhile, first_list

SYNONYM_LIST = Table(
    "synonym_list",
    MetaData(),
    *aggregate_columns(),
    Column("groups", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_name", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

KEEP_VERSION = """
INSERT INTO synonym_list_version (tenant, version, groups, note, changed_by, changed_by_name, changed_at)
SELECT tenant, version, groups, note, changed_by, changed_by_name, changed_at FROM synonym_list WHERE tenant = :tenant
"""

COUNTING = "SELECT tenant, version FROM synonym_list WHERE tenant = ANY (:tenants)"
GROUPS = "SELECT tenant, version, groups FROM synonym_list_version WHERE tenant = ANY (:tenants) AND version = ANY (:versions)"

MOST_KEPT = 2_000
"""Versions of lists that a process keeps in mind: those of a province's counties, and what they were before."""

_KEPT: dict[tuple[TenantId, int], tuple[Group, ...]] = {}
"""What each version says: a version never changes."""


class SynonymLists(AggregateStore[SynonymList]):
    """Lists of places. The table is public (no row security), so writing names the tenant itself."""

    table = SYNONYM_LIST
    public = True
    aggregate_type = "synonym_list"
    refusals = {"synonym_list_pkey": SynonymsReplacedMeanwhile}

    def own(self, tenant: TenantId) -> SynonymList:
        """The tenant's list, locked; an empty one before the first."""
        found = self.where(self.table.c.tenant == tenant, self.table.c.id == tenant)
        return found[0] if found else first_list(tenant)

    def save_version(self, changed: SynonymList) -> None:
        """The list as it is now, and its version for ever."""
        self.save(changed)
        self._uow.execute(KEEP_VERSION, {"tenant": changed.tenant})

    def to_row(self, aggregate: SynonymList) -> dict[str, Any]:
        return own_row(self.table, aggregate)

    def from_row(self, row: RowMapping) -> SynonymList:
        return synonym_list(row, version=row["version"], sequence=row["sequence"], traceparent=row["traceparent"])


def synonym_list(row: RowMapping, **frame: Any) -> SynonymList:
    """A row of either table as a list."""
    own = {name: row[name] for name in ("note", "changed_by", "changed_by_name", "changed_at")}
    return SynonymList(id=row["tenant"], tenant=row["tenant"], groups=groups_of(row["groups"]), **own, **frame)


def groups_of(written: Iterable[Sequence[str]]) -> tuple[Group, ...]:
    return tuple(tuple(group) for group in written)


def synonyms_in(places: Sequence[TenantId], reader: Reader) -> Synonyms:
    """What means the same in the searches of a place, given with the levels above it from the highest down.

    Only which versions count is read each time: they never change.
    """
    counting = {row.tenant: row.version for row in reader.execute(COUNTING, {"tenants": [PLATFORM, *places]})}
    if not counting:
        return national()
    unknown = {tenant: version for tenant, version in counting.items() if (tenant, version) not in _KEPT}
    if unknown:
        _keep(reader, unknown)
    ordered = [(tenant, counting[tenant]) for tenant in (PLATFORM, *places) if tenant in counting]
    return _together(tuple(_KEPT[key] for key in ordered))


def _keep(reader: Reader, unknown: dict[TenantId, int]) -> None:
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.clear()
    asked = {"tenants": list(unknown), "versions": sorted(set(unknown.values()))}
    for row in reader.execute(GROUPS, asked):
        _KEPT[row.tenant, row.version] = groups_of(row.groups)


@lru_cache(maxsize=256)
def _together(lists: tuple[tuple[Group, ...], ...]) -> Synonyms:
    return Synonyms(together(national_groups(), *lists))
