"""What people see of checks at random, and what whoever was drawn can do there."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from portal_kit import Bus, Visitor
from staff_kit import NOON, appointments, colleague, told

from console.contracts.program import unconnected_gateway
from contracts.credit_checks import (
    CheckerView,
    CreditCheckPage,
    CreditCheckView,
    CreditDrawPage,
    CreditDrawView,
    ItemAwaitingDraw,
    PublishedCheck,
    PublishedDraw,
    PublishedDraws,
)

PEOPLE = {
    "first": colleague("first_review", id="officer-1"),
    "second": colleague("first_review", id="officer-2"),
    "other": colleague("first_review", id="officer-9"),
    "leader": colleague("leader", id="leader-1"),
    "supervisor": colleague("supervision", id="supervisor-1"),
}
DAYS = {"decided_from": date(2026, 3, 2), "decided_to": date(2026, 3, 6)}


def check(**changed: Any) -> CreditCheckView:
    said: dict[str, Any] = {
        "check_id": "check-1",
        "draw_id": "draw-1",
        "case_id": "case-1",
        "receipt": "ZG-2026-0001",
        "uscc": "91360702DEM000014H",
        "enterprise_name": "示例企业01",
        "decided_at": NOON - timedelta(days=9),
        "state": "to_check",
        "checkers": (CheckerView(person_id="officer-1"), CheckerView(person_id="officer-2")),
        "due_at": NOON + timedelta(days=20),
        "version": 1,
    }
    return CreditCheckView.model_validate(said | changed)


def draw(*checks: CreditCheckView, **changed: Any) -> CreditDrawView:
    said: dict[str, Any] = {
        "draw_id": "draw-1",
        "tenant": "zhanggong",
        "item_id": "NM-002",
        "item_title": "研发投入补助",
        "department": "区科技局",
        **DAYS,
        "percent": 10,
        "seed": "5eed",
        "cases_hash": "ab",
        "people_hash": "cd",
        "drawn_from": ("case-1", "case-2"),
        "people": ("officer-1", "officer-2"),
        "checks": checks,
        "checked": 1,
        "failed": 0,
        "done": 0,
        "drawn_by": "leader-1",
        "drawn_at": NOON,
        "version": 1,
    }
    return CreditDrawView.model_validate(said | changed)


WAITING = ItemAwaitingDraw(
    item_id="NM-002",
    item_title="研发投入补助",
    cases=5,
    first_decided_on=DAYS["decided_from"],
    last_decided_on=DAYS["decided_to"],
)
RESULTS = PublishedDraw(
    draw_id="draw-1",
    tenant="zhanggong",
    item_id="NM-002",
    item_title="研发投入补助",
    department="区科技局",
    **DAYS,
    percent=10,
    cases=2,
    seed="5eed",
    cases_hash="ab",
    results=(
        PublishedCheck(name="示例企业01", outcome="as_pledged", done_on=DAYS["decided_to"]),
        PublishedCheck(name="示例****", outcome="not_as_pledged", done_on=DAYS["decided_to"]),
    ),
    published_at=NOON,
)
RECORD = {"outcome": "not_as_pledged", "findings": "设备已经转卖，与承诺不符", "_version": "1"}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_credit_draws": told(CreditDrawPage(items=(draw(),), waiting=(WAITING,))),
        "list_my_credit_checks": told(CreditCheckPage(items=(check(),))),
        "get_credit_draw": told(draw(check())),
        "draw_credit_checks": told(draw(check())),
        "record_credit_check": told(draw(check(state="to_confirm"))),
        "confirm_credit_check": told(draw(check(state="done"))),
        "recuse_checker": told(draw(check())),
        "list_published_draws": told(PublishedDraws(items=(RESULTS,))),
        "list_appointments": appointments(),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def said_to(bus: Bus, name: str) -> list[dict[str, Any]]:
    return [envelope["body"] for asked, envelope in bus.asked if asked == name]


def test_the_list_begins_with_what_the_reader_has_to_check_and_offers_the_draw(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/department/credit-checks", "first").text
    text = text_of(page)
    assert "/department/credit-checks/draw-1#check-check-1" in page
    assert text.index("由您核查") < text.index("还没有抽查过的办件") < text.index("历次抽查")
    said = {"item_id": "NM-002", "decided_from": "2026-03-02", "decided_to": "2026-03-06"}
    answer = visitor.post("/department/credit-checks", said, "first")
    assert answer.headers["location"].startswith("/department/credit-checks/draw-1")
    assert said_to(bus, "draw_credit_checks") == [said]


def test_a_supervisor_reads_and_does_nothing(visitor: Visitor) -> None:
    assert "<form" not in visitor.get("/department/credit-checks", "supervisor").text.split("<main")[1]
    assert "/record" not in visitor.get("/department/credit-checks/draw-1", "supervisor").text


def test_only_the_two_who_were_drawn_can_record_and_only_the_other_confirms(visitor: Visitor, bus: Bus) -> None:
    page = "/department/credit-checks/draw-1"
    assert {who: "/check-1/record" in visitor.get(page, who).text for who in ("first", "second", "other")} == {
        "first": True,
        "second": True,
        "other": False,
    }
    assert visitor.post(f"{page}/check-1/record", RECORD, "first").status_code == 303
    assert [each["findings"] for each in said_to(bus, "record_credit_check")] == [RECORD["findings"]]
    waits = check(state="to_confirm", outcome="not_as_pledged", findings=RECORD["findings"], recorded_by="officer-1")
    bus.answers["get_credit_draw"] = told(draw(waits))
    assert {who: "/check-1/confirm" in visitor.get(page, who).text for who in ("first", "second", "other")} == {
        "first": False,
        "second": True,
        "other": False,
    }
    assert (
        visitor.post(f"{page}/check-1/confirm", {"agrees": "true", "note": "", "_version": "2"}, "second").status_code
        == 303
    )
    assert [each["agrees"] for each in said_to(bus, "confirm_credit_check")] == [True]


def test_findings_that_are_too_short_come_back_with_what_was_written(visitor: Visitor) -> None:
    answer = visitor.post("/department/credit-checks/draw-1/check-1/record", RECORD | {"findings": "不符"}, "first")
    assert (answer.status_code, "不符" in text_of(answer.text)) == (422, True)


def test_everybody_takes_themselves_off_and_the_leader_anybody(visitor: Visitor) -> None:
    page = "/department/credit-checks/draw-1"
    offered = {who: visitor.get(page, who).text.count('name="person_id"') for who in ("first", "leader", "other")}
    assert offered == {"first": 1, "leader": 2, "other": 0}


def test_everybody_reads_the_results_of_a_place_and_how_they_were_drawn(visitor: Visitor) -> None:
    text = text_of(visitor.get("/credit-checks?tenant=zhanggong", None).text)
    for said in (
        "研发投入补助",
        "示例企业01",
        "与承诺相符",
        "发现问题，依法另行处理",
        "5eed",
        "从 2 件中按 10% 抽取 2 件",
    ):
        assert said in text
    assert "Something was found" in text_of(visitor.get("/credit-checks?tenant=zhanggong&lang=en", None).text)
    assert visitor.get("/credit-checks?tenant=没有", None).status_code == 422
