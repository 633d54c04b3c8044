"""The tables of policies, and how rows become aggregates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import AggregateStore, aggregate_columns
from contracts.item import PolicyItemContent
from services.catalog.policies.domain import (
    ItemUnknown,
    PolicyItem,
    PublishedMeanwhile,
)

METADATA = MetaData()

POLICY_ITEM = Table(
    "policy_item",
    METADATA,
    *aggregate_columns(),
    Column("code", Text, nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)


class PolicyItems(AggregateStore[PolicyItem]):
    """Published items. The table is public (no row security), so writing names the tenant itself."""

    table = POLICY_ITEM
    aggregate_type = "policy_item"
    missing = ItemUnknown
    refusals = {"policy_item_code_once": PublishedMeanwhile}

    def by_code(self, code: str) -> PolicyItem | None:
        """The unit of work's own tenant's item with this code, locked."""
        found = self.where(self.table.c.tenant == self._uow.tenant, self.table.c.code == code)
        return found[0] if found else None

    def to_row(self, aggregate: PolicyItem) -> dict[str, Any]:
        return {
            "code": aggregate.code,
            "item_version": aggregate.item_version,
            "content": aggregate.content.model_dump(mode="json"),
            "published_at": aggregate.published_at,
        }

    def from_row(self, row: RowMapping) -> PolicyItem:
        return PolicyItem(
            **self.frame_fields(row),
            code=row["code"],
            item_version=row["item_version"],
            content=PolicyItemContent.model_validate(row["content"]),
            published_at=row["published_at"],
        )


