"""For the auditor: what has happened at the door, in pages or as one file. Nobody changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.message import Id, TenantId
from contracts.security_events import ListSecurityEvents, SecurityEventKind, SecurityOutcome
from gateway.access import Permitted
from gateway.door import Door
from gateway.kept_answers import not_kept
from gateway.routes import Routes
from gateway.security_log import CSV, JSON_LINES, file_of, page_of

routes = Routes("安全日志 security events")

Auditor = Annotated[Door, Depends(Permitted(ListSecurityEvents))]


@routes.ask("/security-events", ListSecurityEvents)
async def list_security_events(door: Door, query: ListSecurityEvents) -> Response:
    """What has happened at the door, the newest first (安全日志)."""
    return not_kept(door.answer(await page_of(door, query)))


@routes.special("GET", "/security-events.ndjson", ListSecurityEvents, media_type=JSON_LINES)
async def export_security_events(
    door: Auditor,
    about: TenantId | None = None,
    kind: SecurityEventKind | None = None,
    outcome: SecurityOutcome | None = None,
    person_id: Id | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Response:
    """All of them as one file, one JSON object a line (导出安全日志，NDJSON)."""
    query = ListSecurityEvents(about=about, kind=kind, outcome=outcome, person_id=person_id, since=since, until=until)
    return await file_of(door, query, "ndjson")


@routes.special("GET", "/security-events.csv", ListSecurityEvents, media_type=CSV)
async def export_security_event_table(
    door: Auditor,
    about: TenantId | None = None,
    kind: SecurityEventKind | None = None,
    outcome: SecurityOutcome | None = None,
    person_id: Id | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Response:
    """All of them as one table (导出安全日志，CSV)."""
    query = ListSecurityEvents(about=about, kind=kind, outcome=outcome, person_id=person_id, since=since, until=until)
    return await file_of(door, query, "csv")
