"""Findings of materials: a row each, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text, insert

from chassis.write.store import AggregateStore, aggregate_columns, own_row
from chassis.write.uow import UnitOfWork
from contracts.case_materials import ConfirmedMaterial
from services.review.cases.case import Case
from services.review.materials.opening import CaseMaterialOpening

MATERIAL_FINDING = Table(
    "material_finding",
    MetaData(),
    Column("tenant", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("finding", Text, nullable=False),
    Column("means", Text),
    Column("until", Date),
    Column("note", Text, nullable=False),
    Column("found_by", Text, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
)
"""The history: `version` is that of the case with which the finding was kept. The service may add to it and change nothing."""


class MaterialFindings:
    """What was ever found of the materials of cases."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, case: Case, news: Sequence[ConfirmedMaterial]) -> None:
        """Keep these beside those before, with the case as it has just been saved."""
        if not news:
            return
        rows = [
            {
                "tenant": case.tenant,
                "case_id": case.id,
                "version": case.version,
                "code": each.code,
                "finding": each.finding,
                "means": each.means,
                "until": each.until,
                "note": each.note,
                "found_by": each.confirmed_by,
                "found_at": each.confirmed_at,
            }
            for each in news
        ]
        self._uow.execute(insert(MATERIAL_FINDING), rows)


MATERIAL_OPENING = Table(
    "material_opening",
    MetaData(),
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("material_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("department", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
)


class CaseMaterialOpenings(AggregateStore[CaseMaterialOpening]):
    """Who has read materials of cases, in the tenant that acted. The service may add to them and change nothing."""

    table = MATERIAL_OPENING
    aggregate_type = "material_opening"

    def to_row(self, aggregate: CaseMaterialOpening) -> dict[str, Any]:
        return own_row(MATERIAL_OPENING, aggregate)

    def from_row(self, row: RowMapping) -> CaseMaterialOpening:
        return CaseMaterialOpening(**dict(row))
