"""The table of codes that were asked for, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns
from services.catalog.code_admissions.domain import CodeAdmission, CodeAdmissionAskedAlready, CodeAdmissionUnknown

METADATA = MetaData()

CODE_ADMISSION = Table(
    "code_admission",
    METADATA,
    *aggregate_columns(),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("wrong", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("sha256", Text),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("answer", Text),
)
FRAME = frozenset(column.name for column in aggregate_columns())
OWN = tuple(str(column.name) for column in CODE_ADMISSION.columns if column.name not in FRAME)


class CodeAdmissions(AggregateStore[CodeAdmission]):
    """The codes that were asked for in this place, and what became of them."""

    table = CODE_ADMISSION
    aggregate_type = "code_admission"
    missing = CodeAdmissionUnknown
    refusals = {"code_admission_asked_once": CodeAdmissionAskedAlready}

    def to_row(self, aggregate: CodeAdmission) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN}

    def from_row(self, row: RowMapping) -> CodeAdmission:
        return CodeAdmission(**dict(row))
