"""The table of merges, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from services.catalog.merges.domain import Merge, MergeProposedAlready, MergeUnknown

METADATA = MetaData()

ENTERPRISE_MERGE = Table(
    "enterprise_merge",
    METADATA,
    *aggregate_columns(),
    Column("absorbed_id", Text, nullable=False),
    Column("surviving_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("answer", Text),
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in ENTERPRISE_MERGE.columns if column.name not in FRAME)


class Merges(AggregateStore[Merge]):
    """Proposals to merge dossiers of this place, and what became of them."""

    table = ENTERPRISE_MERGE
    aggregate_type = "enterprise_merge"
    missing = MergeUnknown
    refusals = {"enterprise_merge_proposed_once": MergeProposedAlready}

    def to_row(self, aggregate: Merge) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> Merge:
        return Merge(**dict(row))
