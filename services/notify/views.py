"""What enterprises see of the messages to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from chassis.read.paging import CursorInvalid, cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.notify import ListMessages, MessagePage, MessageView
from copies.merged_enterprises import OF_ENTERPRISE
from services.notify.domain import refuse_stranger

MESSAGES = text(
    "SELECT id AS message_id, claim ->> 'receipt' AS receipt, channel, template, text, state, created_at,"
    f" delivered_at FROM message WHERE tenant = :tenant AND enterprise_id {OF_ENTERPRISE}"
    " AND (CAST(:before AS timestamptz) IS NULL OR (created_at, id) < (:before, CAST(:id AS text)))"
    " ORDER BY created_at DESC, id DESC LIMIT :limit"
)


def list_messages(query: ListMessages, reader: Reader) -> MessagePage:
    """Newest first. Raises EnterpriseNotYours or CursorInvalid."""
    refuse_stranger(reader.actor, query.enterprise_id)
    before, last = _position(query.cursor)
    rows, more = cut_page(
        reader.execute(
            MESSAGES,
            {
                "tenant": reader.tenant,
                "enterprise": query.enterprise_id,
                "before": before,
                "id": last,
                "limit": query.limit + 1,
            },
        )
        .mappings()
        .all(),
        query.limit,
    )
    items = tuple(MessageView.model_validate(dict(row)) for row in rows)
    cursor = encode_cursor(items[-1].created_at, items[-1].message_id) if more else None
    return MessagePage(items=items, next_cursor=cursor)


def _position(cursor: str | None) -> tuple[datetime | None, str | None]:
    keys = decode_cursor(cursor, 2)
    if keys is None:
        return None, None
    try:
        return datetime.fromisoformat(str(keys[0])), str(keys[1])
    except ValueError as error:
        raise CursorInvalid() from error
