"""What is seen of a case: one row by receipt, or an enterprise's own rows."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import Row, text

from chassis.foundation.secrecy import Cipher
from chassis.read.paging import CursorInvalid, cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.oversight import TrackCase, TrackedStep, TrackingPage, TrackingView, TrackOwnCases
from copies import merged_enterprises
from services.oversight.domain import CaseUntraceable, progress, refuse_stranger
from services.oversight.steps import ORDER
from services.oversight.store import STEPS

COLUMNS = (
    "SELECT receipt, tenant, item_title, enterprise_masked, mode, query_code_digest, submitted_at,"
    " CAST(steps AS text) AS steps FROM tracking"
)
BY_RECEIPT = text(f"{COLUMNS} WHERE receipt = :receipt AND query_code_digest IS NOT NULL")
OF_ENTERPRISE = text(
    f"{COLUMNS} WHERE filed_in = :tenant AND enterprise_id {merged_enterprises.OF_ENTERPRISE} AND submitted_at IS NOT NULL"
    " AND (CAST(:before AS timestamptz) IS NULL OR (submitted_at, receipt) < (:before, CAST(:receipt AS text)))"
    " ORDER BY submitted_at DESC, receipt DESC LIMIT :limit"
)
"""A row that its submission has not reached yet is not shown: whoever asks could not have its receipt."""

NO_DIGEST = "0" * 64


def track_case(query: TrackCase, reader: Reader, cipher: Cipher) -> TrackingView:
    """Where the case with this receipt is. Raises CaseUntraceable, whichever of receipt and code is wrong."""
    row = reader.execute(BY_RECEIPT, {"receipt": query.receipt}).first()
    given = cipher.digest(f"{query.receipt}{query.query_code}")
    # Compared in the same time wherever the difference is, and whether there is a row or not.
    if not compare_digest(given, row.query_code_digest if row else NO_DIGEST) or row is None:
        raise CaseUntraceable()
    return _view(row)


def track_own_cases(query: TrackOwnCases, reader: Reader) -> TrackingPage:
    """An enterprise's own cases, those filed under dossiers merged into its own included, newest first. Raises EnterpriseNotYours or CursorInvalid."""
    refuse_stranger(reader.actor, query.enterprise_id)
    before, last = _position(query.cursor)
    wanted = {
        "tenant": reader.tenant,
        "enterprise": query.enterprise_id,
        "before": before,
        "receipt": last,
        "limit": query.limit + 1,
    }
    rows, more = cut_page(reader.execute(OF_ENTERPRISE, wanted).all(), query.limit)
    cursor = encode_cursor(rows[-1].submitted_at, rows[-1].receipt) if more else None
    return TrackingPage(items=tuple(_view(row) for row in rows), next_cursor=cursor)


def _view(row: Row[Any]) -> TrackingView:
    steps = sorted(STEPS.validate_json(row.steps).values(), key=lambda step: (step.at, ORDER[step.code]))
    now = progress(steps)
    return TrackingView(
        receipt=row.receipt,
        tenant=row.tenant,
        item_title=row.item_title,
        enterprise_masked=row.enterprise_masked,
        mode=row.mode,
        state=now.state,
        amount_fen=now.amount_fen,
        due_at=now.due_at,
        submitted_at=row.submitted_at,
        paid_at=now.paid_at,
        steps=tuple(TrackedStep(code=each.code, text=each.text, at=each.at, by=each.by) for each in steps),
        as_of=now.as_of,
    )


def _position(cursor: str | None) -> tuple[datetime | None, str | None]:
    keys = decode_cursor(cursor, 2)
    if keys is None:
        return None, None
    try:
        return datetime.fromisoformat(str(keys[0])), str(keys[1])
    except ValueError as error:
        raise CursorInvalid() from error
