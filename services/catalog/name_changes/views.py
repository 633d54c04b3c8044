"""The changes of names of a place."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.name_changes import ListNameChanges, NameChangePage
from services.catalog.name_changes.domain import NameChange

CHANGES = (
    "SELECT * FROM enterprise_name_change WHERE tenant = :tenant"
    " AND (CAST(:enterprise AS text) IS NULL OR enterprise_id = :enterprise)"
    " AND (CAST(:state AS text) IS NULL OR state = :state)"
    " AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
)


def list_name_changes(query: ListNameChanges, reader: Reader) -> NameChangePage:
    """The changes of this place, or of one enterprise, the newest first. Raises CursorInvalid."""
    before = decode_cursor(query.cursor, str)
    asked = {
        "tenant": reader.tenant,
        "enterprise": query.enterprise_id,
        "state": query.state,
        "before": str(before[0]) if before else None,
        "limit": query.limit + 1,
    }
    rows, more = cut_page(reader.execute(CHANGES, asked).mappings().all(), query.limit)
    items = tuple(NameChange(**dict(row)).view() for row in rows)
    return NameChangePage(items=items, next_cursor=encode_cursor(items[-1].change_id) if more else None)
