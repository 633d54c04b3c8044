"""Figures as they were set, as rows. The table is only added to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.message import Id
from services.review.figure_setting import SetFigureRecord

CASE_FIGURE = Table(
    "case_figure",
    MetaData(),
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
    Column("panel_id", Text),
)

OWN = ("case_id", "name", "title", "value", "unit", "reason", "set_by", "set_at", "panel_id")


class SetFigures(AggregateStore[SetFigureRecord]):
    """Every figure that was set; whoever adds one holds the case."""

    table = CASE_FIGURE
    aggregate_type = "case_figure"

    def setters(self, case_id: Id) -> frozenset[Id]:
        """The persons whose settings count: of each figure the one who has set it last."""
        found = sorted(self.where(self.table.c.case_id == case_id, lock=False), key=lambda each: (each.set_at, each.id))
        return frozenset({each.name: each.set_by for each in found}.values())

    def to_row(self, aggregate: SetFigureRecord) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> SetFigureRecord:
        return figure_of(row)


def figure_of(row: RowMapping) -> SetFigureRecord:
    return SetFigureRecord(**AggregateStore.frame_fields(row), **{name: row[name] for name in OWN})
