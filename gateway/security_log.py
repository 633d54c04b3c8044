"""Security events as they are read and taken away: a page of them, or all as one file. The same for programs and pages."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.security_events import ListSecurityEvents
from gateway.door import Door, Wire, answer
from gateway.errors import Faulted
from gateway.identity.security.events import SecurityEvent
from gateway.identity.security.store import record_apart
from gateway.identity.security.views import list_security_events, reading_tenant
from gateway.session_cookie import origin_of
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

AT_ONCE = 1000
JSON_LINES = "application/x-ndjson"
CSV = "text/csv"
COLUMNS = (
    "at",
    "kind",
    "outcome",
    "actor_id",
    "person_id",
    "account_id",
    "client_address",
    "request_id",
    "details",
    "tenant",
    "event_id",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute; such a cell gets an apostrophe in front."""

Item = dict[str, Any]
Ending = Literal["ndjson", "csv"]


@dataclass(frozen=True)
class FileKind:
    """How the events stand in a file: what it begins with, and what is written of some of them."""

    media_type: str
    head: str
    write: Callable[[Sequence[Item]], str]


async def page_of(door: Door, query: ListSecurityEvents) -> Wire:
    """One page of them, the newest first, of the tenant that the reader may ask about."""
    tenant = await door.place_called(reading_tenant(query, door.principal.tenant), field="about")
    return await door.looked_up(query, list_security_events, tenant=tenant)


async def file_of(door: Door, query: ListSecurityEvents, ending: Ending) -> Response:
    """All of them, as far as the query narrows them, page by page; that they were taken is an event itself."""
    query = query.model_copy(update={"limit": AT_ONCE, "cursor": None})
    first = await page_of(door, query)
    if "ok" not in first:
        return answer(first)
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    taken = SecurityEvent(
        kind="events_exported",
        tenant=reading_tenant(query, door.principal.tenant),
        actor_id=door.principal.actor.id,
        origin=origin_of(door.request.scope),
        details={"format": ending},
    )
    await run_in_threadpool(record_apart, door.frame, taken)
    name = f'attachment; filename="security-events.{ending}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    pieces = _pieces(door, query, first, KINDS[ending])
    return Streamed(pieces, reader, headers=headers, media_type=KINDS[ending].media_type)


async def _pieces(door: Door, query: ListSecurityEvents, page: Wire, kind: FileKind) -> AsyncIterator[str]:
    yield kind.head
    while True:
        if "ok" not in page:
            raise Faulted(True)  # half a file must not look like a whole one: the connection breaks
        yield kind.write(page["ok"].get("items", ()))
        cursor = page["ok"].get("next_cursor")
        if cursor is None:
            return
        query = query.model_copy(update={"cursor": cursor})
        page = await page_of(door, query)


def _json_lines(items: Sequence[Item]) -> str:
    return "".join(orjson.dumps(each).decode() + "\n" for each in items)


def _table(items: Sequence[Item]) -> str:
    return _rows([tuple(_cell(each.get(name)) for name in COLUMNS) for each in items])


def _cell(value: object) -> str:
    text = orjson.dumps(value).decode() if isinstance(value, dict) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _rows(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


KINDS: dict[Ending, FileKind] = {
    "ndjson": FileKind(JSON_LINES, "", _json_lines),
    # The first character tells spreadsheets that it is UTF-8.
    "csv": FileKind(CSV, "\ufeff" + _rows([COLUMNS]), _table),
}
