"""What asks for somebody's duties: shown, leading to the work, marked as read, and counted in the head of every page."""

from __future__ import annotations

import asyncio
import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
from page_samples.inbox import MESSAGES
from portal_kit import Bus, Visitor
from staff_kit import colleague

from console.contracts.program import unconnected_gateway
from gateway.bus import BusUnavailable
from gateway.portal.shell import unread
from gateway.portal.shell.portal import PLACE
from gateway.portal.shell.unread import UnreadCounts

PEOPLE = {
    "reviewer": colleague("first_review"),
    "checker": colleague("payment_check", where="章贡区行政审批局", id="checker-1"),
    "window": colleague("window", id="window-1"),
}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_duty_messages": MESSAGES,
        "mark_read": {**MESSAGES["items"][0], "unread": False},
        "count_unread": {"unread": 7},
    }
    getattr(gateway.app.state, PLACE).unread = None
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_messages_lead_to_what_they_are_about(visitor: Visitor) -> None:
    page = visitor.get("/inbox", "reviewer").text
    assert 'href="/department/cases/case-1"' in page
    assert 'href="/department/cases?overdue=yes"' in page
    assert "另有 10 项" in page
    assert "初审岗" in text_of(page)
    assert 'href="/inbox?cursor=next-page"' in page


def test_what_one_may_not_open_is_text(visitor: Visitor) -> None:
    page = visitor.get("/inbox", "window").text
    assert "ZGQ-20260310-000001" in page
    assert "/department/cases/case-1" not in page


def test_an_empty_inbox_says_so(visitor: Visitor, bus: Bus) -> None:
    bus.answers["list_duty_messages"] = {"items": [], "next_cursor": None}
    assert "没有消息。" in visitor.get("/inbox", "checker").text


def test_those_that_were_read_are_each_marked_by_an_order_of_its_own(visitor: Visitor, bus: Bus) -> None:
    said = {"message_ids[]": ["message-1", "message-2"]}
    sent = visitor.post("/inbox?cursor=c1", said, "reviewer")
    assert (sent.status_code, sent.headers["location"]) == (303, "/inbox?cursor=c1&done=messages_read")
    assert [each["message_id"] for each in said_to(bus, "mark_read")] == ["message-1", "message-2"]
    keys = {payload["idempotency_key"] for method, payload in bus.asked if method == "mark_read"}
    assert len(keys) == 2


def test_the_head_of_every_page_says_how_many_are_unread_and_asks_rarely(visitor: Visitor, bus: Bus) -> None:
    getattr(visitor.app.state, PLACE).unread = UnreadCounts()
    for _ in range(3):
        assert "7 条未读" in visitor.get("/inbox", "reviewer").text
    assert said_to(bus, "count_unread") == [{"enterprise_id": None}]
    bus.answers["count_unread"] = {"unread": 5}
    visitor.post("/inbox", {"message_ids[]": ["message-1"]}, "reviewer")
    assert "5 条未读" in visitor.get("/inbox", "reviewer").text


def test_no_page_waits_for_the_figure(visitor: Visitor, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = UnreadCounts()
    getattr(visitor.app.state, PLACE).unread = counts
    assert "7 条未读" in visitor.get("/inbox", "reviewer").text
    monkeypatch.setattr(unread, "KEPT_SECONDS", 0.0)
    bus.answers["count_unread"] = BusUnavailable("notify", 1)
    assert "7 条未读" in visitor.get("/inbox", "reviewer").text, "the last one stands"

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(unread, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(unread, "Door", lambda *_: SimpleNamespace(told=never))
    assert visitor.get("/inbox", "reviewer").status_code == 200
