"""What an officer does in a day: the list by time left, one case, approved, refused as it will be read, inspected."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from page_samples.public import guide
from portal_kit import Bus, Visitor
from refusal_answers import GROUND, refusal_answers
from staff_kit import (
    LAKH,
    appointments,
    case,
    colleague,
    counts,
    inspected_sheet,
    listed,
    neighbours,
    previews,
    refused_sheet,
    sheet,
    told,
)

from console.contracts.program import unconnected_gateway
from contracts.refusal import StaleVersion

PEOPLE = {
    "reviewer": colleague("first_review"),
    "author": colleague("policy_author"),
    "payer": colleague("payment_check", where="章贡区行政审批局"),
    "supervisor": colleague("supervision"),
}
STALE = {"refused": StaleVersion().refusal().model_dump(mode="json")}
CASES = (case(1), case(2, due_in=timedelta(days=-5), verdict="not_met"), case(3, due_in=None))


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_cases": listed(*CASES, cursor="next-page"),
        "count_cases": told(counts()),
        "get_case_sheet": told(sheet()),
        "get_case_neighbours": told(neighbours()),
        "list_review_deadline_moves": {"items": []},
        "list_appointments": appointments(),
        "get_guide": guide("NM-002"),
        "preview_rejection": told(previews()),
        **refusal_answers(),
        "approve_case": told(case(state="approved", version=3)),
        "reject_case": told(case(state="rejected", version=3)),
        "confirm_materials": told(case(version=3)),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


# -- the list --------------------------------------------------------------------------------------------------


def test_the_work_list_asks_for_open_cases_by_time_left_and_counts_with_the_same_filter(
    visitor: Visitor, bus: Bus
) -> None:
    page = visitor.get("/department/cases?item=NM-002&about=虔矿", "reviewer")
    assert page.status_code == 200
    (asked,), (counted,) = said_to(bus, "list_cases"), said_to(bus, "count_cases")
    for question in (asked, counted):
        assert (question["item_id"], question["about"], question["department"]) == ("NM-002", "虔矿", None)
    visitor.get("/department/cases", "reviewer")
    assert (said_to(bus, "list_cases")[1]["state"], said_to(bus, "list_cases")[1]["order"]) == ("accepted", "due")


def test_whoever_looks_for_something_looks_in_every_state(visitor: Visitor, bus: Bus) -> None:
    visitor.get("/department/cases?about=ZGQ-20260310-000001", "reviewer")
    assert (said_to(bus, "list_cases")[0]["state"], said_to(bus, "list_cases")[0]["order"]) == (None, "accepted")


def test_each_case_says_its_time_in_working_days_and_leads_on_with_the_filter(visitor: Visitor) -> None:
    page = visitor.get("/department/cases?item=NM-002", "reviewer").text
    text = text_of(page)
    assert "还剩 1 个工作日" in text
    assert "已超期 3 个工作日" in text
    assert "未设时限" in text
    assert 'href="/department/cases/case-2?item=NM-002"' in page
    assert 'href="/department/cases?item=NM-002&amp;cursor=next-page"' in page


def test_the_figures_on_the_tabs_are_those_of_the_filter(visitor: Visitor, bus: Bus) -> None:
    bus.answers["count_cases"] = told(counts(states={"accepted": 7}, overdue=2, items=()))
    text = text_of(visitor.get("/department/cases?about=虔矿", "reviewer").text)
    assert "待审核 7 已超期 2 审核通过 0" in text


def test_an_empty_list_says_so(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"list_cases": listed(), "count_cases": told(counts(states={}, overdue=0, items=()))}
    assert "没有待办的办件。" in visitor.get("/department/cases", "reviewer").text
    assert "没有符合条件的办件。" in visitor.get("/department/cases?about=无", "reviewer").text


def test_a_supervisor_is_not_let_in(visitor: Visitor) -> None:
    assert visitor.get("/department/cases", "supervisor").status_code == 403
    assert visitor.get("/department/cases/case-1", "supervisor").status_code == 403


# -- one case --------------------------------------------------------------------------------------------------


def test_a_case_says_what_its_enterprise_is_called_now(visitor: Visitor) -> None:
    visitor.bus.answers["get_case_sheet"] = told(sheet(case(1, enterprise_called="改名后的示例公司")))
    assert "现名“改名后的示例公司”" in text_of(visitor.get("/department/cases/case-1", "reviewer").text)


def test_a_case_shows_what_it_is_decided_by_with_sources(visitor: Visitor) -> None:
    text = text_of(visitor.get("/department/cases/case-1?state=accepted", "reviewer").text)
    for told_there in (
        "上年度研发投入不低于 100 万元",
        "现有数据 200 万元",
        "要求 不低于 100 万元",
        "统计部门（2026-02-20）",
        "上年度研发投入 2,000,000 元 × 10% = 200,000 元",
        "6222…1234",
        "第 2 个登记账户",
        "已承诺：承诺所报研发投入真实",
        "ZGQ-20250612-000017 · 同一事项",
    ):
        assert told_there in text


def test_a_case_leads_to_those_beside_it_in_the_list_that_it_was_opened_from(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/department/cases/case-1?state=approved&item=NM-002&cursor=c1", "reviewer").text
    assert 'rel="next" href="/department/cases/case-8?state=approved&amp;item=NM-002&amp;cursor=c1"' in page
    assert 'href="/department/cases?state=approved&amp;item=NM-002&amp;cursor=c1"' in page
    (asked,) = said_to(bus, "get_case_neighbours")
    assert (asked["state"], asked["item_id"], asked["order"]) == ("approved", "NM-002", "accepted")


@pytest.mark.parametrize("who", ["author", "payer"])
def test_whoever_may_not_decide_sees_no_form(visitor: Visitor, bus: Bus, who: str) -> None:
    page = visitor.get("/department/cases/case-1", who)
    assert page.status_code == 200
    assert "批准 ¥" not in page.text
    refused = visitor.post("/department/cases/case-1/approve", {"amount_fen": LAKH, "_version": "2"}, who)
    assert refused.status_code == 403
    assert said_to(bus, "approve_case") == []


def test_what_stands_against_approval_is_shown_in_the_forms_place(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    page = visitor.get("/department/cases/case-2", "reviewer").text
    assert "现在不能批准，原因如下" in page
    assert "approve-case" not in page
    assert "打开现场勘查" in page
    assert "申报金额 ¥400,000.00，与测算不一致" in page


def test_a_decided_case_shows_its_decision_and_nothing_to_decide(visitor: Visitor, bus: Bus) -> None:
    about = case(
        state="rejected",
        decided_by="officer-1",
        note="研发投入不足",
        cites=("《若干措施》",),
        how_to_object="拨打 12345",
    )
    bus.answers["get_case_sheet"] = told(sheet(about, met=False))
    text = text_of(visitor.get("/department/cases/case-1", "reviewer").text)
    assert "审批人 李审批" in text
    assert "退回理由 研发投入不足" in text
    assert "异议渠道 拨打 12345" in text
    assert "预览企业将收到的通知" not in text


def test_the_case_opens_while_the_catalogue_and_the_calendar_are_away(
    visitor: Visitor, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.answers["get_guide"] = {"fault": {"retryable": True}}
    monkeypatch.setattr(visitor.app.state.frame.calendars, "of", lambda _tenant: None)
    page = visitor.get("/department/cases/case-1", "reviewer")
    assert page.status_code == 200
    assert "办理中" in page.text


# -- approved --------------------------------------------------------------------------------------------------


def test_an_approval_is_of_the_rules_amount_and_leads_back_into_the_list(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/department/cases/case-1?item=NM-002", "reviewer").text
    assert hidden(page, "amount_fen") == str(LAKH)
    sent = visitor.post(
        "/department/cases/case-1/approve?item=NM-002",
        {"amount_fen": str(LAKH), "opinion": "材料齐全", "_version": "2"},
        "reviewer",
    )
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "/department/cases/case-1?item=NM-002&done=approved",
    )
    (order,) = said_to(bus, "approve_case")
    assert (order["amount_fen"], order["opinion"], order["expected_version"]) == (LAKH, "材料齐全", 2)


def test_of_a_case_that_changed_meanwhile_the_officer_sees_what_changed_and_keeps_the_text(
    visitor: Visitor, bus: Bus
) -> None:
    page = visitor.get("/department/cases/case-1", "reviewer").text
    seen = hidden(page, "_seen")
    bus.answers |= {"approve_case": STALE, "get_case_sheet": told(sheet(case(version=5, amount_fen=LAKH // 2)))}
    sent = visitor.post(
        "/department/cases/case-1/approve",
        {"amount_fen": str(LAKH), "opinion": "这段话不能丢", "_version": "2", "_seen": seen},
        "reviewer",
    )
    assert sent.status_code == 412
    assert "测算金额：¥200,000.00 → ¥100,000.00" in sent.text
    assert "这段话不能丢</textarea>" in sent.text
    assert 'name="_version" value="5"' in sent.text
    assert hidden(sent.text, "amount_fen") == str(LAKH // 2)


# -- refused ---------------------------------------------------------------------------------------------------


def refusal(**changed: str) -> dict[str, str]:
    return {"reason": "研发投入不足", "grounds[]": GROUND.code, "_version": "2", **changed}


def test_a_refusal_is_shown_as_it_will_be_read_before_anything_is_sent(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    asked = visitor.post("/department/cases/case-2/refuse", refusal(), "reviewer")
    assert asked.status_code == 200
    assert "以下就是企业将读到的通知" in asked.text
    for each in previews().items:
        assert html.escape(each.text, quote=False) in asked.text
    (asked_of_review,) = said_to(bus, "preview_refusal")
    assert (asked_of_review["reason"], asked_of_review["grounds"]) == ("研发投入不足", [GROUND.code])
    (preview,) = said_to(bus, "preview_rejection")
    assert preview["grounds"] == [GROUND.model_dump(mode="json")]
    assert preview["remedies"]["court"] in preview["how_to_object"]
    assert said_to(bus, "reject_case") == []


def test_what_was_shown_is_what_is_sent(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    asked = visitor.post("/department/cases/case-2/refuse?item=NM-002", refusal(), "reviewer").text
    confirmed = refusal(previewed=hidden(asked, "previewed"))
    sent = visitor.post("/department/cases/case-2/refuse?item=NM-002", confirmed, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-2?item=NM-002&done=refused"
    (order,), (_first, asked_of_review) = said_to(bus, "reject_case"), said_to(bus, "preview_refusal")
    for name in ("reason", "grounds", "other_grounds", "how_to_object"):
        assert order[name] == asked_of_review[name]
    assert order["expected_version"] == 2


def test_a_reason_that_was_changed_after_the_preview_is_previewed_again(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    asked = visitor.post("/department/cases/case-2/refuse", refusal(), "reviewer").text
    bus.answers["preview_rejection"] = told(previews("另一个理由"))
    again = visitor.post(
        "/department/cases/case-2/refuse",
        refusal(reason="另一个理由", previewed=hidden(asked, "previewed")),
        "reviewer",
    )
    assert again.status_code == 200
    assert "内容已修改" in again.text
    assert said_to(bus, "reject_case") == []


def test_a_ground_of_the_own_is_written_with_its_clause_and_what_would_change_it(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    own = {"own.text": "申报材料与实际不符", "own.clause": "办法第三条"}
    sent = visitor.post("/department/cases/case-2/refuse", refusal(**own), "reviewer")
    assert sent.status_code == 422
    own["own.would_change"] = "更正后重新申报"
    page = visitor.post("/department/cases/case-2/refuse", refusal(**own), "reviewer").text
    assert said_to(bus, "preview_refusal")[0]["other_grounds"] == [
        {"text": "申报材料与实际不符", "clause": "办法第三条", "would_change": "更正后重新申报"}
    ]
    assert hidden(page, "own.clause") == "办法第三条"


def test_a_refusal_with_a_reason_too_short_stays_on_the_case_with_what_was_ticked(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    sent = visitor.post("/department/cases/case-2/refuse", refusal(reason="不"), "reviewer")
    assert sent.status_code == 422
    assert re.search(rf'value="{re.escape(GROUND.code)}" checked', sent.text)


def test_a_refusal_of_a_case_that_changed_is_not_even_previewed(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    sent = visitor.post("/department/cases/case-2/refuse", refusal(_version="1"), "reviewer")
    assert sent.status_code == 412
    assert "研发投入不足</textarea>" in sent.text
    assert said_to(bus, "preview_rejection") == []


# -- inspected -------------------------------------------------------------------------------------------------


def test_what_an_inspection_found_is_shown(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(inspected_sheet())
    text = text_of(visitor.get("/department/cases/case-3", "reviewer").text)
    assert "勘查合格" in text
    assert "设备在用，与申报一致" in text
    assert "登记人 李审批" in text


# -- materials -------------------------------------------------------------------------------------------------


def test_a_required_material_is_answered_for_by_a_means_that_is_chosen(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    said = {"materials.0.code": "licence", "materials.0.means": "data_exchange", "_version": "2"}
    sent = visitor.post("/department/cases/case-2/materials", said, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-2?done=confirmed"
    (order,) = said_to(bus, "confirm_materials")
    (found,) = order["materials"]
    assert (found["code"], found["means"], found["finding"]) == ("licence", "data_exchange", "good")


def test_what_is_wrong_with_a_material_is_entered_with_a_note(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    said = {"materials.0.code": "licence", "materials.0.finding": "outdated", "materials.0.note": "已过有效期"}
    sent = visitor.post("/department/cases/case-2/materials", {**said, "_version": "2"}, "reviewer")
    assert sent.headers["location"] == "/department/cases/case-2?done=confirmed"
    (found,) = said_to(bus, "confirm_materials")[-1]["materials"]
    assert (found["finding"], found["means"], found["note"]) == ("outdated", None, "已过有效期")


def test_nothing_is_entered_before_a_means_is_chosen(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(refused_sheet())
    said = {"materials.0.code": "licence", "materials.0.means": "", "_version": "2"}
    sent = visitor.post("/department/cases/case-2/materials", said, "reviewer")
    assert sent.status_code == 422
    assert "请至少为一份材料选择核对方式。" in sent.text
    assert said_to(bus, "confirm_materials") == []


def test_who_answered_for_a_material_is_shown(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_case_sheet"] = told(inspected_sheet())
    assert "数据共享核验（李审批，" in text_of(visitor.get("/department/cases/case-3", "reviewer").text)
    bus.answers["get_case_sheet"] = told(refused_sheet())
    text = text_of(visitor.get("/department/cases/case-2", "reviewer").text)
    assert "待核对" in text
    assert "登记核对结果" in text
