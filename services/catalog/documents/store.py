"""The table of documents, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.documents import IssuedDocument
from services.catalog.documents.domain import Document, DocumentRegisteredAlready, DocumentUnknown

METADATA = MetaData()

POLICY_DOCUMENT = Table(
    "policy_document",
    METADATA,
    *aggregate_columns(),
    Column("department", Text, nullable=False),
    Column("text", JSONB, nullable=False),
    Column("valid_to", Date),
    Column("state", Text, nullable=False),
    Column("repealed_on", Date),
    Column("repeal_basis", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
)


class Documents(AggregateStore[Document]):
    """Registered documents. The table is public (no row security), so writing names the tenant itself."""

    table = POLICY_DOCUMENT
    public = True
    aggregate_type = "policy_document"
    missing = DocumentUnknown
    refusals = {"policy_document_number_once": DocumentRegisteredAlready}

    def own(self, document_id: str, *, tenant: str) -> Document:
        """A document that `tenant` has registered, locked. Raises DocumentUnknown."""
        found = self.where(self.table.c.tenant == tenant, self.table.c.id == document_id)
        if not found:
            raise DocumentUnknown()
        return found[0]

    def to_row(self, aggregate: Document) -> dict[str, Any]:
        return {
            "department": aggregate.department,
            "text": aggregate.text.model_dump(mode="json"),
            "valid_to": aggregate.text.valid_to,
            "state": aggregate.state,
            "repealed_on": aggregate.repealed_on,
            "repeal_basis": aggregate.repeal_basis,
            "registered_at": aggregate.registered_at,
        }

    def from_row(self, row: RowMapping) -> Document:
        return Document(
            **self.frame_fields(row),
            department=row["department"],
            text=IssuedDocument.model_validate(row["text"]),
            state=row["state"],
            repealed_on=row["repealed_on"],
            repeal_basis=row["repeal_basis"],
            registered_at=row["registered_at"],
        )
