"""The table of codes that were asked for, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, MetaData, RowMapping, Table, Text

from chassis.write.store import AggregateStore, aggregate_columns, own_row, proposal_columns
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
    *proposal_columns("asked"),
)


def admission_of(row: RowMapping) -> CodeAdmission:
    """A row as an aggregate: the table calls `asked` what is proposed elsewhere."""
    told = dict(row)
    return CodeAdmission(proposed_by=told.pop("asked_by"), proposed_at=told.pop("asked_at"), **told)


class CodeAdmissions(AggregateStore[CodeAdmission]):
    """The codes that were asked for in this place, and what became of them."""

    table = CODE_ADMISSION
    aggregate_type = "code_admission"
    missing = CodeAdmissionUnknown
    refusals = {"code_admission_asked_once": CodeAdmissionAskedAlready}

    def to_row(self, aggregate: CodeAdmission) -> dict[str, Any]:
        return own_row(self.table, aggregate)

    def from_row(self, row: RowMapping) -> CodeAdmission:
        return admission_of(row)
