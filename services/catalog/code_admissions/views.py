"""The codes that were asked for in a place."""

from __future__ import annotations

from chassis.read.paging import newest_page
from chassis.read.reader import Reader
from contracts.code_admissions import CodeAdmissionPage, ListCodeAdmissions
from services.catalog.code_admissions.domain import CodeAdmission
from services.catalog.code_admissions.store import admission_of


def list_code_admissions(query: ListCodeAdmissions, reader: Reader) -> CodeAdmissionPage:
    """The codes of this place, the newest first. Raises CodeAdmissionByStaffOnly, CursorInvalid."""
    CodeAdmission.refuse_enterprises(reader.actor)
    rows, cursor = newest_page(
        reader,
        "SELECT * FROM code_admission WHERE tenant = :tenant AND (CAST(:state AS text) IS NULL OR state = :state)",
        {"tenant": reader.tenant, "state": query.state},
        query,
    )
    return CodeAdmissionPage(items=tuple(admission_of(row).view() for row in rows), next_cursor=cursor)
