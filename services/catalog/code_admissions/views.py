"""The codes that were asked for in a place."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.code_admissions import CodeAdmissionPage, ListCodeAdmissions
from services.catalog.code_admissions.domain import CodeAdmission, refuse_enterprises


def list_code_admissions(query: ListCodeAdmissions, reader: Reader) -> CodeAdmissionPage:
    """The codes of this place, the newest first. Raises CodeAdmissionByStaffOnly, CursorInvalid."""
    refuse_enterprises(reader.actor)
    before = decode_cursor(query.cursor, str)
    found = reader.execute(
        "SELECT * FROM code_admission WHERE tenant = :tenant AND (CAST(:state AS text) IS NULL OR state = :state)"
        " AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
        {
            "tenant": reader.tenant,
            "state": query.state,
            "before": str(before[0]) if before else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(CodeAdmission(**dict(row)).view() for row in rows)
    return CodeAdmissionPage(items=items, next_cursor=encode_cursor(items[-1].admission_id) if more else None)
