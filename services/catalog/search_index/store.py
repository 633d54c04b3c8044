"""The table by which items are found, and the revision of what is public."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import CursorResult

from contracts.message import TenantId
from services.catalog.search_index.domain import Searchable
from services.catalog.search_index.lexemes import heading_lexemes, words_lexemes

COLUMNS = (
    "item_id", "tenant", "revision", "on_offer", "item_version", "published_at", "heading", "words", "max_amount_fen",
    "opens", "closes", "shown",
)  # fmt: skip

PUT = (
    f"INSERT INTO search_document ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)}"
    " FROM json_populate_recordset(NULL::search_document, CAST(:rows AS json))"
    f" ON CONFLICT (item_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
)
REMOVE = (
    "UPDATE search_document SET on_offer = false, words = '', heading = '', revision = :revision"
    " WHERE tenant = :tenant AND item_id = ANY (:ids) AND on_offer"
)
REVISE = (
    "INSERT INTO catalogue_revision (tenant, revision, changed_at) VALUES (:tenant, 1, :at)"
    " ON CONFLICT (tenant) DO UPDATE SET revision = catalogue_revision.revision + 1,"
    " changed_at = excluded.changed_at RETURNING revision"
)


class Transaction(Protocol):
    """What the index writes in: a unit of work, or a migration."""

    @property
    def now(self) -> datetime: ...
    def execute(self, sql: str, parameters: Any = None) -> CursorResult[Any]: ...


class SearchIndex:
    """What can be found, kept in the transaction that puts it on offer or takes it off.

    Every change counts the revision of its tenant up and carries it, so that whoever keeps a copy learns that it
    is old, and what to read again. Two changes of one tenant wait for each other there: their revisions are
    committed in order. The tables are public (no row security), so writing names the tenant itself.
    """

    def __init__(self, uow: Transaction) -> None:
        self._uow = uow

    def put(self, items: Sequence[Searchable]) -> None:
        """These are on offer, in these versions."""
        for tenant in sorted({item.tenant for item in items}):
            revision = self._revised(tenant)
            rows = [row_of(item, revision) for item in items if item.tenant == tenant]
            self._uow.execute(PUT, {"rows": orjson.dumps(rows).decode()})

    def remove(self, items: Sequence[tuple[TenantId, str]]) -> None:
        """These (tenant, item id) are on offer no more. Their rows stay: a copy must learn that they went."""
        for tenant in sorted({tenant for tenant, _item_id in items}):
            ids = [item_id for owner, item_id in items if owner == tenant]
            self._uow.execute(REMOVE, {"tenant": tenant, "ids": ids, "revision": self._revised(tenant)})

    def _revised(self, tenant: TenantId) -> int:
        revision: int = self._uow.execute(REVISE, {"tenant": tenant, "at": self._uow.now}).scalar_one()
        return revision


def row_of(item: Searchable, revision: int) -> dict[str, Any]:
    """The item as JSON that PostgreSQL takes apart by the table's own types."""
    return {
        "item_id": item.item_id,
        "tenant": item.tenant,
        "revision": revision,
        "on_offer": True,
        "item_version": item.item_version,
        "published_at": item.published_at,
        "heading": heading_lexemes(item.texts),
        "words": words_lexemes(item.texts),
        "max_amount_fen": item.max_amount_fen,
        "opens": item.opens,
        "closes": item.closes,
        "shown": item.shown,
    }
