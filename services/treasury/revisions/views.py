"""What treasury answers about recoveries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.recoveries import ListRecoveries, RecoveryPage
from services.treasury.revisions.store import RECOVERY, recovery_of


def list_recoveries(query: ListRecoveries, reader: Reader) -> RecoveryPage:
    """Raises CursorInvalid."""
    c = RECOVERY.c
    statement = select(RECOVERY).where(c.tenant == reader.tenant)
    if query.state is not None:
        statement = statement.where(c.state == query.state)
    if query.case_id is not None:
        statement = statement.where(c.case_id == query.case_id)
    if (last := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(c.due_since, c.id) < last)
    statement = statement.order_by(c.due_since.desc(), c.id.desc()).limit(query.limit + 1)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return RecoveryPage(
        items=tuple(recovery_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["due_since"], rows[-1]["id"]) if more else None,
    )
