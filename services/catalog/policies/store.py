"""The tables of policies, and how rows become aggregates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

import orjson
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, RowMapping, Table, Text, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.aggregate import Aggregate
from contracts.authoring import FieldDifference
from contracts.item import PolicyItemContent
from contracts.policies import PublicationGround
from contracts.refusal import StaleVersion
from services.catalog.policies.domain import (
    ItemUnknown,
    PolicyItem,
    PublishedMeanwhile,
)
from services.catalog.policies.reminder import ExpiryReminder
from services.catalog.search_index.domain import Searchable, searchable
from services.catalog.search_index.store import SearchIndex

METADATA = MetaData()

Subject = Literal["item", "draft", "document"]

POLICY_ITEM = Table(
    "policy_item",
    METADATA,
    *aggregate_columns(),
    Column("code", Text, nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("state_reason", Text, nullable=False),
    Column("state_since", DateTime(timezone=True), nullable=False),
    Column("ground", JSONB(none_as_null=True)),
    Column("opens", Date),
    Column("closes", Date),
    Column("expires_on", Date),
    Column("department_id", Text),
)

POLICY_REMINDER = Table(
    "policy_reminder",
    METADATA,
    *aggregate_columns(),
    Column("item_id", Text, nullable=False),
    Column("expires_on", Date, nullable=False),
)

KEEP_VERSION = """
INSERT INTO policy_item_version (item_id, item_version, tenant, content, ground, published_at)
VALUES (:item_id, :item_version, :tenant, CAST(:content AS jsonb), CAST(:ground AS jsonb), :published_at)
"""

KEEP_CHANGE = """
INSERT INTO policy_change (tenant, subject_type, subject_id, version, item_id, item_version, action, reason,
    actor_id, actor_name, actor_department, at, differences)
VALUES (:tenant, :subject_type, :subject_id, :version, :item_id, :item_version, :action, :reason,
    :actor_id, :actor_name, :actor_department, :at, CAST(:differences AS jsonb))
"""


class PolicyItems(AggregateStore[PolicyItem]):
    """Published items. The table is public (no row security), so whatever is read to be changed, and whatever is
    written, names the tenant itself.
    """

    table = POLICY_ITEM
    public = True
    aggregate_type = "policy_item"
    missing = ItemUnknown
    refusals = {"policy_item_code_once": PublishedMeanwhile}

    def by_code(self, code: str) -> PolicyItem | None:
        """The unit of work's own tenant's item with this code, locked."""
        found = self.where(self.table.c.tenant == self._uow.tenant, self.table.c.code == code)
        return found[0] if found else None

    def save_many(self, aggregates: Iterable[PolicyItem]) -> None:
        """Save them, and in the same transaction what they are found by while they are on offer."""
        saved = list(aggregates)
        super().save_many(saved)
        index = self._uow.of(SearchIndex)
        index.put([_searchable(item) for item in saved if item.state == "published"])
        index.remove([(item.tenant, item.id) for item in saved if item.state != "published"])

    def own(self, item_id: str, *, tenant: str, expected_version: int | None = None) -> PolicyItem:
        """An item of `tenant`, locked. Raises ItemUnknown, or StaleVersion if it is not at `expected_version`."""
        found = self.where(self.table.c.tenant == tenant, self.table.c.id == item_id)
        if not found:
            raise ItemUnknown()
        if expected_version is not None and found[0].version != expected_version:
            raise StaleVersion()
        return found[0]

    def own_many(self, keys: Collection[tuple[str, str]]) -> dict[str, PolicyItem]:
        """Those of (tenant, id) that exist, by id, locked in key order."""
        wanted = tuple_(self.table.c.tenant, self.table.c.id).in_(sorted(set(keys)))
        return {found.id: found for found in self.where(wanted)} if keys else {}

    def keep_version(self, item: PolicyItem) -> None:
        """The text as it is published now, for ever."""
        self._uow.execute(
            KEEP_VERSION,
            {
                "item_id": item.id,
                "item_version": item.item_version,
                "tenant": item.tenant,
                "content": item.content.model_dump_json(),
                "ground": item.ground.model_dump_json() if item.ground is not None else None,
                "published_at": item.published_at,
            },
        )

    def to_row(self, aggregate: PolicyItem) -> dict[str, Any]:
        window = aggregate.content.rules.plan.window
        return {
            "code": aggregate.code,
            "item_version": aggregate.item_version,
            "content": aggregate.content.model_dump(mode="json"),
            "published_at": aggregate.published_at,
            "state": aggregate.state,
            "state_reason": aggregate.state_reason,
            "state_since": aggregate.state_since,
            "ground": aggregate.ground.model_dump(mode="json") if aggregate.ground is not None else None,
            "opens": window.opens,
            "closes": window.closes,
            "expires_on": aggregate.expires_on,
            "department_id": aggregate.department_id,
        }

    def from_row(self, row: RowMapping) -> PolicyItem:
        return PolicyItem(
            **self.frame_fields(row),
            code=row["code"],
            item_version=row["item_version"],
            content=PolicyItemContent.model_validate(row["content"]),
            published_at=row["published_at"],
            state=row["state"],
            state_reason=row["state_reason"],
            state_since=row["state_since"],
            ground=PublicationGround.model_validate(row["ground"]) if row["ground"] is not None else None,
            expires_on=row["expires_on"],
            department_id=row["department_id"],
        )


def _searchable(item: PolicyItem) -> Searchable:
    return searchable(
        item.content,
        item_id=item.id,
        tenant=item.tenant,
        item_version=item.item_version,
        published_at=item.published_at,
    )


class Reminders(AggregateStore[ExpiryReminder]):
    """What departments have been reminded of."""

    table = POLICY_REMINDER
    aggregate_type = "item_reminder"

    def to_row(self, aggregate: ExpiryReminder) -> dict[str, Any]:
        return {"item_id": aggregate.item_id, "expires_on": aggregate.expires_on}

    def from_row(self, row: RowMapping) -> ExpiryReminder:
        return ExpiryReminder(**dict(row))


class Changes:
    """Who changed what, when and why: beside the audit facts, which are for auditors, this is for readers."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(
        self,
        subject_type: Subject,
        changed: Aggregate,
        action: str,
        *,
        reason: str = "",
        item_id: str | None = None,
        item_version: int | None = None,
        differences: Sequence[FieldDifference] = (),
    ) -> None:
        """The aggregate has just been saved: its version is that of the change."""
        actor = self._uow.actor
        self._uow.execute(
            KEEP_CHANGE,
            {
                "tenant": changed.tenant,
                "subject_type": subject_type,
                "subject_id": changed.id,
                "version": changed.version,
                "item_id": item_id,
                "item_version": item_version,
                "action": action,
                "reason": reason,
                "actor_id": actor.id,
                "actor_name": actor.name,
                "actor_department": actor.department,
                "at": self._uow.now,
                "differences": orjson.dumps([each.model_dump() for each in differences]).decode(),
            },
        )
