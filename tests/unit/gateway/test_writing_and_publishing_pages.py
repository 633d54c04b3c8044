"""Drafts are begun, asked about, tried and published on pages; items and documents are looked after there."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from page_samples.authoring import ANSWERS, CONTENT, PEOPLE, PREVIEW, TRIED, draft
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway
from gateway.bus import OutcomeUnknown

TODAY = date(2026, 3, 10)


@pytest.fixture(scope="module")
def app() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def desk(app: Visitor) -> Visitor:
    app.bus.answers, app.bus.asked = dict(ANSWERS), []
    return app


def asked(desk: Visitor, method: str) -> dict[str, Any]:
    """The body of the last message of that name."""
    bodies = [payload["body"] for name, payload in desk.bus.asked if name == method]
    assert bodies, f"{method} was not asked"
    body: dict[str, Any] = bodies[-1]
    return body


def words(text: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)))


def refusal(code: str, *reasons: dict[str, Any], kind: str = "conflict") -> dict[str, Any]:
    return {"refused": {"kind": kind, "code": code, "message": "不能这样办理。", "reasons": list(reasons)}}


# -- drafts -------------------------------------------------------------------------------------------------------


def test_a_draft_is_begun_with_a_code_and_a_title(desk: Visitor) -> None:
    desk.bus.answers["draft_policy_item"] = draft()
    answer = desk.post("/department/drafts/new", {"code": "ZG-2026-01", "title": "新政策"}, "author")
    assert answer.headers["location"] == "/department/drafts/d-1/write/basic"
    content = asked(desk, "draft_policy_item")["content"]
    assert (content["code"], content["title"], content["sample"]) == ("ZG-2026-01", "新政策", False)
    assert content["rules"]["version"] == "1"


def test_a_draft_like_another_item_has_its_rules_and_a_guide_that_follows_them(desk: Visitor) -> None:
    desk.bus.answers["draft_policy_item"] = draft()
    desk.post("/department/drafts/new", {"code": "ZG-2", "title": "照此办理", "like": "i-1"}, "author")
    content = asked(desk, "draft_policy_item")["content"]
    assert content["rules"] == CONTENT["rules"]
    assert content["code"] == "ZG-2"
    assert set(content["guide"]) == {"basis", "beneficiaries", "contacts", "materials"}


def test_a_code_with_other_signs_is_told_beside_its_field(desk: Visitor) -> None:
    answer = desk.post("/department/drafts/new", {"code": "章贡 1", "title": "新政策"}, "author")
    assert answer.status_code == 422
    assert "格式不正确" in answer.text
    assert 'value="章贡 1"' in answer.text


def test_what_one_may_not_do_with_a_draft_is_not_offered(desk: Visitor) -> None:
    own = words(desk.get("/department/drafts/d-1", "author").text)
    assert "征求意见" in own
    assert "作废草稿" in own
    assert "撤回征求意见" not in own
    desk.bus.answers["get_draft"] = draft("consultation")
    own = words(desk.get("/department/drafts/d-1", "author").text)
    assert "撤回征求意见" in own
    assert "作废草稿" not in own
    assert "逐项填写" not in own
    others = words(desk.get("/department/drafts/d-1", "treasurer").text)
    assert "请以“章贡区财政局”的名义反馈" in others
    assert "撤回征求意见" not in others


def test_the_three_authorities_are_asked_with_their_names_by_the_register(desk: Visitor) -> None:
    desk.bus.answers["open_consultation"] = draft("consultation")
    page = desk.get("/department/drafts/d-1", "author").text
    assert 'name="parties.1.department" type="text" value="章贡区财政局"' in page
    said = {
        f"parties.{index}.party": party
        for index, party in enumerate(("development_reform", "finance", "approval_bureau"))
    }
    said |= {f"parties.{index}.department": f"某某局{index}" for index in range(3)}
    answer = desk.post(
        "/department/drafts/d-1/consultation", {**said, "until": "2026-03-20", "_version": "4"}, "author"
    )
    assert answer.headers["location"] == "/department/drafts/d-1?done=consultation_opened"
    order = asked(desk, "open_consultation")
    assert [each["department"] for each in order["parties"]] == ["某某局0", "某某局1", "某某局2"]
    assert (order["until"], order["expected_version"]) == ("2026-03-20", 4)


def test_finance_answers_and_says_why(desk: Visitor) -> None:
    desk.bus.answers |= {"get_draft": draft("consultation"), "answer_consultation": draft("consultation")}
    answer = desk.post(
        "/department/drafts/d-1/answers", {"answer": "changes", "opinion": "请写明资金来源"}, "treasurer"
    )
    assert answer.status_code == 303
    assert asked(desk, "answer_consultation") == {"draft_id": "d-1", "answer": "changes", "opinion": "请写明资金来源"}


def test_the_whole_text_is_read_by_whoever_is_asked(desk: Visitor) -> None:
    text = words(desk.get("/department/drafts/d-1/read", "treasurer").text)
    assert "产值首破 10 亿元的奖励 12 万元。" in text
    assert "企业一表申报" in text, "what follows the rules is written out"
    assert "即申即享" in text


# -- publishing -----------------------------------------------------------------------------------------------------


def test_everything_against_publishing_is_told_at_once_with_the_page_where_it_is_mended(desk: Visitor) -> None:
    page = desk.get("/department/drafts/d-1/publish", "author").text
    assert "还有 2 处须改正" in page
    assert 'href="/department/drafts/d-1/write/basic"' in page
    assert "第 1 项" in words(page) or "数值：必填项未填写" in words(page)


def test_a_written_guide_that_differs_is_shown_beside_the_rules_and_confirmed(desk: Visitor) -> None:
    page = words(desk.get("/department/drafts/d-1/publish", "author").text)
    assert "指南写的产值首破 10 亿元的奖励 12 万元。" in page.replace(" 产值", "产值")
    assert "写了而规则中没有：12 万元" in page
    desk.bus.answers["publish_draft"] = {**ANSWERS["get_policy"], "unmapped": []}
    said = {
        "_version": "4", "reason": "新设", "ground.kind": "issued_document", "ground.text": "章府发〔2026〕3号",
        "guide_confirmed": "true",
    }  # fmt: skip
    answer = desk.post("/department/drafts/d-1/publish", said, "author")
    assert answer.headers["location"] == "/department/items/i-1?done=published"
    order = asked(desk, "publish_draft")
    assert order["guide_confirmed"] is True
    assert order["ground"] == {"kind": "issued_document", "text": "章府发〔2026〕3号"}


def test_whoever_has_not_confirmed_is_asked_and_keeps_what_was_filled_in(desk: Visitor) -> None:
    doubt = {
        "code": "guide_part_differs",
        "field": "guide_confirmed",
        "message": "“事项摘要”写的是：“20万”；按规则是：“30 万元”",
    }
    desk.bus.answers |= {
        "get_draft": draft("consulted", guide=[]),
        "publish_draft": refusal("guide_may_disagree", doubt),
    }
    answer = desk.post("/department/drafts/d-1/publish", {"_version": "4", "reason": "修订标准"}, "author")
    assert answer.status_code == 409
    assert "“事项摘要”写的是" in answer.text
    assert 'name="guide_confirmed" value="true"' in answer.text
    assert "修订标准</textarea>" in answer.text


def test_a_wish_for_changes_gets_a_response(desk: Visitor) -> None:
    desk.bus.answers |= {"get_draft": draft("consulted", problems=[]), "publish_draft": ANSWERS["get_policy"]}
    page = desk.get("/department/drafts/d-1/publish", "author").text
    assert "建议写明由哪个窗口受理。" in page
    said = {"_version": "4", "reason": "新设", "responses.0.party": "approval_bureau", "responses.0.text": "已采纳"}
    desk.post("/department/drafts/d-1/publish", said, "author")
    assert asked(desk, "publish_draft")["responses"] == [{"party": "approval_bureau", "text": "已采纳"}]


# -- trial and preview ----------------------------------------------------------------------------------------------


def test_a_trial_on_an_enterprise_shows_each_condition_and_the_working(desk: Visitor) -> None:
    page = words(desk.get("/department/drafts/d-1/trial?enterprise=91360702MA35TEST0X", "author").text)
    assert asked(desk, "try_item")["enterprise"] == "91360702MA35TEST0X"
    assert "2024年度首次突破的年产值在 10 亿元以上（含）" in page
    assert "¥250,000.00" in page


def test_one_sign_is_nobodys_name(desk: Visitor) -> None:
    assert desk.get("/department/drafts/d-1/trial?enterprise=a", "author").status_code == 200
    assert asked(desk, "try_item")["enterprise"] is None


def test_a_trial_on_made_up_facts_keeps_them_on_the_page(desk: Visitor) -> None:
    said = {
        "v.output_first_reach@2024": "25", "v.above_scale_entry_type@2024": "new_built", "d.extra": "50 万元",
    }  # fmt: skip
    answer = desk.post("/department/drafts/d-1/trial", said, "author")
    assert answer.status_code == 200
    query = asked(desk, "try_item")
    assert [(each["name"], each["value"], each["unit"], each["period"]) for each in query["facts"]] == [
        ("output_first_reach", "25", "亿元", "2024"),
        ("above_scale_entry_type", "new_built", None, "2024"),
    ]
    assert [(each["name"], each["value"], each["unit"]) for each in query["decisions"]] == [("extra", "50", "万元")]
    assert 'value="25"' in answer.text


def test_facts_that_are_not_understood_are_told_beside_their_fields(desk: Visitor) -> None:
    said = {"v.output_first_reach@2024": "很多", "pasted": "不认识=1\n入统方式=外星 2024"}
    answer = desk.post("/department/drafts/d-1/trial", said, "author")
    assert answer.status_code == 422
    text = words(answer.text)
    assert "“首次突破的年产值”应为数字" in text
    assert "第 1 行：没有名为“不认识”的数据" in text
    assert "第 2 行：“入统方式”不是可以取的值" in text


def test_a_figure_in_a_wrong_unit_is_told_beside_its_field(desk: Visitor) -> None:
    sentence = "“extra”应以金额核定（万元、元），不能以“人”计"
    reason = {"code": "decision_unit_unfit", "field": "decisions.0.unit", "message": sentence}
    refused = refusal("preview_refused", reason, kind="invalid")
    desk.bus.answers["try_item"] = lambda body: refused if body["decisions"] else TRIED
    answer = desk.post("/department/drafts/d-1/trial", {"d.extra": "7 人"}, "author")
    assert answer.status_code == 422
    assert f'<p class="wrong">{sentence}</p>' in html.unescape(answer.text)
    assert "规则还不能试算" not in answer.text


def test_rules_that_cannot_be_tried_yet_say_where_they_are_mended(desk: Visitor) -> None:
    reason = {"code": "unit_unfit", "field": "content.rules.amount.of.0", "message": "单位不一致"}
    desk.bus.answers["try_item"] = refusal("preview_refused", reason, kind="invalid")
    page = desk.get("/department/drafts/d-1/trial", "author").text
    assert "规则还不能试算" in page
    assert 'href="/department/drafts/d-1/write/amount"' in page


def test_an_enterprise_that_nobody_knows_is_told_and_the_facts_can_be_filled_in(desk: Visitor) -> None:
    unknown = refusal("enterprise_unknown", kind="not_found")
    desk.bus.answers["try_item"] = lambda body: unknown if body["enterprise"] else {**TRIED, "assessment": None}
    page = desk.get("/department/drafts/d-1/trial?enterprise=没有这家", "author")
    assert page.status_code == 200
    assert "不能这样办理。" in page.text
    assert "假设的数据" in page.text


def test_reach_and_cost_stand_beside_the_budget(desk: Visitor) -> None:
    page = words(desk.get("/department/drafts/d-1/preview", "author").text)
    assert "12符合" in page.replace(" ", "")
    assert "¥2,650,000.00" in page
    assert "¥3,800,000.00" in page
    content = asked(desk, "preview_item")["content"]
    assert content["guide"]["steps"][0] == "企业一表申报"
    desk.bus.answers["list_budget_lines"] = OutcomeUnknown("treasury is away")
    assert "资金服务暂时没有答复" in desk.get("/department/drafts/d-1/preview", "author").text


def test_a_preview_that_is_refused_says_why(desk: Visitor) -> None:
    reason = {"code": "x", "field": "content.rules.amount", "message": "计算结果不是金额"}
    desk.bus.answers["preview_item"] = refusal("preview_refused", reason, kind="invalid")
    assert "计算结果不是金额" in desk.get("/department/drafts/d-1/preview", "author").text
    desk.bus.answers["preview_item"] = {**PREVIEW}
    desk.bus.answers["get_draft"] = draft(content={"code": "A", "title": "乙"}, guide=[])
    assert "还不能测算" in desk.get("/department/drafts/d-1/preview", "author").text


# -- items and documents ------------------------------------------------------------------------------------------


def test_a_next_version_is_drafted_by_a_button(desk: Visitor) -> None:
    desk.bus.answers["draft_policy_item"] = draft(item_id="i-1", base_version=3)
    answer = desk.post("/department/items/i-1/draft", {}, "author")
    assert answer.headers["location"] == "/department/drafts/d-1"
    assert asked(desk, "draft_policy_item") == {"content": None, "item_id": "i-1"}


def test_an_item_is_suspended_with_a_reason_and_the_version_that_was_seen(desk: Visitor) -> None:
    desk.bus.answers["suspend_policy_item"] = ANSWERS["get_authored_item"]
    page = desk.get("/department/items/i-1", "author").text
    assert "暂停受理" in page
    assert "恢复受理" not in page
    assert desk.post("/department/items/i-1/suspend", {"_version": "5"}, "author").status_code == 422
    desk.post("/department/items/i-1/suspend", {"_version": "5", "reason": "资金未到位"}, "author")
    assert asked(desk, "suspend_policy_item") == {"item_id": "i-1", "expected_version": 5, "reason": "资金未到位"}


def test_what_of_a_plan_means_nothing_here_is_named(desk: Visitor) -> None:
    page = words(desk.get("/department/items/i-1?done=published", "author").text)
    assert "审批岗位：政策主管部门审批岗" in page
    assert "已发布。" in page


def test_whoever_only_oversees_items_is_offered_nothing_to_do(desk: Visitor) -> None:
    page = words(desk.get("/department/items/i-1", "treasurer").text)
    assert "暂停受理" not in page
    assert "修订" in page, "in the history"
    assert (
        desk.post("/department/items/i-1/suspend", {"_version": "5", "reason": "因为"}, "treasurer").status_code == 403
    )


def test_two_versions_are_compared(desk: Visitor) -> None:
    desk.get("/department/items/i-1/compare", "author")
    assert asked(desk, "compare_item_versions") == {"item_id": "i-1", "earlier": 2, "later": 3}
    page = desk.get("/department/items/i-1/compare?earlier=1&later=3", "author").text
    assert asked(desk, "compare_item_versions")["earlier"] == 1
    assert "<del>10</del>" in page
    assert "<ins>12</ins>" in page


def test_a_document_is_registered_and_repealed(desk: Visitor) -> None:
    desk.bus.answers |= {"register_document": ANSWERS["get_document"], "repeal_document": ANSWERS["get_document"]}
    said = {
        "document.name": "若干措施", "document.authority": "章贡区人民政府", "document.level": "county", "document.number": "",
        "document.attachments.0.name": "细则", "document.attachments.0.url": "https://example.gov.cn/a.pdf",
        "document.attachments.1.name": "", "document.attachments.1.url": "",
    }  # fmt: skip
    answer = desk.post("/department/documents/new", said, "author")
    assert answer.headers["location"] == "/department/documents/doc-1?done=registered"
    document = asked(desk, "register_document")["document"]
    assert (document["number"], len(document["attachments"])) == (None, 1)
    said = {"_version": "2", "repealed_on": "2026-03-01", "basis": "章府发〔2026〕9号"}
    assert desk.post("/department/documents/doc-1/repeal", said, "author").status_code == 303
    assert asked(desk, "repeal_document")["repealed_on"] == "2026-03-01"
