"""Reading security events: a page at a time, the newest first."""

from __future__ import annotations

from datetime import datetime

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.refusal import Forbidden
from contracts.security_events import ListSecurityEvents, SecurityEventPage, SecurityEventView
from gateway.identity.security.events import DOOR

FILTERS = {
    "kind": "kind = :kind",
    "outcome": "outcome = :outcome",
    "person_id": "(person_id = :person_id OR actor_id = :person_id)",
    "since": "at >= :since",
    "until": "at < :until",
}


HIDDEN = ("id", "department_id")
OWN = "(department_id IS NULL OR department_id = :own)"
"""What a department has kept to its own auditor is shown to nobody else."""


class EventsOfOthers(Forbidden):
    """A tenant's auditor asks for another tenant's events."""

    code = "security_events_of_others"
    sentence = "只能查阅本地区的安全日志。"


def list_security_events(query: ListSecurityEvents, reader: Reader) -> SecurityEventPage:
    """The events of the reader's tenant. Raises CursorInvalid, EventsOfOthers."""
    if query.about not in (None, reader.tenant):
        raise EventsOfOthers()
    before = decode_cursor(query.cursor, datetime, str)
    values = {name: value for name in FILTERS if (value := getattr(query, name)) is not None}
    conditions = ["tenant = :tenant", OWN, *(FILTERS[name] for name in values)]
    if before is not None:
        conditions.append("(at, id) < (:before_at, :before_id)")
        values |= {"before_at": before[0], "before_id": before[1]}
    found = reader.execute(
        f"SELECT * FROM security_event WHERE {' AND '.join(conditions)} ORDER BY at DESC, id DESC LIMIT :limit",
        {**values, "tenant": reader.tenant, "own": reader.actor.department_id, "limit": query.limit + 1},
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(
        SecurityEventView(event_id=row["id"], **{k: v for k, v in row.items() if k not in HIDDEN}) for row in rows
    )
    return SecurityEventPage(items=items, next_cursor=encode_cursor(items[-1].at, items[-1].event_id) if more else None)


def reading_tenant(query: ListSecurityEvents, own: str) -> str:
    """Whose events are read: the platform's auditor may name a tenant, everybody else has their own."""
    return query.about or DOOR if own == DOOR else own
