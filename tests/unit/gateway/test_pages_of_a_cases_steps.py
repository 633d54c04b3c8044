"""The pages of a case's steps: inspected on a phone, figures set, panels drawn and scored, experts at their own."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_samples.public import guide
from page_samples.steps import EXPERT, PANEL, SEATED, case_of_kind, experts, figures, inspections, officers
from portal_kit import CSRF, Bus, Visitor
from staff_kit import appointments, case, colleague, neighbours, sheet, told

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.panels import CasePanels
from contracts.uploads import UploadView

PEOPLE = {
    "reviewer": colleague("first_review"),
    "second": colleague("first_review", name="李科员", id="officer-2"),
    "expert": EXPERT,
}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    about = case(2, inspection_required=True)
    gateway.bus.answers = {
        "get_case_sheet": told(sheet(about)),
        "list_inspections": told(inspections()),
        "list_inspection_officers": told(officers()),
        "list_figures": told(figures()),
        "list_panels": told(CasePanels(items=(PANEL,))),
        "list_experts": told(experts()),
        "list_my_panels": told(CasePanels(items=(SEATED,))),
        "get_my_panel": told(SEATED),
        "list_appointments": appointments(),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "get_guide": guide("NM-002"),
        "record_inspection": told(about),
        "confirm_inspection": told(about),
        "set_figure": told(about),
        "draw_panel": told(PANEL),
        "score_panel": told(PANEL),
        "recuse_expert": told(PANEL),
        "conclude_panel": told(PANEL),
        "approve_case": told(about),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


SCAN = b"%PDF-1.7 a signed sheet"


def with_scan(visitor: Visitor, path: str, said: dict[str, str]) -> httpx.Response:
    form = {"csrf": CSRF, "_key": "0123456789abcdef", **said}
    files = {"_scan": ("评分表.pdf", SCAN, "application/pdf")}
    headers = {"Accept": "text/html", "Origin": "http://door"}
    return visitor.send("POST", path, "reviewer", data=form, files=files, headers=headers)


INSPECTED = {
    "passed": "true",
    "findings": "设备在用",
    "place": "厂区",
    "inspected_at": "2026-03-09T15:30",
    "with_officers[]": "officer-2",
    "position.latitude": "",
    "position.longitude": "",
    "position.accuracy_m": "",
    "signature.state": "refused",
    "signature.name": "",
    "signature.note": "负责人不在",
    "_version": "2",
}


def test_an_inspection_is_recorded_with_the_other_officer_at_chinas_time(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post("/department/cases/case-2/inspections", INSPECTED, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-2/inspection?done=inspected"
    (order,) = said_to(bus, "record_inspection")
    assert (order["inspected_at"], order["with_officers"]) == ("2026-03-09T15:30:00+08:00", ["officer-2"])
    assert (order["position"], order["signature"]["note"]) == (None, "负责人不在")


def test_an_inspection_that_is_refused_shows_every_reason_beside_its_field(visitor: Visitor, bus: Bus) -> None:
    reasons = [
        {"code": "inspection_in_future", "message": "勘查时间不能晚于现在。", "field": "inspected_at"},
        {"code": "inspection_needs_officers", "message": "现场勘查至少须 2 人参加", "field": "with_officers"},
    ]
    refused = {"kind": "invalid", "code": "inspection_refused", "message": "有误", "reasons": reasons}
    bus.answers["record_inspection"] = {"refused": refused}
    sent = visitor.post("/department/cases/case-2/inspections", INSPECTED, "reviewer")
    assert sent.status_code == 422
    assert all(reason["message"] in sent.text for reason in reasons)
    assert "设备在用</textarea>" in sent.text


def test_who_was_named_confirms_and_nobody_else_is_asked(visitor: Visitor, bus: Bus) -> None:
    assert "请您确认" not in visitor.get("/department/cases/case-2/inspection", "reviewer").text
    page = visitor.get("/department/cases/case-2/inspection", "second").text
    assert "请您确认" in page
    said = {"was_there": "true", "note": "", "_version": "2"}
    sent = visitor.post("/department/cases/case-2/inspections/inspection-1/confirm", said, "second")
    assert sent.status_code == 303
    assert said_to(bus, "confirm_inspection")[0]["was_there"] is True


def test_a_figure_is_set_in_the_unit_that_is_asked_for(visitor: Visitor, bus: Bus) -> None:
    assert 'value="万元"' in visitor.get("/department/cases/case-2/figures", "reviewer").text
    said = {"name": "support", "value": "80", "unit": "万元", "reason": "按评估报告核定", "_version": "2"}
    sent = visitor.post("/department/cases/case-2/figures", said, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-2/figures?done=figure_set"
    assert said_to(bus, "set_figure")[0]["value"] == "80"


def test_the_secretary_draws_scores_from_sheets_and_concludes(visitor: Visitor, bus: Bus, tmp_path: Path) -> None:
    visitor.app.state.objects = Objects.in_folder(tmp_path)
    visitor.bus.answers["record_upload"] = lambda said: told(
        UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said)
    )
    page = visitor.get("/department/cases/case-2/panel", "reviewer").text
    assert PANEL.seed in page
    assert visitor.post("/department/cases/case-2/panels", {"_version": "2"}, "reviewer").status_code == 303
    scores = {"scores.0.criterion": "技术", "scores.0.points": "50", "_version": "3"}
    path = "/department/cases/case-2/panels/panel-1/experts/expert-1/scores"
    assert "请选择签字评分表的扫描件" in visitor.post(path, scores, "reviewer").text
    assert said_to(bus, "score_panel") == []
    assert with_scan(visitor, path, scores).status_code == 303
    assert said_to(bus, "score_panel")[0]["sheet_sha256"] == hashlib.sha256(SCAN).hexdigest()
    assert said_to(bus, "score_panel")[0]["scores"] == [{"criterion": "技术", "points": "50"}]
    end = {
        "minutes": "评审小组认为项目技术先进。",
        "figure.value": "",
        "figure.unit": "",
        "_version": "3",
    }
    assert with_scan(visitor, "/department/cases/case-2/panels/panel-1/conclude", end).status_code == 303
    assert said_to(bus, "conclude_panel")[0]["minutes_sha256"] == hashlib.sha256(SCAN).hexdigest()
    assert said_to(bus, "conclude_panel")[0]["figure"] is None


def test_an_expert_scores_and_sees_no_page_of_the_department(visitor: Visitor, bus: Bus) -> None:
    assert SEATED.enterprise_name in visitor.get("/expert/panels", "expert").text
    page = visitor.get("/expert/panels/panel-1", "expert").text
    assert "技术（0 至 60 分）" in page
    said = {"expert_id": "expert-1", "scores.0.criterion": "技术", "scores.0.points": "50", "_version": "3"}
    assert visitor.post("/expert/panels/panel-1/scores", said, "expert").status_code == 303
    assert said_to(bus, "score_panel")[0]["expert_id"] == "expert-1"
    for path in (
        "/department/cases",
        "/department/cases/case-2",
        "/department/cases/case-2/panel",
        "/department/experts",
    ):
        assert visitor.get(path, "expert").status_code == 403, path


def test_who_approves_what_is_not_money_is_asked_for_the_certificate(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(sheet(case_of_kind()))
    page = visitor.get("/department/cases/case-2", "reviewer").text
    assert 'name="certificate"' in page
    said = {"amount_fen": "0", "certificate": "章科证〔2026〕12 号", "opinion": "", "_version": "2"}
    assert visitor.post("/department/cases/case-2/approve", said, "reviewer").status_code == 303
    assert said_to(bus, "approve_case")[0]["certificate"] == "章科证〔2026〕12 号"
