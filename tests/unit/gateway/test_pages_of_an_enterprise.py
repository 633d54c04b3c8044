"""What an enterprise is shown on its own pages, and what it applies for: at the field what is wrong, and to nobody else."""

from __future__ import annotations

import html
import re
from typing import Any

import enterprise_kit as kit
import enterprise_records_kit as records
import pytest
from enterprise_pages_kit import answering, beside, enterprise_visitor, ordered, refused
from page_samples import enterprise as samples
from page_samples.public import AWAY, guide, tracked
from portal_kit import Bus, Visitor

RECEIPT = kit.RECEIPT
PAGES = (
    "/my",
    "/my/entitlements",
    "/my/entitlements/SD-002",
    "/my/apply/SD-002",
    "/my/cases",
    f"/my/cases/{RECEIPT}",
    f"/my/cases/{RECEIPT}/receipt",
    "/my/messages",
    "/my/accounts",
    "/my/contacts",
    "/my/consents",
    "/my/dossier",
    "/my/materials",
    "/my/people",
)
FILLED = {
    "answers.site_type:": "overseas_subsite",
    "answers.site_investment:2025": "1,234,567.50",
    "commitments[]": ["invoices"],
}


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return enterprise_visitor()


@pytest.fixture(autouse=True)
def bus(visitor: Visitor) -> Bus:
    return answering(visitor)


# -- who may ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_each_page_is_shown_to_the_enterprise_and_to_nobody_else(visitor: Visitor, address: str) -> None:
    assert visitor.get(address, "owner").status_code == 200
    for other in ("officer", "clerk"):
        assert visitor.get(address, other).status_code == 403
    assert visitor.get(address).headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("address", PAGES)
def test_what_is_asked_is_asked_of_the_enterprises_own(visitor: Visitor, bus: Bus, address: str) -> None:
    visitor.get(f"{address}?enterprise_id=ent-2", "owner")
    asked = {payload["body"].get("enterprise_id") for _, payload in bus.asked}
    assert asked - {None} == {"ent-1"}


@pytest.mark.parametrize("address", ["/my/accounts", "/my/apply/SD-002"])
def test_whose_mandate_does_not_reach_so_far_is_not_let_in(visitor: Visitor, bus: Bus, address: str) -> None:
    assert visitor.get(address, "viewer").status_code == 403
    assert bus.asked == []


def test_what_is_not_allowed_is_not_offered(visitor: Visitor) -> None:
    for address, sent in (("/my/contacts", "/my/contacts"), ("/my/consents", "/my/consents")):
        assert f'action="{sent}"' in visitor.get(address, "owner").text
        assert f'action="{sent}"' not in visitor.get(address, "viewer").text
    assert 'href="/my/accounts"' in visitor.get("/my", "owner").text
    assert 'href="/my/accounts"' not in visitor.get("/my", "viewer").text


def test_a_form_that_is_not_allowed_is_refused_all_the_same(visitor: Visitor, bus: Bus) -> None:
    said = {"contact_mobile": "13900000002", "reason": "离职", "_version": "7"}
    assert visitor.post("/my/contacts", said, "viewer").status_code == 403
    assert ordered(bus, "change_contact") == []


# -- shown -----------------------------------------------------------------------------------------------------


def test_the_overview_says_first_what_waits_for_the_enterprise(visitor: Visitor, bus: Bus) -> None:
    bus.answers["list_payee_accounts"] = {"items": []}
    page = visitor.get("/my", "owner").text
    to_do = page[page.index('id="to-do"') : page.index('id="entitled"')]
    assert "轮到您：银行退汇" in to_do
    assert "登记收款账户" in to_do
    assert "1 份材料已到期或即将到期" in to_do


def test_the_overview_is_there_while_others_are_away(visitor: Visitor, bus: Bus) -> None:
    bus.answers.update(samples.AWAY_ALL)
    page = visitor.get("/my", "owner")
    assert page.status_code == 200
    assert page.text.count("这一部分暂时没有响应") == 4


