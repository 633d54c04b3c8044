"""The changes of names of a place."""

from __future__ import annotations

from chassis.read.paging import newest_page
from chassis.read.reader import Reader
from contracts.name_changes import ListNameChanges, NameChangePage
from services.catalog.name_changes.domain import NameChange

CHANGES = (
    "SELECT * FROM enterprise_name_change WHERE tenant = :tenant"
    " AND (CAST(:enterprise AS text) IS NULL OR enterprise_id = :enterprise)"
    " AND (CAST(:state AS text) IS NULL OR state = :state)"
)


def list_name_changes(query: ListNameChanges, reader: Reader) -> NameChangePage:
    """The changes of this place, or of one enterprise, the newest first. Raises CursorInvalid."""
    asked = {"tenant": reader.tenant, "enterprise": query.enterprise_id, "state": query.state}
    rows, cursor = newest_page(reader, CHANGES, asked, query)
    return NameChangePage(items=tuple(NameChange(**dict(row)).view() for row in rows), next_cursor=cursor)
