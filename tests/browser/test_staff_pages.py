"""What those who work here do all day: a case is approved, one is refused as it will be read, payments are released, money
is put on a line. With script, without, and by the keyboard alone on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Keyboard, Visit
from page_samples import cases as of_cases
from page_samples import money as of_money
from playwright.sync_api import expect
from portal_kit import Bus
from refusal_answers import GROUND, refusal_answers
from staff_kit import LAKH, case, line, listed, payment, previews, refused_sheet, sheet, summary, told

from contracts.refusal import Refusal

NEW_VISIT = Callable[..., Visit]
OWN = Refusal(kind="forbidden", code="maker_is_checker", message="审批人不得复核本人批准的兑付，须由另一人复核。")


@pytest.fixture
def answered(bus: Bus) -> Bus:
    bus.asked.clear()
    bus.answers = {
        **of_cases.BESIDE,
        "list_cases": of_cases.LIST,
        "count_cases": of_cases.COUNTS,
        "get_case_sheet": told(sheet()),
        "approve_case": told(case(state="approved", version=3)),
        "reject_case": told(case(2, state="rejected", version=3)),
        "preview_rejection": told(previews()),
        **refusal_answers(),
    }
    return bus


def ordered(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in bus.asked if name == method]


def looked_at(browser: Visit, script: bool) -> None:
    """axe is a script itself."""
    if script:
        browser.must_be_sound()
    else:
        browser.must_fit()


@pytest.mark.parametrize("script", [True, False])
def test_an_officer_opens_the_most_urgent_case_and_approves_it(
    visit: NEW_VISIT, answered: Bus, script: bool, tmp_path: Path
) -> None:
    browser = visit(script=script)
    browser.sign_in_as("cases_reviewer")
    page = browser.page
    browser.open("/department/cases")
    page.get_by_label("收件编号、信用代码或企业名称").fill("示例")
    page.get_by_role("button", name="应用筛选").click()
    page.wait_for_url("**/department/cases?about=*")
    page.get_by_role("link", name="赣州示例精工制造有限公司").first.click()
    page.wait_for_url("**/department/cases/case-1?about=*")
    expect(page.get_by_text("上年度研发投入不低于 100 万元").first).to_be_visible()
    page.get_by_label("审批意见").fill("材料齐全，同意")
    approved = case(state="approved", version=3, decided_by="officer-1", note="材料齐全，同意")
    answered.answers["get_case_sheet"] = told(sheet(approved))
    page.get_by_role("button", name="批准 ¥200,000.00").click()
    page.wait_for_url("**done=approved")
    expect(page.get_by_role("status")).to_contain_text("已批准")
    (order,) = ordered(answered, "approve_case")
    assert (order["opinion"], order["amount_fen"]) == ("材料齐全，同意", LAKH)
    page.get_by_role("link", name="下一件").first.click()
    page.wait_for_url("**/department/cases/case-8?about=*")
    browser.picture(tmp_path, f"case approved {'script' if script else 'plain'}")
    assert browser.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_refusal_is_read_as_the_enterprise_will_before_it_is_sent(
    visit: NEW_VISIT, answered: Bus, script: bool, tmp_path: Path
) -> None:
    answered.answers["get_case_sheet"] = told(refused_sheet())
    browser = visit(script=script, phone=True)
    browser.sign_in_as("cases_reviewer")
    page = browser.page
    browser.open("/department/cases/case-2?overdue=yes")
    page.get_by_label("退回理由").fill("上年度研发投入 80 万元，低于要求的 100 万元")
    expect(page.get_by_label(re.compile("上年度研发投入在 100 万元以上"))).to_be_checked()
    page.get_by_text("自行写明一项理由").click()
    page.get_by_label(re.compile("^理由内容")).fill("申报材料与实际不符")
    page.get_by_label(re.compile("^条款")).fill("办法第三条")
    page.get_by_label(re.compile("^改变结果需要什么")).fill("更正申报材料后重新申报")
    page.get_by_role("button", name="预览企业将收到的通知").click()
    expect(page.get_by_role("heading", name="确认退回")).to_be_visible()
    expect(page.get_by_text(previews().items[0].text)).to_be_visible()
    assert ordered(answered, "reject_case") == []
    looked_at(browser, script)
    browser.picture(tmp_path, f"refusal {'script' if script else 'plain'}")
    page.get_by_role("button", name="确认退回并送达企业").click()
    page.wait_for_url("**done=refused")
    (order,) = ordered(answered, "reject_case")
    assert order["reason"] == "上年度研发投入 80 万元，低于要求的 100 万元"
    assert order["grounds"] == [GROUND.code]
    assert (order["other_grounds"][0]["clause"], order["cites"]) == ("办法第三条", [])


def test_a_case_is_approved_by_the_keyboard_alone_on_a_phone(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit(phone=True)
    browser.sign_in_as("cases_reviewer")
    browser.open("/department/cases")
    keyboard = Keyboard(browser.page)
    keyboard.press("赣州示例精工制造有限公司")
    browser.page.wait_for_url("**/department/cases/case-1")
    keyboard.press("跳到办理")
    keyboard.write("审批意见", "同意")
    keyboard.press("批准 ¥200,000.00")
    browser.page.wait_for_url("**done=approved")
    assert [order["opinion"] for order in ordered(answered, "approve_case")] == ["同意"]


@pytest.fixture
def paid(bus: Bus) -> Bus:
    bus.asked.clear()
    ready = of_money.READY

    def release(order: dict[str, Any]) -> dict[str, Any]:
        if order["disbursement_id"] == "payment-4":
            return {"refused": OWN.model_dump(mode="json")}
        return told(payment(1, state="authorised", version=2))

    bus.answers = {
        **of_money.ONE,
        **of_money.BUDGETS,
        "list_disbursements": listed(*ready),
        "summarise_disbursements": told(summary(*ready)),
        "authorise_disbursement": release,
        "appropriate_budget": told(line(1, version=8)),
    }
    return bus


@pytest.mark.parametrize("script", [True, False])
def test_a_page_of_payments_is_released_after_a_look_and_what_is_refused_stays_ticked(
    visit: NEW_VISIT, paid: Bus, script: bool, tmp_path: Path
) -> None:
    browser = visit(script=script)
    browser.sign_in_as("money_checker")
    page = browser.page
    browser.open("/bureau/payments")
    page.get_by_role("link", name="全选本页 4 笔").click()
    page.wait_for_url("**select=page")
    page.get_by_role("button", name="核对所选").click()
    page.wait_for_url("**/bureau/payments/review?*")
    expect(page.get_by_text("以上共 4 笔，合计 ¥2,000,000.00。")).to_be_visible()
    page.get_by_role("checkbox").nth(3).uncheck()
    after = [of_money.READY[0], *(each.model_copy(update={"state": "sent"}) for each in of_money.READY[1:3])]
    paid.answers["list_disbursements"] = lambda _query: listed(*after)
    paid.answers["summarise_disbursements"] = told(summary(of_money.READY[0]))
    page.get_by_role("button", name="复核放行勾选的拨付").click()
    expect(page.get_by_text("3 笔中已复核放行 2 笔。")).to_be_visible()
    expect(page.get_by_text(OWN.message)).to_be_visible()
    expect(page.get_by_role("checkbox")).to_be_checked()
    looked_at(browser, script)
    browser.picture(tmp_path, f"payments released {'script' if script else 'plain'}")
    assert [body["disbursement_id"] for body in ordered(paid, "authorise_disbursement")] == [
        "payment-4",
        "payment-1",
        "payment-2",
    ]


def test_money_is_put_on_a_line_by_the_keyboard_alone_after_a_look(visit: NEW_VISIT, paid: Bus, tmp_path: Path) -> None:
    browser = visit(phone=True)
    browser.sign_in_as("money_finance")
    browser.open("/finance/budgets")
    keyboard = Keyboard(browser.page)
    keyboard.to("下一页")
    keyboard.to("部门", "select")
    browser.page.keyboard.press("ArrowDown")
    keyboard.write("金额", "1,500,000")
    keyboard.write("文号", "区财预〔2026〕12 号")
    keyboard.press("核对后下达")
    expect(browser.page.get_by_role("heading", name="确认下达指标")).to_be_visible()
    browser.must_be_sound()
    browser.picture(tmp_path, "appropriation")
    keyboard.press("确认下达 ¥1,500,000.00")
    browser.page.wait_for_url("**done=appropriated")
    (order,) = ordered(paid, "appropriate_budget")
    assert (order["amount_fen"], order["document_number"]) == (150_000_000, "区财预〔2026〕12 号")
