"""Findings of materials: a row each, never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Date, DateTime, Integer, MetaData, Table, Text, insert

from chassis.write.uow import UnitOfWork
from contracts.case_materials import ConfirmedMaterial
from services.review.cases.case import Case

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
