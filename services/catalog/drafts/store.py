"""The table of drafts, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.drafting import ConsultationRound
from services.catalog.drafts.domain import Draft, DraftExists, DraftUnknown

METADATA = MetaData()

POLICY_DRAFT = Table(
    "policy_draft",
    METADATA,
    *aggregate_columns(),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("content", JSONB, nullable=False),
    Column("item_id", Text),
    Column("base_version", Integer),
    Column("stage", Text, nullable=False),
    Column("rounds", JSONB, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False),
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
            "department_id": aggregate.department_id,
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
