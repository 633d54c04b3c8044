"""The table of merges, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns, own_row, proposal_columns
from services.catalog.merges.domain import Merge, MergeProposedAlready, MergeUnknown

METADATA = MetaData()

ENTERPRISE_MERGE = Table(
    "enterprise_merge",
    METADATA,
    *aggregate_columns(),
    Column("absorbed_id", Text, nullable=False),
    Column("surviving_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    *proposal_columns(),
)


class Merges(AggregateStore[Merge]):
    """Proposals to merge dossiers of this place, and what became of them."""

    table = ENTERPRISE_MERGE
    aggregate_type = "enterprise_merge"
    missing = MergeUnknown
    refusals = {"enterprise_merge_proposed_once": MergeProposedAlready}

    def to_row(self, aggregate: Merge) -> dict[str, Any]:
        return own_row(self.table, aggregate)

    def from_row(self, row: RowMapping) -> Merge:
        return Merge(**dict(row))
