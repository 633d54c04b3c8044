"""The table of materials, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from services.catalog.materials.domain import KeptMaterial, MaterialUnknown

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
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in MATERIAL.columns if column.name not in FRAME)


class Materials(AggregateStore[KeptMaterial]):
    """Materials of the enterprises of this place."""

    table = MATERIAL
    aggregate_type = "material"
    missing = MaterialUnknown

    def of_enterprise(self, enterprise_id: str) -> list[KeptMaterial]:
        """All materials in an enterprise's dossier, locked."""
        columns = self.table.c
        return self.where(columns.tenant == self._uow.tenant, columns.enterprise_id == enterprise_id)

    def to_row(self, aggregate: KeptMaterial) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> KeptMaterial:
        return KeptMaterial(**dict(row))