def test_verdicts_are_tabs_in_the_address_with_their_counts(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/my/entitlements?state=undetermined", "owner").text
    assert ordered(bus, "list_entitlements")[0]["state"] == "undetermined"
    tabs = re.findall(r'<a href="(/my/entitlements\?state=\w+)"( aria-current="page")?>([^<]+) <span[^>]+>(\d+)', page)
    assert [(address, bool(now), text.strip(), count) for address, now, text, count in tabs] == [
        ("/my/entitlements?state=met", False, "符合", "7"),
        ("/my/entitlements?state=undetermined", True, "待核实", "41"),
        ("/my/entitlements?state=not_met", False, "不符合", "45"),
    ]


def test_each_condition_is_told_with_our_value_its_source_its_date_and_what_would_change_it(visitor: Visitor) -> None:
    page = html.unescape(visitor.get("/my/entitlements/SD-002", "owner").text)
    verdict = page[page.index('id="verdict"') : page.index('id="amount"')]
    for part in ("✗", "860 万元", "赣州海关", "2026-02-28", "需要：", "请联系赣州海关更正"):
        assert part in verdict
    assert "/my/apply/SD-002" not in page


def test_whoever_is_entitled_can_apply_while_the_item_is_open(visitor: Visitor, bus: Bus) -> None:
    bus.answers.update(samples.item("GZ-001"))
    assert 'href="/my/apply/GZ-001"' in visitor.get("/my/entitlements/GZ-001", "owner").text
    assert 'href="/my/apply/GZ-001"' not in visitor.get("/my/entitlements/GZ-001", "viewer").text
    bus.answers["get_guide"] = guide("GZ-001", window="closed")
    assert 'href="/my/apply/GZ-001"' not in visitor.get("/my/entitlements/GZ-001", "owner").text


def test_a_list_of_cases_keeps_its_filter_in_the_address(visitor: Visitor, bus: Bus) -> None:
    bus.answers["track_own_cases"] = kit.cases("accepted", more=True)
    page = html.unescape(visitor.get("/my/cases?standing=under_way", "owner").text)
    assert ordered(bus, "track_own_cases")[0]["standing"] == "under_way"
    assert 'href="/my/cases?standing=under_way&cursor=next"' in page


def test_a_limit_without_a_date_says_which_calendar_it_waits_for(visitor: Visitor, bus: Bus) -> None:
    waiting = tracked("accepted", receipt=RECEIPT, due_at=None, awaits_year=2027)
    bus.answers |= {"track_own_cases": {"items": [waiting]}, "track_case": waiting}
    chinese, english = "待 2027 年工作日安排公布后确定", "to be set once the working days of 2027 are announced"
    public = f"/track/{RECEIPT}?code=ABCD"
    for address, who in ((f"/my/cases/{RECEIPT}", "owner"), ("/my/cases", "owner"), (public, None)):
        assert chinese in visitor.get(address, who).text
        assert english in visitor.get(address + ("&" if "?" in address else "?") + "lang=en", who).text
    unlimited = {**waiting, "awaits_year": None}
    bus.answers |= {"track_own_cases": {"items": [unlimited]}}
    page = visitor.get(f"/my/cases/{RECEIPT}", "owner").text
    assert "暂无时限" in page
    assert "工作日历" not in page, "nobody waits for a calendar where there is no limit"


def test_a_refused_case_says_why_and_what_can_be_done(visitor: Visitor, bus: Bus) -> None:
    bus.answers.update(samples.REFUSED_CASE)
    page = html.unescape(visitor.get(f"/my/cases/{RECEIPT}", "owner").text)
    for part in ("付款方不是申报单位", "60 日内申请行政复议", f"/my/apply/SD-002?replaces={RECEIPT}", "tel:12345"):
        assert part in page


def test_what_is_to_be_mended_stands_on_the_page_with_until_when_and_that_the_limit_stands_still(
    visitor: Visitor, bus: Bus
) -> None:
    bus.answers["track_own_cases"] = {"items": [kit.TO_MEND]}
    page = html.unescape(visitor.get(f"/my/cases/{RECEIPT}", "owner").text)
    for part in (
        "轮到您：请按补正告知补正",
        "独立站建设合同（缺少）",
        "补正期限",
        "2026-03-24 18:00",
        "等待补正",
        "2026-03-26 18:00",
    ):
        assert part in page
    listed = html.unescape(visitor.get("/my/cases", "owner").text)
    assert "轮到您：请按补正告知补正" in listed
    english = html.unescape(visitor.get(f"/my/cases/{RECEIPT}?lang=en", "owner").text)
    assert "Waiting for your supplement" in english
    assert "What you are asked to mend" in english


@pytest.mark.parametrize(
    ("case", "said", "unsaid"),
    [
        (kit.NOT_ACCEPTED, ("为什么不予受理", "不属于本部门职权范围", "60 日内申请行政复议"), ("办理时限",)),
        (kit.WITHDRAWN, ("申请已撤回",), ("办理时限", "行政复议")),
        (kit.BENEFIT, ("准予了什么", "GZ-26001"), ("办理时限", "行政复议")),
        (kit.PAUSED, ("异议核查中", "按暂停当日推算的截止时间", "2026-03-26 18:00"), ("没有时限",)),
    ],
)  # fmt: skip
def test_each_end_without_money_and_each_pause_is_said(
    visitor: Visitor, bus: Bus, case: dict[str, Any], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    bus.answers["track_own_cases"] = {"items": [case]}
    page = html.unescape(visitor.get(f"/my/cases/{RECEIPT}", "owner").text)
    assert [part for part in said if part not in page] == []
    assert [part for part in unsaid if part in page] == []


def test_a_case_that_has_just_been_filed_is_there_before_anybody_else_knows_of_it(visitor: Visitor, bus: Bus) -> None:
    bus.answers["track_own_cases"] = {"items": []}
    page = visitor.get(f"/my/cases/{RECEIPT}", "owner")
    assert (page.status_code, "刚刚收件" in page.text) == (200, True)
    bus.answers["list_applications"] = {"items": []}
    page = visitor.get(f"/my/cases/{RECEIPT}", "owner")
    assert (page.status_code, "没有找到本企业的这一办件" in page.text) == (404, True)


def test_a_receipt_shows_number_and_code_and_nobody_keeps_it(visitor: Visitor) -> None:
    page = visitor.get(f"/my/cases/{RECEIPT}/receipt", "owner")
    assert RECEIPT in page.text
    assert "K7M3P9QX" in page.text
    assert page.headers["cache-control"] == "no-store"


# -- applying --------------------------------------------------------------------------------------------------


def test_an_application_is_typed_facts_in_yuan_with_pledges_and_leads_to_its_receipt(
    visitor: Visitor, bus: Bus
) -> None:
    receipt = {
        "application_id": "app-1",
        "receipt": RECEIPT,
        "query_code": "K7M3P9QX",
        "item_id": "SD-002",
        "item_version": 1,
        "item_title": "x",
        "estimated_fen": 1,
        "submitted_at": "2026-03-10T04:00:00Z",
    }
    bus.answers["submit_application"] = receipt
    for _ in range(2):
        page = visitor.post("/my/apply/SD-002", {**FILLED, "replaces": "ZG-20260105-ZZ99YY88"}, "owner")
        assert (page.status_code, page.headers["location"]) == (303, f"/my/cases/{RECEIPT}/receipt?done=filed")
    body = ordered(bus, "submit_application")[0]
    assert (body["item_id"], body["enterprise_id"], body["payee_name"]) == ("SD-002", "ent-1", kit.NAME)
    assert (body["commitments"], body["replaces"]) == (["invoices"], "ZG-20260105-ZZ99YY88")
    told = [(fact["name"], fact["value"], fact["unit"], fact["period"]) for fact in body["declared_facts"]]
    assert told == [("site_type", "overseas_subsite", None, None), ("site_investment", "1234567.50", "元", "2025")]
    keys = [payload["idempotency_key"] for name, payload in bus.asked if name == "submit_application"]
    assert keys[0] == keys[1]


def test_everything_that_is_wrong_is_told_at_its_field_at_once_and_nothing_is_filed(visitor: Visitor, bus: Bus) -> None:
    page = visitor.post("/my/apply/SD-002", {"answers.site_investment:2025": "很多"}, "owner")
    assert page.status_code == 422
    assert "有 3 处需要修改" in html.unescape(page.text)
    assert "请填写此项" in beside(page.text, "answers.site_type:")
    assert "请填写数字" in beside(page.text, "answers.site_investment:2025")
    assert "作出承诺" in beside(page.text, "commitments[]")
    assert 'value="很多"' in page.text
    assert ordered(bus, "submit_application") == []


def test_what_intake_refuses_is_told_at_the_field_that_it_is_about(visitor: Visitor, bus: Bus) -> None:
    bus.answers["submit_application"] = refused(
        "fact_contradicts_dossier",
        ("与企业档案不一致", "declared_facts.1.value"),
        ("缺少数据", "facts.site_type"),
        ("没有可以用承诺代替的材料", "commitments.0"),
        ("该事项已暂停受理", "item_id"),
        kind="invalid",
    )
    page = visitor.post("/my/apply/SD-002", FILLED, "owner")
    assert page.status_code == 422
    assert "与企业档案不一致" in beside(page.text, "answers.site_investment:2025")
    assert "缺少数据" in beside(page.text, "answers.site_type:")
    assert "没有可以用承诺代替的材料" in beside(page.text, "commitments[]")
    summary = page.text[page.text.index('class="summary"') : page.text.index("</ul>", page.text.index("summary-title"))]
    assert "该事项已暂停受理" in summary
    assert "2025年度独立站建设、运维和研发投入" in html.unescape(summary)


def test_what_the_dossier_knows_is_not_asked_for_again(visitor: Visitor, bus: Bus) -> None:
    bus.answers.update(samples.filling("AH-002"))
    form = bus.answers["get_application_form"]
    form["fields"][0]["known"] = records.SHEET["facts"][1]
    page = visitor.get("/my/apply/AH-002", "owner").text
    assert "已掌握的数据，不用再填" in page
    assert f'name="answers.{form["fields"][0]["name"]}' not in page


def test_where_nobody_can_apply_the_reason_stands_in_the_place_of_the_form(visitor: Visitor, bus: Bus) -> None:
    bus.answers.update(samples.filling("SD-002", mode="no_application"))
    page = visitor.get("/my/apply/SD-002", "owner").text
    assert "免申即享" in page
    assert 'method="post" action="/my/apply/SD-002"' not in page


@pytest.mark.parametrize(("waits", "told"), [(False, "还没有收款账户"), (True, "正在等待复核")])
def test_without_a_confirmed_account_one_applies_and_is_told_where_to_name_it(
    visitor: Visitor, bus: Bus, waits: bool, told: str
) -> None:
    bus.answers.update(samples.filling("SD-002", payee=None, account_waits=waits))
    page = visitor.get("/my/apply/SD-002", "owner").text
    assert told in page
    assert 'href="/my/accounts">登记收款账户' in page
    assert 'method="post" action="/my/apply/SD-002"' in page


@pytest.mark.parametrize("path", [f"/my/cases/{kit.RECEIPT}", f"/my/cases/{kit.RECEIPT}/receipt"])
def test_receipt_and_case_say_that_an_account_is_still_needed(visitor: Visitor, bus: Bus, path: str) -> None:
    bus.answers["track_own_cases"] = {"items": []}
    assert "还需要收款账户" not in visitor.get(path, "owner").text
    bus.answers["list_applications"] = kit.application(account_needed=True)
    page = visitor.get(path, "owner").text
    assert "还需要收款账户" in page
    assert 'href="/my/accounts">登记收款账户' in page


def test_a_dossier_of_many_facts_is_searched_in_the_address(visitor: Visitor) -> None:
    page = visitor.get("/my/dossier?q=海关", "owner").text
    assert "跨境电商出口额" in page
    assert "技术改造投资额" not in page
    assert "没有找到" in visitor.get("/my/dossier?q=没有的", "owner").text


def test_a_page_whose_owner_is_away_says_so(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_dossier_sheet"] = AWAY
    assert visitor.get("/my/dossier", "owner").status_code == 503
