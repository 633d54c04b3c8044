"""Discipline and audit open a whole case file: under a document, proved just now, written down each time, kept by nobody."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from page_samples.supervision import WATCHED
from portal_kit import Bus, Visitor
from staff_kit import NAMES, appointments, case, colleague, inspected_sheet, listed, payment, sheet, told

from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.case_files import OpenedCaseFile
from gateway.identity.sessions.kept_forms import KeptForm
from gateway.portal.sign_in import step_up

DISCIPLINE = colleague("discipline", where="章贡区纪委监委", id="discipline-1")
PEOPLE = {
    "discipline": DISCIPLINE,
    "audit": colleague("audit", where="章贡区审计局", id="audit-1"),
    "unproved": replace(DISCIPLINE, proved=False),
    "supervisor": colleague("supervision", id="supervisor-1"),
    "lay": colleague("lay_supervisor", id="lay-1"),
    "reviewer": colleague("first_review"),
}
PAGE = "/supervisor/cases/case-2/file"
SAID = {"document_number": "章纪函〔2026〕7号", "reason": "核查该项补助的审批"}
OPENED = OpenedCaseFile(case_id="case-2", document_number=SAID["document_number"], opened_at=NOON, until=NOON)


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        **WATCHED,
        "open_case_file": told(OPENED),
        "get_case_sheet": told(sheet(case(2, state="approved", decided_by="officer-1", note="同意拨付"))),
        "list_review_deadline_moves": {"items": []},
        "list_disbursements": listed(payment(2, state="authorised", authorised_by="officer-1")),
        "list_appointments": appointments(),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def noted(bus: Bus) -> list[dict[str, Any]]:
    """The orders that write down who looks."""
    return [payload for method, payload in bus.asked if method == "open_case_file"]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize(
    ("who", "there"), [("discipline", True), ("audit", True), ("supervisor", False), ("lay", False)]
)
def test_only_discipline_and_audit_find_the_way_to_the_file(visitor: Visitor, who: str, there: bool) -> None:
    page = visitor.get("/supervisor/cases/case-2", who)
    assert page.status_code == 200
    assert (f'href="{PAGE}"' in page.text) == there


@pytest.mark.parametrize("who", ["supervisor", "lay", "reviewer"])
def test_nobody_else_opens_one_by_its_address(visitor: Visitor, bus: Bus, who: str) -> None:
    assert visitor.get(PAGE, who).status_code == 403
    assert visitor.post(PAGE, SAID, who).status_code == 403
    assert bus.asked == []


def test_before_it_is_opened_nothing_of_the_file_is_read(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get(PAGE, "discipline")
    assert page.headers["cache-control"] == "no-store"
    assert {method for method, _ in bus.asked} == {"get_case"}
    assert "只有本部门的审计管理员能看到" in page.text


def test_the_whole_file_is_shown_once_it_is_written_down_who_looks(visitor: Visitor, bus: Bus) -> None:
    page = visitor.post(PAGE, SAID, "discipline")
    assert page.status_code == 200, text_of(page.text)
    assert page.headers["cache-control"] == "no-store"
    (order,) = noted(bus)
    assert order["body"] == {"case_id": "case-2", **SAID}
    assert (order["tenant"], order["actor"]["id"]) == ("zhanggong", "discipline-1")
    asked = [method for method, _ in bus.asked]
    assert asked.index("open_case_file") < asked.index("get_case_sheet"), "what is not written down is not read"
    text = text_of(page.text)
    for shown in (
        f"文书号 {SAID['document_number']}",
        NAMES[2],
        "审批人 李审批",
        "同意拨付",
        "上年度研发投入 2,000,000 元 × 10% = 200,000 元",
        "研发费用专项审计报告",
        "示例银行赣州章贡支行",
        "支付复核 李审批",
    ):
        assert shown in text


def test_the_inspection_stands_in_the_file(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(inspected_sheet())
    assert "设备在用，与申报一致" in text_of(visitor.post(PAGE, SAID, "audit").text)


@pytest.mark.parametrize("missing", ["document_number", "reason"])
def test_without_a_document_or_a_ground_nothing_is_written_down_and_nothing_read(
    visitor: Visitor, bus: Bus, missing: str
) -> None:
    page = visitor.post(PAGE, {**SAID, missing: " "}, "discipline")
    assert page.status_code == 422
    assert f'id="open-case-file-case-2-{missing}-wrong-1"' in page.text
    assert [kept for kept in SAID if SAID[kept] in page.text] == [name for name in SAID if name != missing]
    assert {method for method, _ in bus.asked} == {"get_case"}


def test_each_look_is_written_down_also_when_the_page_is_only_loaded_again(visitor: Visitor, bus: Bus) -> None:
    for _ in range(2):
        assert visitor.post(PAGE, SAID, "discipline").status_code == 200
    first, again = noted(bus)
    assert first["idempotency_key"] != again["idempotency_key"]


def test_whoever_has_not_proved_themselves_just_now_does_so_and_finds_the_form_as_it_was(
    visitor: Visitor, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[KeptForm] = []

    def keep(_frame: object, _person: str, _path: str, form: KeptForm) -> str:
        kept.append(form)
        return "kept-key"

    monkeypatch.setattr(step_up, "keep_form", keep)
    sent = visitor.post(PAGE, SAID, "unproved")
    assert (sent.status_code, sent.headers["location"].split("?")[0]) == (303, "/sign-in/confirm")
    assert bus.asked == []

    class Keeper:
        async def again(self, _request: object, key: str) -> KeptForm | None:
            return kept[0] if key == "kept-key" else None

    monkeypatch.setattr(visitor.app.state, "form_keeper", Keeper())
    back = visitor.get(f"{PAGE}?kept=kept-key", "discipline").text
    assert all(said in back for said in SAID.values())
    assert noted(bus) == []


def test_what_cannot_be_written_down_is_not_shown(visitor: Visitor, bus: Bus) -> None:
    bus.answers["open_case_file"] = {"fault": {"retryable": True}}
    page = visitor.post(PAGE, SAID, "discipline")
    assert page.status_code >= 500
    assert "get_case_sheet" not in {method for method, _ in bus.asked}


def test_a_case_that_is_not_there_is_not_found(visitor: Visitor, bus: Bus) -> None:
    refused = {"kind": "not_found", "code": "case_not_found", "message": "没有找到该办件。", "reasons": []}
    bus.answers["get_case"] = {"refused": refused}
    assert visitor.get(PAGE, "discipline").status_code == 404
