"""Making the index anew: after migrations, and so whenever what an item is found by has changed.

That is the case when `vocabulary.json` changes, or what `searchable` takes from an item. A test compares the
vocabulary with the one that the newest such migration names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, text

from contracts.item import PolicyItemContent
from services.catalog.search_index.domain import searchable
from services.catalog.search_index.store import SearchIndex

BATCH = 200

ON_OFFER = (
    "SELECT id, tenant, item_version, published_at, content FROM policy_item WHERE state = 'published' ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Migrating:
    """A migration's connection, as the index writes to it."""

    connection: Connection
    now: datetime

    def execute(self, sql: str, parameters: Any = None) -> CursorResult[Any]:
        return self.connection.execute(text(sql), parameters)


def rebuild(connection: Connection) -> int:
    """Index every item on offer anew; returns how many."""
    now: datetime = connection.execute(text("SELECT now()")).scalar_one()
    index = SearchIndex(Migrating(connection, now))
    rows = connection.execute(text(ON_OFFER)).all()
    for start in range(0, len(rows), BATCH):
        index.put(
            [
                searchable(
                    PolicyItemContent.model_validate(row.content),
                    item_id=row.id,
                    tenant=row.tenant,
                    item_version=row.item_version,
                    published_at=row.published_at,
                )
                for row in rows[start : start + BATCH]
            ]
        )
    return len(rows)
