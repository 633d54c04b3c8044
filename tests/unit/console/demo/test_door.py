"""The demonstration's way in: patient with silence and faults, but not with a rule that says no."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from console.demo.door import DemoDoor, NoAnswer, RequestRefused


class Gateway:
    """Answers with what the test has lined up, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[tuple[str, str, str | None, str | None]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = self.headers
                gateway.asked.append((self.command, self.path, headers.get("Idempotency-Key"), headers.get("If-Match")))
                status, body = gateway.answers.pop(0)
                payload = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = _answer

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    threading.Thread(target=gateway.server.serve_forever, args=(0.02,), daemon=True).start()
    yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()


@pytest.fixture
def door(gateway: Gateway) -> Iterator[DemoDoor]:
    door = DemoDoor(gateway.url, patience_s=5)
    yield door
    door.close()


@pytest.mark.parametrize(
    "trouble",
    [
        (503, {"code": "busy", "retryable": True}),
        (504, {"code": "outcome_unknown", "retryable": True}),
        (500, {"code": "fault", "retryable": False}),
        (409, {"code": "command_in_progress", "retryable": True}),
    ],
    ids=lambda trouble: trouble[1]["code"],
)
def test_the_same_order_is_given_again_with_the_same_key(
    gateway: Gateway, door: DemoDoor, trouble: tuple[int, dict[str, Any]]
) -> None:
    gateway.answers = [trouble, trouble, (201, {"ok": 1})]
    assert door.order("/x", token="t", key="key-of-the-order", body={"a": 1}, version=3) == {"ok": 1}
    assert gateway.asked == [("POST", "/api/v1/x", "key-of-the-order", '"3"')] * 3


def test_a_rule_that_says_no_is_not_asked_twice(gateway: Gateway, door: DemoDoor) -> None:
    errors = [
        {"code": "amount_mismatch", "message": "金额不符"},
        {"code": "window_closed", "message": "已截止"},
    ]
    gateway.answers = [(422, {"code": "amount_mismatch", "detail": "金额不符", "errors": errors})]
    with pytest.raises(RequestRefused) as refused:
        door.order("/x", token="t", key="key-of-the-order", body={})
    assert refused.value.status == 422
    assert refused.value.reasons == {"amount_mismatch", "window_closed"}
    assert str(refused.value) == "422 amount_mismatch：金额不符；已截止"
    assert len(gateway.asked) == 1


def test_silence_ends_patience_in_the_end(gateway: Gateway) -> None:
    closed = "http://127.0.0.1:9"
    door = DemoDoor(closed, patience_s=0.3)
    with pytest.raises(NoAnswer, match="GET /x"):
        door.ask("/x", token="t")
    door.close()


def test_a_list_is_read_to_its_last_page(gateway: Gateway, door: DemoDoor) -> None:
    gateway.answers = [
        (200, {"items": [1, 2], "next_cursor": "c1"}),
        (200, {"items": [3], "next_cursor": None}),
    ]
    assert door.everything("/cases", token="t", state="accepted") == [1, 2, 3]
    assert gateway.asked[1][1] == "/api/v1/cases?limit=200&state=accepted&cursor=c1"
