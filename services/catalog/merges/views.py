"""The merges of a place."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.merges import ListMerges, MergePage
from services.catalog.merges.domain import Merge


def list_merges(query: ListMerges, reader: Reader) -> MergePage:
    """The merges of this place, the newest first. Raises CursorInvalid."""
    before = decode_cursor(query.cursor, str)
    found = reader.execute(
        "SELECT * FROM enterprise_merge WHERE tenant = :tenant AND (CAST(:state AS text) IS NULL OR state = :state)"
        " AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
        {
            "tenant": reader.tenant,
            "state": query.state,
            "before": str(before[0]) if before else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(Merge(**dict(row)).view() for row in rows)
    return MergePage(items=items, next_cursor=encode_cursor(items[-1].merge_id) if more else None)
