"""What is seen of the archive: the list of claims, a claim's packages, a voucher."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.archive import (
    ArchivedClaim,
    ArchivedVoucher,
    ArchivePackage,
    ArchivePackages,
    ArchivePage,
    GetArchivedVoucher,
    GetArchivePackages,
    ListArchive,
)
from contracts.refusal import NotFound

CONFINED = "(CAST(:department AS text) IS NULL OR a.department_id = :department OR a.department = :named)"
"""Whether it is one of the reader's department; the bureau and inspectors read those of every department."""

PACKAGES = text(
    "SELECT p.tenant, p.receipt, p.case_id, p.number, p.stage, a.enterprise_name, a.uscc, a.item_title, a.department, p.files,"
    " p.frozen_at, p.sha256, p.before FROM archive_package p JOIN archived_claim a USING (tenant, receipt)"
    f" WHERE p.tenant = :tenant AND p.receipt = :receipt AND {CONFINED} ORDER BY p.number DESC"
)
LISTED = text(
    "SELECT a.receipt, a.case_id, a.enterprise_name, a.item_title, a.department, a.stage, a.packages,"
    " jsonb_array_length(a.files) AS files, a.frozen_at FROM archived_claim a"
    f" WHERE a.tenant = :tenant AND a.packages > 0 AND {CONFINED}"
    " AND (CAST(:about AS text) IS NULL OR a.receipt = :about OR a.uscc = :about OR strpos(a.enterprise_name, :about) > 0)"
    " AND (CAST(:before AS timestamptz) IS NULL OR (a.frozen_at, a.receipt) < (:before, CAST(:after AS text)))"
    " ORDER BY a.frozen_at DESC, a.receipt DESC LIMIT :limit"
)
VOUCHER = text(
    "SELECT v.claim, v.disbursement_id, v.amount_fen, v.settled, v.at, v.body FROM archive_voucher v"
    " JOIN archived_claim a USING (tenant, receipt)"
    f" WHERE v.tenant = :tenant AND v.receipt = :receipt AND v.sha256 = :sha256 AND {CONFINED}"
)


class NothingArchived(NotFound):
    code = "nothing_archived"
    sentence = "该办件还没有归档，或者不归您查看；作出决定并制发文书之后归档。"


def get_archive_packages(query: GetArchivePackages, reader: Reader) -> ArchivePackages:
    """Raises NothingArchived."""
    found = reader.execute(PACKAGES, _asked(reader) | {"receipt": query.receipt}).mappings().all()
    if not found:
        raise NothingArchived()
    return ArchivePackages(items=tuple(ArchivePackage.model_validate(dict(row)) for row in found))


def list_archive(query: ListArchive, reader: Reader) -> ArchivePage:
    """Raises CursorInvalid."""
    before = decode_cursor(query.cursor, datetime, str) or (None, None)
    about = query.about.strip() if query.about else None
    said = {"about": about or None, "before": before[0], "after": before[1], "limit": query.limit + 1}
    rows, more = cut_page(reader.execute(LISTED, _asked(reader) | said).mappings().all(), query.limit)
    items = tuple(ArchivedClaim.model_validate(dict(row)) for row in rows)
    return ArchivePage(items=items, next_cursor=encode_cursor(items[-1].frozen_at, items[-1].receipt) if more else None)


def get_archived_voucher(query: GetArchivedVoucher, reader: Reader) -> ArchivedVoucher:
    """Raises NothingArchived."""
    said = {"receipt": query.receipt, "sha256": query.sha256}
    row = reader.execute(VOUCHER, _asked(reader) | said).mappings().first()
    if row is None:
        raise NothingArchived()
    return ArchivedVoucher.model_validate(dict(row))


def _asked(reader: Reader) -> dict[str, Any]:
    actor = reader.actor
    confined = "department" in actor.roles
    return {
        "tenant": reader.tenant,
        "department": (actor.department_id or "") if confined else None,
        "named": actor.department if confined else None,
    }
