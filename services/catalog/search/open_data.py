"""Everything on offer, in pages, with a revision that changes whenever any of it does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.item import PolicyItemContent
from contracts.open_data import OpenData, OpenItem, ReadOpenData
from rules import sentences

STATE = (
    "SELECT (SELECT coalesce(sum(revision), 0)::bigint FROM catalogue_revision r"
    "  WHERE CAST(:tenant AS text) IS NULL OR r.tenant = :tenant) AS revision,"
    " (SELECT max(changed_at) FROM catalogue_revision r"
    "  WHERE CAST(:tenant AS text) IS NULL OR r.tenant = :tenant) AS changed_at,"
    # A place's name and code are told with its items.
    " (SELECT coalesce(sum(settings_version), 0)::bigint FROM tenant) AS places"
)
PAGE = (
    f"WITH state AS ({STATE}), page AS ("
    "SELECT d.item_id, d.tenant, t.name AS tenant_name, t.division_code, d.item_version AS version, d.published_at,"
    " d.max_amount_fen, p.content FROM search_document d JOIN policy_item p ON p.id = d.item_id"
    " LEFT JOIN tenant t ON t.id = d.tenant WHERE d.on_offer AND d.item_id > :after"
    " AND (CAST(:tenant AS text) IS NULL OR d.tenant = :tenant) ORDER BY d.item_id LIMIT :limit)"
    " SELECT state.*, page.* FROM state LEFT JOIN page ON true ORDER BY page.item_id"
)


def read_open_data(query: ReadOpenData, reader: Reader) -> OpenData:
    """A page of everything on offer, and the revision it is of, both of one instant. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, str)
    told: dict[str, Any] = {"tenant": query.tenant}
    if query.unless is not None:
        state = reader.execute(STATE, told).mappings().one()
        if _revision(state) == query.unless:
            return OpenData(revision=query.unless, changed_at=state["changed_at"], unchanged=True)
    told |= {"after": str(after[0]) if after else "", "limit": query.limit + 1}
    found = reader.execute(PAGE, told).mappings().all()
    rows, more = cut_page([row for row in found if row["item_id"] is not None], query.limit)
    return OpenData(
        revision=_revision(found[0]),
        changed_at=found[0]["changed_at"],
        items=tuple(map(_open_item, rows)),
        next_cursor=encode_cursor(rows[-1]["item_id"]) if more else None,
    )


def _revision(state: RowMapping) -> str:
    """Counters only go up, so their sums never come back; the instant tells a restored backup from what was after."""
    changed_at = state["changed_at"]
    instant = int(changed_at.timestamp() * 1_000_000) if changed_at else 0
    return f"{state['revision']}.{state['places']}.{instant:x}"


def _open_item(row: RowMapping) -> OpenItem:
    content = PolicyItemContent.model_validate(row["content"])
    names = ("item_id", "tenant", "version", "published_at", "max_amount_fen")
    return OpenItem(
        **{name: row[name] for name in names},
        tenant_name=row["tenant_name"] or row["tenant"],
        division_code=row["division_code"] or "",
        sentences=sentences(content.rules).model_dump(),
        content=content,
    )
