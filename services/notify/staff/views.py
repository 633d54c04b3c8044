"""What lies in the inbox of whoever holds a duty, as its holder or as a stand-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.message import Actor, Id, TenantId
from contracts.notify import DutyMessagePage, DutyMessageView, ListDutyMessages
from services.notify.staff.domain import UNREAD_FOR, DutyMessageUnknown, text_of

# The actor's duties are those of today's appointments, stand-ins included: the gateway says so with every question.
# What asks for a duty of the department that nobody holds at the moment is for its leader.
INBOX = """
SELECT m.id AS message_id, m.kind, m.department_id, m.duty, m.count, m.subjects, m.since, m.latest,
    coalesce(r.seen, 0) < m.count AND m.latest > :news_since AS unread
FROM duty_message m
LEFT JOIN duty_message_read r ON (r.tenant, r.message_id, r.person_id) = (m.tenant, m.id, :person)
WHERE m.tenant = :tenant AND m.count > 0
    AND (m.department_id = :department_id OR (m.department_id IS NULL
        AND (m.department IS NULL OR m.department = :department)))
    AND (m.duty = ANY (CAST(:duties AS text[])) OR ('leader' = ANY (CAST(:duties AS text[])) AND m.department_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM known_appointment k
            WHERE (k.tenant, k.kind, k.department_id) = (m.tenant, m.duty, m.department_id)
                AND k.since <= :day AND (k.until IS NULL OR k.until >= :day))))
"""

PAGE = f"""
(SELECT * FROM ({INBOX}) z WHERE z.unread
    AND (CAST(:unread AS boolean) IS NULL OR (:unread AND (z.latest, z.message_id) < (:before, :id)))
    ORDER BY z.latest DESC, z.message_id DESC LIMIT :limit)
UNION ALL
(SELECT * FROM ({INBOX}) z WHERE NOT z.unread
    AND (CAST(:unread AS boolean) IS NULL OR :unread OR (z.latest, z.message_id) < (:before, :id))
    ORDER BY z.latest DESC, z.message_id DESC LIMIT :limit)
ORDER BY unread DESC, latest DESC, message_id DESC LIMIT :limit
"""
"""What is unread is of the last days, and what is read may be of years: each is in the order of an index of its own accord."""

UNREAD = f"SELECT count(*) FROM ({INBOX}) z WHERE z.unread"

ONE = f"SELECT * FROM ({INBOX}) z WHERE z.message_id = :id"


def list_duty_messages(query: ListDutyMessages, reader: Reader) -> DutyMessagePage:
    """Unread ones first, the newest leading. Raises CursorInvalid."""
    unread, before, last = _position(query.cursor)
    wanted = {**_mine(reader.actor, reader.tenant, reader.now), "limit": query.limit + 1}
    rows, more = cut_page(
        reader.execute(PAGE, {**wanted, "unread": unread, "before": before, "id": last}).mappings().all(), query.limit
    )
    items = tuple(_view(dict(row)) for row in rows)
    cursor = encode_cursor(items[-1].unread, items[-1].latest, items[-1].message_id) if more else None
    return DutyMessagePage(items=items, next_cursor=cursor)


def unread_of_duties(reader: Reader) -> int:
    """How many messages to the actor's duties it has not read."""
    return int(reader.execute(UNREAD, _mine(reader.actor, reader.tenant, reader.now)).scalar_one())


def message_seen_by(actor: Actor, tenant: TenantId, message_id: Id, uow: UnitOfWork) -> DutyMessageView:
    """One message to a duty of the actor's. Raises DutyMessageUnknown."""
    wanted = {**_mine(actor, tenant, uow.now), "id": message_id}
    row = uow.execute(ONE, wanted).mappings().first()
    if row is None:
        raise DutyMessageUnknown()
    return _view(dict(row))


def _mine(actor: Actor, tenant: TenantId, now: datetime) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "person": actor.id,
        "duties": sorted(actor.duties),
        "department_id": actor.department_id,
        "department": actor.department,
        "news_since": now - UNREAD_FOR,
        "day": now.astimezone(CHINA).date(),
    }


def _view(row: dict[str, Any]) -> DutyMessageView:
    return DutyMessageView.model_validate({**row, "text": text_of(row["kind"], row["count"])})


def _position(cursor: str | None) -> tuple[bool | None, datetime | None, str | None]:
    unread, latest, message_id = decode_cursor(cursor, bool, datetime, str) or (None, None, None)
    return unread, latest, message_id
