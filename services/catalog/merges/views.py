"""The merges of a place."""

from __future__ import annotations

from chassis.read.paging import newest_page
from chassis.read.reader import Reader
from contracts.merges import ListMerges, MergePage
from services.catalog.merges.domain import Merge


def list_merges(query: ListMerges, reader: Reader) -> MergePage:
    """The merges of this place, the newest first. Raises CursorInvalid."""
    rows, cursor = newest_page(
        reader,
        "SELECT * FROM enterprise_merge WHERE tenant = :tenant AND (CAST(:state AS text) IS NULL OR state = :state)",
        {"tenant": reader.tenant, "state": query.state},
        query,
    )
    return MergePage(items=tuple(Merge(**dict(row)).view() for row in rows), next_cursor=cursor)
