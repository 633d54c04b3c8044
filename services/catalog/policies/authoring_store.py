"""The tables of documents and drafts, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.documents import IssuedDocument
from contracts.drafting import ConsultationRound
from services.catalog.policies.document import Document, DocumentRegisteredAlready, DocumentUnknown
from services.catalog.policies.draft import Draft, DraftExists, DraftUnknown
from services.catalog.policies.store import METADATA

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

POLICY_DRAFT = Table(
    "policy_draft",
    METADATA,
    *aggregate_columns(),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("item_id", Text),
    Column("base_version", Integer),
    Column("stage", Text, nullable=False),
    Column("rounds", JSONB, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False),
)


class Documents(AggregateStore[Document]):
    """Registered documents. The table is public (no row security), so writing names the tenant itself."""

    table = POLICY_DOCUMENT
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


class Drafts(AggregateStore[Draft]):
    """Drafts of the unit of work's tenants: they are nobody else's business, and under row security."""

    table = POLICY_DRAFT
    aggregate_type = "policy_draft"
    missing = DraftUnknown
    refusals = {"policy_draft_open_once": DraftExists}

    def to_row(self, aggregate: Draft) -> dict[str, Any]:
        return {
            "code": aggregate.code,
            "title": aggregate.title,
            "department": aggregate.department,
            "content": aggregate.content,
            "item_id": aggregate.item_id,
            "base_version": aggregate.base_version,
            "stage": aggregate.stage,
            "rounds": [each.model_dump(mode="json") for each in aggregate.rounds],
            "created_by": aggregate.created_by,
            "created_at": aggregate.created_at,
            "edited_at": aggregate.edited_at,
        }

    def from_row(self, row: RowMapping) -> Draft:
        rounds = tuple(ConsultationRound.model_validate(each) for each in row["rounds"])
        return Draft(**{**dict(row), "rounds": rounds})
