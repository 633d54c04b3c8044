"""Intake's table of no-application lists."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from services.intake.nominations.domain import Nomination

METADATA = MetaData()


NOMINATION = Table(
    "nomination",
    METADATA,
    *aggregate_columns(),
    Column("item_id", Text, nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("nominated_by", Text, nullable=False),
    Column("nominated_at", DateTime(timezone=True), nullable=False),
)


class Nominations(AggregateStore[Nomination]):
    """The lists that departments have pushed."""

    table = NOMINATION
    aggregate_type = "nomination"

    def to_row(self, aggregate: Nomination) -> dict[str, Any]:
        return {
            "item_id": aggregate.item_id,
            "item_version": aggregate.item_version,
            "lines": aggregate.lines,
            "total_fen": aggregate.total_fen,
            "nominated_by": aggregate.nominated_by,
            "nominated_at": aggregate.nominated_at,
        }

    def from_row(self, row: RowMapping) -> Nomination:
        return Nomination(**dict(row))
