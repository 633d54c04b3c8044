"""A department accepts, asks for more, or does not accept; an enterprise mends its claim on one page, and takes it back."""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path
from typing import Any

import enterprise_kit as kit
import pytest
from enterprise_pages_kit import answering, beside, enterprise_visitor, ordered, refused
from page_samples.cases import ACCEPTANCE
from portal_kit import Bus, Visitor
from staff_kit import case, colleague, previews, received_sheet, told

from chassis.files.objects import Objects
from console.contracts.program import unconnected_gateway

RECEIPT = kit.RECEIPT
DESK = "/department/cases/case-1/acceptance"
MEND = f"/my/cases/{RECEIPT}/supplement"
POINT = {
    "points.0.about": "material",
    "points.0.code": "licence",
    "points.0.label": "营业执照",
    "points.0.fault": "outdated",
    "points.0.text": "请提供最新的营业执照",
}
BLANK = {
    "points.1.about": "field",
    "points.1.code": "rd_expense/2025",
    "points.1.label": "研发投入",
    "points.1.fault": "",
}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


@pytest.fixture(scope="module")
def desk() -> Visitor:
    people = {"reviewer": colleague("first_review"), "author": colleague("policy_author")}
    return Visitor(unconnected_gateway(), Bus(), people)


@pytest.fixture
def officer(desk: Visitor) -> Visitor:
    desk.bus.asked.clear()
    desk.bus.answers = {
        **ACCEPTANCE,
        "get_case_sheet": told(received_sheet()),
        "preview_supplement": told(previews()),
        "preview_not_accepted": told(previews()),
        "accept_case": told(case(1, state="accepted", version=3)),
        "request_supplement": kit.supplement(),
        "refuse_acceptance": told(case(1, state="not_accepted", version=3)),
    }
    return desk


@pytest.fixture(scope="module")
def firm() -> Visitor:
    return enterprise_visitor()


@pytest.fixture
def bus(firm: Visitor) -> Bus:
    found = answering(firm)
    found.answers |= {"get_supplement": kit.supplement(), "answer_supplement": kit.supplement(state="answered")}
    return found


