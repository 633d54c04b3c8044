"""The materials that were given for cases (随申报材料): rows that are added and never changed.

They come with the claim or with the answer to a supplement, and stay what they were. A tenant that acts in another's case has
rows of its own of them, as it has of its task (`handing_over`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from chassis.write.uow import UnitOfWork
from contracts.given_materials import FiledMaterial
from contracts.message import TenantId
from contracts.supplements import SupplementPointView
from services.review.cases.case import Case

CASE_MATERIAL = Table(
    "case_material",
    MetaData(),
    Column("tenant", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("material_id", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger),
    Column("kept_in", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
)
C = CASE_MATERIAL.c
SAID = tuple(column.name for column in C if column.name not in ("tenant", "case_id"))


class FiledMaterials:
    """What was given for the cases of the unit of work's tenants."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def file(self, filed: Iterable[tuple[Case, Sequence[FiledMaterial]]]) -> None:
        """What has come with these claims."""
        self._add(
            {
                **_whose(case.tenant, case.id),
                **each.model_dump(),
                "round": 0,
                "given_at": case.received_at,
            }
            for case, materials in filed
            for each in materials
        )

    def bring(
        self, case: Case, round: int, points: Iterable[SupplementPointView], at: datetime, kept_in: TenantId
    ) -> None:
        """The papers that came with the answers in a round of its supplement. The same paper of a later round is the
        one that is known."""
        self._add(
            {
                **_whose(case.tenant, case.id),
                "material_id": brought_id(case.id, point.code, sha256),
                "code": point.code,
                "name": point.label,
                "sha256": sha256,
                "size": None,
                "kept_in": kept_in,
                "round": round,
                "given_at": at,
            }
            for point in points
            if point.answer is not None
            for sha256 in point.answer.files
        )

    def hand_over(self, cases: Mapping[str, Case], acting: Mapping[str, Iterable[TenantId]]) -> None:
        """Let the tenants that act in these cases (by case id) have what was given for them so far."""
        origin = {origin_of(cases[id].id, cases[id].first_case_id): None for id in acting}
        wanted = C.case_id == any_(literal(sorted({each for pair in origin for each in pair}), ARRAY(Text)))
        tenants = C.tenant == any_(literal(sorted({cases[id].tenant for id in acting}), ARRAY(Text)))
        rows = self._uow.execute(select(CASE_MATERIAL).where(tenants, wanted)).mappings().all() if origin else []
        self._add(
            {**_whose(tenant, id), **{name: row[name] for name in SAID}}
            for id, tenants in acting.items()
            for row in rows
            if row["case_id"] in origin_of(id, cases[id].first_case_id)
            for tenant in tenants
            if tenant != cases[id].tenant
        )

    def _add(self, rows: Iterable[dict[str, Any]]) -> None:
        if added := list(rows):
            self._uow.execute(insert(CASE_MATERIAL).on_conflict_do_nothing(), added)


def origin_of(case_id: str, first_case_id: str | None) -> tuple[str, ...]:
    """For which cases the materials of a case were given: a later instalment rests on what was given for the first."""
    return (case_id,) if first_case_id is None else (case_id, first_case_id)


def brought_id(case_id: str, code: str, sha256: str) -> str:
    """The id of a paper that answers a supplement, which is in nobody's file."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"case_material\x1f{case_id}\x1f{code}\x1f{sha256}"))


def _whose(tenant: TenantId, case_id: str) -> dict[str, Any]:
    return {"tenant": tenant, "case_id": case_id}
