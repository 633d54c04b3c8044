"""The data exchange's HTTP face: signed pages out (Standard Webhooks), records in."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from standardwebhooks import Webhook

from sandbox.connection import drop, hold
from sandbox.data_exchange.records import PageAsked, PageFound, Records
from sandbox.misbehaviour import Fault
from sandbox.program import ProgramRefusal, build_app

PAGE_LIMIT = 1000
NDJSON = "application/x-ndjson"
Feed = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


def exchange_app(records: Records, secret: str) -> FastAPI:
    """The exchange's application over its records, signing with `secret` (whsec_…, or any words)."""
    return build_app(
        "沙盒数据交换平台 / Sandbox data exchange",
        records,
        _feed_routes(records, Webhook(secret if secret.startswith("whsec_") else secret.encode())),
    )


def _feed_routes(records: Records, webhook: Webhook) -> APIRouter:
    router = APIRouter(tags=["feeds"])

    @router.post("/feeds/{feed}/records", status_code=201)
    async def add(feed: Feed, request: Request) -> dict[str, int]:
        """Append records: one JSON object a line."""
        bodies = []
        lines = [line for line in (await request.body()).splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            record = _parsed(line)
            if not isinstance(record, dict):
                raise ProgramRefusal(
                    422, "not_a_record", f"第 {number} 行不是一条记录 / line {number} is no JSON object"
                )
            record.pop("position", None)  # which is the exchange's to give
            bodies.append(json.dumps(record, ensure_ascii=False))
        return {"last": await records.write(partial(records.add, feed=feed, bodies=bodies))}

    @router.get("/feeds/{feed}/pages")
    async def page(
        request: Request,
        feed: Feed,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = 500,
    ) -> Response:
        """The records after a position: a line about the page, then a line each; all of it is signed."""
        asked = PageAsked(feed, after, limit)
        found = await records.write(partial(records.page, asked=asked))
        if found.rule is not None and found.rule.fault is Fault.HTTP_500:
            raise ProgramRefusal(500, "internal_error", "系统内部错误 / internal error, on demand")
        if found.rule is not None and found.rule.seconds is not None:
            await hold(request, found.rule.seconds)
        if found.rule is not None and found.rule.fault is Fault.TIMEOUT_BEFORE:
            return await drop(request)
        sent, headers = _signed(webhook, _body(asked, found))
        fault = found.rule.fault if found.rule is not None else None
        if fault is Fault.STOP_HALF_WAY:
            return _cut_short(request, sent, headers)
        return Response(_altered(sent) if fault is Fault.ALTER_BYTE else sent, headers=headers, media_type=NDJSON)

    return router


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _body(asked: PageAsked, found: PageFound) -> str:
    next_after = found.rows[-1]["position"] if found.rows else asked.after
    head = {
        "feed": asked.feed,
        "after": asked.after,
        "count": len(found.rows),
        "next_after": next_after,
        "more": next_after < found.total,
        "total": found.total,
    }
    return "".join([json.dumps(head) + "\n", *(_numbered(row["body"], row["position"]) for row in found.rows)])


def _numbered(body: str, position: int) -> str:
    """A record's line in a page. It is not taken apart for that: it was checked when it came, and a city's feed is long."""
    inside = body.strip()[1:-1].strip()
    return f'{{{inside}{", " if inside else ""}"position": {position}}}\n'


def _signed(webhook: Webhook, body: str) -> tuple[bytes, dict[str, str]]:
    identity, at = f"page_{uuid.uuid4().hex}", datetime.now(UTC)
    headers = {
        "webhook-id": identity,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign(identity, at, body),
    }
    return body.encode(), headers


def _altered(sent: bytes) -> bytes:
    """One digit in the middle is another one: what is said changes, and it is still JSON."""
    # any script: bytes have none
    middle = next((place for place in range(len(sent) // 2, len(sent)) if sent[place : place + 1].isdigit()), 0)
    return sent[:middle] + (b"7" if sent[middle : middle + 1] != b"7" else b"3") + sent[middle + 1 :]


def _cut_short(request: Request, sent: bytes, headers: dict[str, str]) -> Response:
    """More is announced than comes: the connection ends in the middle of the page."""

    async def half() -> AsyncIterator[bytes]:
        yield sent[: len(sent) // 2]
        await drop(request)

    return StreamingResponse(half(), headers={**headers, "content-length": str(len(sent))}, media_type=NDJSON)
