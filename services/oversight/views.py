"""What is seen of a case: one row by receipt, or an enterprise's own rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, text

from chassis.foundation.secrecy import Cipher, mask_numbers
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.oversight import TrackCase, TrackedStep, TrackingPage, TrackingView, TrackOwnCases
from copies import merged_enterprises
from copies.departments import KnownDepartments
from services.oversight.domain import (
    CaseProgress,
    CaseStep,
    CaseUntraceable,
    refuse_stranger,
    standing_of,
)
from services.oversight.progress import progress
from services.oversight.query_codes import fits
from services.oversight.reviewing import made_known
from services.oversight.sentences import ORDER
from services.oversight.store import STEPS
from services.oversight.turns import CaseStanding, Turn, turns

COLUMNS = (
    "SELECT receipt, tenant, item_title, enterprise_masked, mode, query_code_digest, submitted_at, department,"
    " department_id, CAST(steps AS text) AS steps FROM tracking"
)
BY_RECEIPT = text(f"{COLUMNS} WHERE receipt = :receipt AND query_code_digest IS NOT NULL")
OF_ENTERPRISE = text(
    f"{COLUMNS} WHERE filed_in = :tenant AND enterprise_id {merged_enterprises.OF_ENTERPRISE} AND submitted_at IS NOT NULL"
    " AND (CAST(:only AS text) IS NULL OR receipt = :only)"
    " AND (CAST(:before AS timestamptz) IS NULL OR (submitted_at, receipt) < (:before, CAST(:receipt AS text)))"
    " ORDER BY submitted_at DESC, receipt DESC LIMIT :limit"
)
"""A row that its submission has not reached yet is not shown: whoever asks could not have its receipt."""

ACCOUNT_DIGITS = 12
"""What is as long as an account in a step is none of its story: the former version told what the bank had written, and
officers type what they like."""


def track_case(query: TrackCase, reader: Reader, cipher: Cipher) -> TrackingView:
    """Where the case with this receipt is. Raises CaseUntraceable, whichever of receipt and code is wrong."""
    row = reader.execute(BY_RECEIPT, {"receipt": query.receipt}).first()
    if not fits(query.receipt, query.query_code, row.query_code_digest if row else None, cipher) or row is None:
        raise CaseUntraceable()
    return _views([row], reader)[0]


def track_own_cases(query: TrackOwnCases, reader: Reader) -> TrackingPage:
    """An enterprise's own cases, those filed under dossiers merged into its own included, newest first. Raises EnterpriseNotYours or CursorInvalid."""
    refuse_stranger(reader.actor, query.enterprise_id)
    shown = (
        row
        for row in _own_rows(query, reader)
        if query.standing is None or query.standing == standing_of(progress(_story(row)).state)
    )
    found, more = cut_page(list(islice(shown, query.limit + 1)), query.limit)
    cursor = encode_cursor(found[-1].submitted_at, found[-1].receipt) if more else None
    return TrackingPage(items=_views(found, reader), next_cursor=cursor)


def _own_rows(query: TrackOwnCases, reader: Reader) -> Iterator[Row[Any]]:
    """The enterprise's rows from the cursor on, some at a time: where a case stands only its steps say."""
    before, last = _position(query.cursor)
    wanted = {"tenant": reader.tenant, "enterprise": query.enterprise_id, "only": query.receipt}
    many = query.limit + 1
    while True:
        asked = {**wanted, "before": before, "receipt": last, "limit": many}
        rows = reader.execute(OF_ENTERPRISE, asked).all()
        yield from rows
        if len(rows) < many:
            return
        before, last = rows[-1].submitted_at, rows[-1].receipt


def _views(rows: Sequence[Row[Any]], reader: Reader) -> tuple[TrackingView, ...]:
    """Each with whose turn it is today."""
    stories = [_story(row) for row in rows]
    standing = [progress(steps) for steps in stories]
    cases = [
        CaseStanding(now.state, row.tenant, row.department, row.department_id, now.payer, now.asked)
        for row, now in zip(rows, standing, strict=True)
    ]
    whose = turns(cases, KnownDepartments(reader), reader.now.astimezone(CHINA).date())
    return tuple(_view(*each) for each in zip(rows, stories, standing, whose, strict=True))


def _story(row: Row[Any]) -> list[CaseStep]:
    return sorted(STEPS.validate_json(row.steps).values(), key=_in_order)


def _in_order(step: CaseStep) -> tuple[datetime, int]:
    return step.at, ORDER.get(step.code, len(ORDER))


def _view(row: Row[Any], steps: Sequence[CaseStep], now: CaseProgress, turn: Turn) -> TrackingView:
    return TrackingView(
        receipt=row.receipt,
        tenant=row.tenant,
        item_title=row.item_title,
        enterprise_masked=row.enterprise_masked,
        mode=row.mode,
        state=now.state,
        amount_fen=now.amount_fen,
        due_at=now.due_at,
        awaits_year=now.awaits_year,
        submitted_at=row.submitted_at,
        paid_at=now.paid_at,
        steps=tuple(
            TrackedStep(code=each.code, text=mask_numbers(each.text, ACCOUNT_DIGITS), at=each.at, by=each.by)
            for each in made_known(steps)
        ),
        as_of=now.as_of,
        turn=turn.who,
        telephone=turn.telephone,
        paused=now.paused,
        projected_due_at=now.projected_due_at,
    )


def _position(cursor: str | None) -> tuple[datetime | None, str | None]:
    submitted_at, receipt = decode_cursor(cursor, datetime, str) or (None, None)
    return submitted_at, receipt
