"""For everybody, without signing in: everything on offer, in pages or as one file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from contracts.message import Cursor, TenantId
from contracts.open_data import ReadOpenData
from gateway.api.tracking import Anybody
from gateway.bus import BusError
from gateway.door import Door, answer
from gateway.errors import Faulted
from gateway.open_data import etag, json_lines, revision_in, table_head, table_rows
from gateway.routes import Routes
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

routes = Routes("开放数据 open data")

PAGE_ITEMS = 50
PATIENCE_S = (0.5, 1.0, 2.0)
"""Pauses before a page is asked for again, when a service is away for a moment in the middle of a file."""

CACHE = "public, no-cache"
"""Keep it, and ask each time whether it is still the newest: that costs next to nothing."""

JSON_LINES = "application/x-ndjson"
CSV = "text/csv"


@routes.special("GET", "/open-data/policies", ReadOpenData, renewed=True)
async def read_open_data(
    door: Anybody,
    tenant: TenantId | None = None,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """Everything on offer in pages, in the order of the ids (开放数据，分页)."""
    what = f"page-{hashlib.sha256(f'{limit} {cursor}'.encode()).hexdigest()[:16]}"
    known = revision_in(door.request.headers.get("if-none-match"), what)
    wire = await door.reply_to(ReadOpenData(tenant=tenant, cursor=cursor, limit=limit, unless=known))
    if "ok" in wire and wire["ok"]["unchanged"]:
        return _unchanged(wire["ok"]["revision"], what)
    page = answer(wire)
    if "ok" in wire:
        page.headers.update(_headers(wire["ok"]["revision"], what))
    return page


@routes.special("GET", "/open-data/policies.ndjson", ReadOpenData, media_type=JSON_LINES, renewed=True)
async def download_json_lines(door: Anybody, tenant: TenantId | None = None) -> Response:
    """Everything on offer as one file, one JSON object a line (开放数据下载，NDJSON)."""
    return await _file(door, tenant, "ndjson", JSON_LINES, b"", json_lines)


@routes.special("GET", "/open-data/policies.csv", ReadOpenData, media_type=CSV, renewed=True)
async def download_table(door: Anybody, tenant: TenantId | None = None) -> Response:
    """Everything on offer as one table; the columns are documented (开放数据下载，CSV)."""
    return await _file(door, tenant, "csv", CSV, table_head(), table_rows)


async def _file(
    door: Door,
    tenant: TenantId | None,
    what: str,
    media_type: str,
    head: bytes,
    write: Callable[[Any], bytes],
) -> Response:
    """304 for whoever has the newest state; else the file, page by page as the catalogue gives it."""
    known = revision_in(door.request.headers.get("if-none-match"), what)
    wire = await door.reply_to(ReadOpenData(tenant=tenant, unless=known, limit=PAGE_ITEMS))
    if "ok" not in wire:
        return answer(wire)
    first = wire["ok"]
    if first["unchanged"]:
        return _unchanged(first["revision"], what)
    reader = reader_of(door.request)
    if PLACES.full(reader):
        return TOO_MANY.document()
    pieces = _pieces(door, tenant, first, head, write)
    name = f"policies{f'-{tenant}' if tenant else ''}.{what}"
    headers = {**_headers(first["revision"], what), "Content-Disposition": f'attachment; filename="{name}"'}
    return Streamed(pieces, reader, headers=headers, media_type=media_type)


async def _pieces(
    door: Door, tenant: TenantId | None, page: dict[str, Any], head: bytes, write: Callable[[Any], bytes]
) -> AsyncIterator[bytes]:
    """What changes while it is read may be in it old or new; its ETag is that of the beginning, so the next
    question brings the newest. A file that cannot be read to its end breaks off, and is not mistaken for a whole.
    """
    yield head + write(page["items"])
    while page["next_cursor"] is not None:
        page = await _next(door, ReadOpenData(tenant=tenant, cursor=page["next_cursor"], limit=PAGE_ITEMS))
        yield write(page["items"])


async def _next(door: Door, query: ReadOpenData) -> dict[str, Any]:
    for pause in (*PATIENCE_S, None):
        try:
            wire = await door.reply_to(query)
        except BusError:
            if pause is None:
                raise
        else:
            if "ok" in wire:
                page: dict[str, Any] = wire["ok"]
                return page
            if pause is None or not wire.get("fault", {}).get("retryable"):
                raise Faulted(False)
        await asyncio.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def _headers(revision: str, what: str) -> dict[str, str]:
    return {"ETag": etag(revision, what), "Cache-Control": CACHE}


def _unchanged(revision: str, what: str) -> Response:
    return Response(status_code=304, headers=_headers(revision, what))
