"""The table of materials, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns, own_row
from services.catalog.materials.domain import KeptMaterial, MaterialUnknown
from services.catalog.materials.opening import KeptMaterialOpening

METADATA = MetaData()

MATERIAL = Table(
    "material",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text),
    Column("issuer", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("kept_by", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Column("replaced_by", Text),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_why", Text),
    Column("moved_from", Text),
    Column("size", BigInteger),
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in MATERIAL.columns if column.name not in FRAME)

MATERIAL_OPENING = Table(
    "material_opening",
    METADATA,
    *aggregate_columns(),
    Column("material_id", Text, nullable=False),
    Column("enterprise_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
)


class Materials(AggregateStore[KeptMaterial]):
    """Materials of the enterprises of this place."""

    table = MATERIAL
    aggregate_type = "material"
    missing = MaterialUnknown

    def of_enterprise(self, enterprise_id: str) -> list[KeptMaterial]:
        """All materials in an enterprise's dossier, locked."""
        columns = self.table.c
        return self.where(columns.tenant == self._uow.tenant, columns.enterprise_id == enterprise_id)

    def seen(self, material_id: str) -> KeptMaterial | None:
        """One as it is now, not locked."""
        columns = self.table.c
        found = self.where(columns.tenant == self._uow.tenant, columns.id == material_id, lock=False)
        return next(iter(found), None)

    def to_row(self, aggregate: KeptMaterial) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> KeptMaterial:
        return KeptMaterial(**dict(row))


class KeptMaterialOpenings(AggregateStore[KeptMaterialOpening]):
    """Who has read materials of this place's files. The service may add to them and change nothing."""

    table = MATERIAL_OPENING
    aggregate_type = "material_opening"

    def to_row(self, aggregate: KeptMaterialOpening) -> dict[str, Any]:
        return own_row(MATERIAL_OPENING, aggregate)

    def from_row(self, row: RowMapping) -> KeptMaterialOpening:
        return KeptMaterialOpening(**dict(row))
