"""A page of the data exchange is taken whole as it was signed, or not at all; a feed without end comes to one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from services.catalog.imports.exchange import ExchangeClient, FeedSignatureInvalid, FeedStandsStill

SECRET = "whsec_" + base64.b64encode(b"exchange-test-secret-of-32-bytes").decode()
HEAD = {"feed": "enterprises", "after": 5, "count": 1, "next_after": 6, "more": True, "total": 9}


def page_of(body: bytes, after: int = 5) -> Any:
    def answer(_request: httpx.Request) -> httpx.Response:
        now = datetime.now(UTC)
        signature = Webhook(SECRET).sign("m-1", now, body.decode())
        headers = {"webhook-id": "m-1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
        return httpx.Response(200, content=body, headers=headers)

    return ExchangeClient("http://exchange", SECRET, httpx.MockTransport(answer)).page("enterprises", after, 500)


def lines(head: Mapping[str, Any], record: bytes = b'{"position": 6}') -> bytes:
    return orjson.dumps(head) + b"\n" + record


def test_a_signed_page_is_taken() -> None:
    page = page_of(lines(HEAD))
    assert (page.records, page.next_after, page.more, page.total) == ([{"position": 6}], 6, True, 9)


@pytest.mark.parametrize("next_after", [5, 4, 0])
def test_a_feed_that_stands_still_is_not_asked_for_ever(next_after: int) -> None:
    with pytest.raises(FeedStandsStill):
        page_of(lines({**HEAD, "next_after": next_after}))
    assert page_of(lines({**HEAD, "next_after": 5, "more": False})).more is False


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[" * 50_000,
        lines(HEAD, b'{"a":' * 50_000),
        lines(HEAD, b"NaN"),
        lines({**HEAD, "count": 2}),
        lines({**HEAD, "after": 0}),
        lines({**HEAD, "next_after": "6"}),
        lines({"feed": "enterprises"}),
    ],
)
def test_a_page_that_is_none_is_not_taken(body: bytes) -> None:
    with pytest.raises(FeedSignatureInvalid):
        page_of(body)
