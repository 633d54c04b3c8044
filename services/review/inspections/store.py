"""Inspections and officers' answers as rows. Both tables are only added to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, RowMapping, Table, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.inspection_evidence import EnterpriseSignature, InspectionPhotograph, InspectionPosition
from services.review.inspections.inspection_record import InspectionRecord, InspectionUnknown, OfficerAnswer

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

CASE_INSPECTION = Table(
    "case_inspection",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("findings", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("inspected_at", INSTANT, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("officers", JSONB, nullable=False),
    Column("photographs", JSONB, nullable=False),
    Column("position", JSONB(none_as_null=True)),
    Column("signature", JSONB(none_as_null=True)),
)

INSPECTION_ANSWER = Table(
    "case_inspection_answer",
    METADATA,
    *aggregate_columns(),
    Column("inspection_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("was_there", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
)

DOCUMENTS: dict[str, TypeAdapter[Any]] = {
    "officers": TypeAdapter(tuple[str, ...]),
    "photographs": TypeAdapter(tuple[InspectionPhotograph, ...]),
    "position": TypeAdapter(InspectionPosition | None),
    "signature": TypeAdapter(EnterpriseSignature | None),
}
PLAIN = ("case_id", "step", "passed", "findings", "place", "inspected_at", "recorded_by", "recorded_at")
ANSWERED = ("inspection_id", "person_id", "was_there", "note", "at")


class RecordedInspections(AggregateStore[InspectionRecord]):
    """Every inspection of a case. Nothing is locked: whoever adds one holds the case."""

    table = CASE_INSPECTION
    aggregate_type = "case_inspection"
    missing = InspectionUnknown

    def of_case(self, case_id: str) -> list[InspectionRecord]:
        """The earliest first."""
        found = self.where(self.table.c.case_id == case_id, lock=False)
        return sorted(found, key=lambda each: (each.recorded_at, each.id))

    def to_row(self, aggregate: InspectionRecord) -> dict[str, Any]:
        documents = {
            name: adapter.dump_python(getattr(aggregate, name), mode="json") for name, adapter in DOCUMENTS.items()
        }
        return {**{name: getattr(aggregate, name) for name in PLAIN}, **documents}

    def from_row(self, row: RowMapping) -> InspectionRecord:
        return inspection_of(row)


class OfficerAnswers(AggregateStore[OfficerAnswer]):
    """What the officers who were named have said."""

    table = INSPECTION_ANSWER
    aggregate_type = "case_inspection_answer"

    def of(self, inspection_ids: Collection[str]) -> list[OfficerAnswer]:
        wanted = any_(literal(sorted(set(inspection_ids)), ARRAY(Text)))
        return self.where(self.table.c.inspection_id == wanted, lock=False) if inspection_ids else []

    def to_row(self, aggregate: OfficerAnswer) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in ANSWERED}

    def from_row(self, row: RowMapping) -> OfficerAnswer:
        return answer_of_row(row)


def inspection_of(row: RowMapping) -> InspectionRecord:
    read = {name: adapter.validate_python(row[name]) for name, adapter in DOCUMENTS.items()}
    plain = {name: row[name] for name in PLAIN}
    return InspectionRecord(**AggregateStore.frame_fields(row), **plain, **read)


def answer_of_row(row: RowMapping) -> OfficerAnswer:
    return OfficerAnswer(**AggregateStore.frame_fields(row), **{name: row[name] for name in ANSWERED})
