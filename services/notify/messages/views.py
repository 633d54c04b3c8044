"""What enterprises see of the messages to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.notify import CountUnread, ListMessages, MessagePage, MessageView, UnreadCount
from copies.merged_enterprises import OF_ENTERPRISE
from services.notify.messages.domain import refuse_stranger
from services.notify.messages.reading import READ, unread_of_enterprise
from services.notify.staff.views import unread_of_duties

MESSAGES = text(
    "SELECT m.id AS message_id, m.claim ->> 'receipt' AS receipt, m.channel, m.template, m.text, m.state, m.created_at,"
    f" m.delivered_at, m.channel = 'inbox' AND NOT {READ} AS unread"
    f" FROM message m WHERE m.tenant = :tenant AND m.enterprise_id {OF_ENTERPRISE}"
    " AND (CAST(:before AS timestamptz) IS NULL OR (m.created_at, m.id) < (:before, CAST(:id AS text)))"
    " ORDER BY m.created_at DESC, m.id DESC LIMIT :limit"
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
                "person": reader.actor.id,
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


def count_unread(query: CountUnread, reader: Reader) -> UnreadCount:
    """What the actor has not read: of the enterprise that is named, else of its duties. Raises EnterpriseNotYours."""
    if query.enterprise_id is not None:
        return UnreadCount(unread=unread_of_enterprise(query.enterprise_id, reader))
    return UnreadCount(unread=unread_of_duties(reader))


def _position(cursor: str | None) -> tuple[datetime | None, str | None]:
    created_at, message_id = decode_cursor(cursor, datetime, str) or (None, None)
    return created_at, message_id