def test_a_claim_is_accepted_from_its_page(officer: Visitor) -> None:
    sent = officer.post(DESK, {"_version": "2"}, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-1?done=accepted"
    assert ordered(officer.bus, "accept_case")[0]["expected_version"] == 2


def test_whoever_may_not_accept_is_shown_no_form(officer: Visitor) -> None:
    page = officer.get(DESK, "author").text
    assert "受理情况" in page
    assert f'action="{DESK}"' not in page


def test_what_is_to_be_mended_is_read_as_the_enterprise_will_before_it_is_sent(officer: Visitor) -> None:
    filled = {**POINT, **BLANK, "_version": "2"}
    page = officer.post(f"{DESK}/supplement", filled, "reviewer").text
    assert ordered(officer.bus, "request_supplement") == []
    again = {name: hidden(page, name) for name in (*POINT, "previewed")}
    sent = officer.post(f"{DESK}/supplement", {**again, "_version": "2"}, "reviewer")
    assert sent.headers["location"] == f"{DESK}?done=asked"
    (order,) = ordered(officer.bus, "request_supplement")
    assert order["points"] == [
        {"about": "material", "code": "licence", "fault": "outdated", "text": "请提供最新的营业执照"}
    ]


def test_nothing_is_sent_before_something_is_chosen(officer: Visitor) -> None:
    sent = officer.post(f"{DESK}/supplement", {**BLANK, "_version": "2"}, "reviewer")
    assert sent.status_code == 422
    assert "请至少选择一项需要补正的内容" in sent.text


def test_what_was_found_wrong_with_a_material_is_proposed(officer: Visitor) -> None:
    found = {"code": "licence", "name": "营业执照", "finding": "outdated", "note": "执照已过期，请换领后提供"}
    looked_at = {**found, "confirmed_by": "officer-1", "confirmed_at": "2026-03-09T04:00:00Z"}
    of_plan = {"code": "licence", "name": "营业执照", "required": True, "provided_by": "applicant"}
    officer.bus.answers["get_case_sheet"] |= {"materials": [{**of_plan, "confirmed": looked_at}]}
    page = officer.get(DESK, "reviewer").text
    assert 'value="执照已过期，请换领后提供"' in page
    assert re.search(r'<option value="outdated" selected', page)


def test_a_claim_is_not_accepted_once_the_letter_was_read(officer: Visitor) -> None:
    said = {"reason": "不属于本事项受理范围", "_version": "2"}
    page = officer.post(f"{DESK}/refuse", said, "reviewer").text
    assert ordered(officer.bus, "refuse_acceptance") == []
    sent = officer.post(f"{DESK}/refuse", {**said, "previewed": hidden(page, "previewed")}, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-1?done=not_accepted"
    (order,) = ordered(officer.bus, "refuse_acceptance")
    assert order["how_to_object"]
    assert ordered(officer.bus, "preview_not_accepted")[0]["remedies"]["court"]


def test_a_paper_that_was_brought_is_asked_of_the_case_and_handed_out_as_an_attachment(
    officer: Visitor, tmp_path: Path
) -> None:
    paper = b"%PDF-1.7 a contract"
    sha256 = hashlib.sha256(paper).hexdigest()
    kept = tmp_path / "dingnan" / sha256[:2] / sha256
    kept.parent.mkdir(parents=True)
    kept.write_bytes(paper)
    officer.app.state.objects = Objects.in_folder(tmp_path)
    brought = kit.supplement(state="answered")
    brought["points"][0]["answer"] = {"code": brought["points"][0]["code"], "files": [sha256]}
    officer.bus.answers["list_supplements"] = {"items": [brought], "askable": []}
    given = {
        "material_id": "m1",
        "code": "contract",
        "name": "建站合同",
        "round": 1,
        "given_at": "2026-03-10T04:00:00Z",
    }
    officer.bus.answers["list_case_materials"] = {"items": [given]}
    officer.bus.answers["open_material"] = {
        "material_id": "m1",
        "name": "建站合同",
        "sha256": sha256,
        "tenant": "dingnan",
    }
    page = "/department/cases/case-1/given-materials"
    assert page in officer.get("/department/cases/case-1/acceptance", "reviewer").text
    assert "建站合同" in officer.get(page, "reviewer").text
    shown = officer.post(f"{page}/m1", {}, "reviewer")
    assert (shown.headers["content-type"], shown.content) == ("application/pdf", paper)
    assert shown.headers["content-disposition"].startswith("attachment;")
    assert (shown.headers["x-content-type-options"], shown.headers["cache-control"]) == ("nosniff", "no-store")
    officer.post(f"{page}/m1", {}, "reviewer")
    assert len(ordered(officer.bus, "open_material")) == 2


def test_what_the_owner_of_the_case_refuses_is_not_read(officer: Visitor, tmp_path: Path) -> None:
    class Untouched(Objects):
        def local_file(self, tenant: str, sha256: str) -> Path:
            raise AssertionError("read before it was allowed")

    officer.app.state.objects = Untouched.in_folder(tmp_path)
    officer.bus.answers["open_material"] = refused("paper_unknown", ("该办件没有这份材料。", None), kind="not_found")
    officer.bus.answers["list_case_materials"] = {"items": []}
    answer = officer.post("/department/cases/case-1/given-materials/m9", {}, "reviewer")
    assert answer.status_code == 404
    assert b"%PDF" not in answer.content


def test_every_point_is_answered_on_one_page_without_script(firm: Visitor, bus: Bus) -> None:
    page = firm.get(MEND, "owner").text
    for said in ("建站合同", "2025年度独立站建设费用", "自有品牌"):
        assert said in page
    paper = re.search(r'name="papers\.p0\[\]" value="([0-9a-f]{64})"', page)
    assert paper
    filled = {
        "supplement_id": "supplement-1",
        "papers.p0[]": [paper[1]],
        "answers.p1": "1,200,000",
        "answers.p2": "true",
        "words.p1": "以发票为准",
    }
    sent = firm.post(MEND, filled, "owner")
    assert sent.headers["location"] == f"/my/cases/{RECEIPT}?done=supplemented"
    (order,) = ordered(bus, "answer_supplement")
    first, second, third = order["points"]
    assert (first["code"], first["files"]) == ("contract", [paper[1]])
    assert (second["value"], second["unit"], second["text"]) == ("1200000", "元", "以发票为准")
    assert (third["code"], third["value"]) == ("own_brand", True)


def test_what_is_missing_is_told_beside_its_point(firm: Visitor, bus: Bus) -> None:
    bus.answers["answer_supplement"] = refused(
        "supplement_not_whole",
        ("“建站合同”还没有答复：请上传文件，或说明情况。", "points.0"),
        ("“自有品牌”还没有答复：请填写更正后的内容，或说明情况。", "points.2"),
        kind="invalid",
    )
    sent = firm.post(MEND, {"supplement_id": "supplement-1", "answers.p1": "1200000"}, "owner")
    assert sent.status_code == 422
    assert "“建站合同”还没有答复" in beside(sent.text, "words.p0") + sent.text
    assert 'value="1200000"' in sent.text


def test_a_figure_that_is_none_is_told_at_its_field(firm: Visitor, bus: Bus) -> None:
    sent = firm.post(MEND, {"supplement_id": "supplement-1", "answers.p1": "很多"}, "owner")
    assert sent.status_code == 422
    assert "请填写数字，不带单位" in sent.text
    assert ordered(bus, "answer_supplement") == []


def test_the_answer_goes_to_the_tenant_of_the_case(firm: Visitor, bus: Bus) -> None:
    filed = kit.application()
    filed["items"][0]["claim"]["tenant"] = "ganzhou"
    bus.answers["list_applications"] = filed
    firm.post(MEND, {"supplement_id": "supplement-1", "words.p0": "请见窗口登记"}, "owner")
    tenants = {name: payload["tenant"] for name, payload in bus.asked}
    assert (tenants["list_applications"], tenants["get_supplement"]) == ("zhanggong", "ganzhou")
    assert tenants["answer_supplement"] == "ganzhou"


def test_who_may_only_look_is_shown_what_is_asked_and_no_form(firm: Visitor, bus: Bus) -> None:
    page = firm.get(MEND, "viewer")
    assert page.status_code == 200
    assert "建站合同" in page.text
    assert "一并提交" not in page.text


def test_a_claim_is_taken_back_with_a_reason(firm: Visitor, bus: Bus) -> None:
    bus.answers |= {
        "withdraw_claim": told(case(1, state="withdrawn", version=3)),
        "track_own_cases": kit.cases("accepted"),
    }
    sent = firm.post(f"/my/cases/{RECEIPT}/withdraw", {"reason": "项目终止"}, "owner")
    assert sent.headers["location"] == f"/my/cases/{RECEIPT}?done=withdrawn"
    (order,) = ordered(bus, "withdraw_claim")
    assert order == {"application_id": "app-1", "reason": "项目终止"}


def test_the_notices_of_a_case_can_be_printed(firm: Visitor, bus: Bus) -> None:
    said: Any = {"items": [kit.TO_MEND]}
    bus.answers["track_own_cases"] = said
    page = firm.get(f"/my/cases/{RECEIPT}/notice", "owner").text
    assert "补正告知书" in page
    assert "未加盖电子印章，仅供核对" in page
