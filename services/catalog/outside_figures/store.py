"""The table of outside figures, and which of them hold for the items of a place and of the levels above it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Column, CursorResult, Date, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.message import TenantId
from contracts.rule import ParameterValue
from services.catalog.outside_figures.domain import (
    OutsideFigure,
    OutsideFigureRecordedAlready,
    OutsideFigureUnknown,
)
from services.catalog.policies.views import LINEAGE

METADATA = MetaData()

OUTSIDE_FIGURE = Table(
    "outside_figure",
    METADATA,
    *aggregate_columns(),
    Column("name", Text, nullable=False),
    Column("key", Text),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("period", Text),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("source", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("department", Text),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_why", Text),
)
FIGURE = tuple(ParameterValue.model_fields)
ABOUT = ("department", "recorded_by", "recorded_at", "withdrawn_by", "withdrawn_at", "withdrawn_why")

# From the top level down, and in the order in which they were entered: of equal words the nearer and later is last.
STANDING = (
    f"{LINEAGE} SELECT l.id AS tenant, {', '.join(f'f.{name}' for name in FIGURE)}"
    " FROM lineage l LEFT JOIN outside_figure f ON f.tenant = l.id AND f.withdrawn_at IS NULL"
    " AND (CAST(:names AS text[]) IS NULL OR f.name = ANY (CAST(:names AS text[])))"
    " ORDER BY l.depth DESC, f.recorded_at, f.id"
)

OF_PLACES = (
    f"SELECT tenant, {', '.join(FIGURE)} FROM outside_figure WHERE withdrawn_at IS NULL"
    " AND tenant = ANY (CAST(:places AS text[])) ORDER BY recorded_at, id"
)

UNITS = (
    "SELECT DISTINCT ON (name) name, unit FROM outside_figure"
    " WHERE tenant = :tenant AND withdrawn_at IS NULL AND name = ANY (CAST(:names AS text[])) ORDER BY name, id"
)


class OutsideFigures(AggregateStore[OutsideFigure]):
    """Figures as they were entered. The table is public (no row security), so writing names the tenant itself."""

    table = OUTSIDE_FIGURE
    public = True
    aggregate_type = "outside_figure"
    missing = OutsideFigureUnknown
    refusals = {"outside_figure_stands_once": OutsideFigureRecordedAlready}

    def own(self, figure_id: str, *, tenant: TenantId) -> OutsideFigure:
        """A figure that `tenant` has entered, locked. Raises OutsideFigureUnknown."""
        found = self.where(self.table.c.tenant == tenant, self.table.c.id == figure_id)
        if not found:
            raise OutsideFigureUnknown()
        return found[0]

    def units(self, names: Collection[str], *, tenant: TenantId) -> Mapping[str, str]:
        """A unit in which `tenant`'s standing figures of these names are written, by name."""
        rows = self._uow.execute(UNITS, {"tenant": tenant, "names": sorted(set(names))})
        return {row.name: row.unit for row in rows}

    def to_row(self, aggregate: OutsideFigure) -> dict[str, Any]:
        return dict(aggregate.figure) | {name: getattr(aggregate, name) for name in ABOUT}

    def from_row(self, row: RowMapping) -> OutsideFigure:
        return outside_figure(row)


def outside_figure(row: RowMapping) -> OutsideFigure:
    """A row of the table as an aggregate."""
    about = {name: row[name] for name in ABOUT}
    return OutsideFigure(**AggregateStore.frame_fields(row), figure=_figure(row), **about)


class FigureReading(Protocol):
    """A unit of work or a reader."""

    def execute(self, sql: str, parameters: Any = None) -> CursorResult[Any]: ...


def figures_by_place(
    database: FigureReading, tenant: TenantId, names: Collection[str] | None = None
) -> dict[TenantId, tuple[ParameterValue, ...]]:
    """For `tenant` and each level above it: the standing figures (of these names, if given) that its items may rest
    on, its own and those of the levels above.
    """
    wanted = {"tenant": tenant, "names": sorted(names) if names is not None else None}
    standing: list[ParameterValue] = []
    found: dict[TenantId, tuple[ParameterValue, ...]] = {}
    for row in database.execute(STANDING, wanted).mappings():
        if row["name"] is not None:
            standing.append(_figure(row))
        found[row["tenant"]] = tuple(standing)
    return found


def figures_by_lineage(
    database: FigureReading, lineages: Mapping[TenantId, Sequence[TenantId]]
) -> dict[TenantId, tuple[ParameterValue, ...]]:
    """The same for many places in one look; `lineages` names each with the levels above it, from the top level down."""
    own: dict[TenantId, list[ParameterValue]] = {}
    for row in database.execute(OF_PLACES, {"places": sorted(lineages)}).mappings():
        own.setdefault(row["tenant"], []).append(_figure(row))
    return {
        place: tuple(figure for level in lineage for figure in own.get(level, ()))
        for place, lineage in lineages.items()
    }


def _figure(row: RowMapping) -> ParameterValue:
    return ParameterValue(**{name: row[name] for name in FIGURE})
