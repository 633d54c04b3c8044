"""What the owner of a firm does: sees what it is entitled to, applies, follows the case, changes the contact. With script,
without, and by the keyboard alone on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import enterprise_kit as kit
import enterprise_records_kit as records
import pytest
from browser_kit import Keyboard, Visit
from page_samples import enterprise as samples
from playwright.sync_api import expect
from portal_kit import Bus

from contracts.rule import State

NEW_VISIT = Callable[..., Visit]
RECEIPT = kit.RECEIPT
FILED = {
    "application_id": "app-1",
    "receipt": RECEIPT,
    "query_code": "K7M3P9QX",
    "item_id": "GZ-001",
    "item_version": 1,
    "item_title": "x",
    "estimated_fen": 1,
    "submitted_at": "2026-03-10T04:00:00Z",
}


@pytest.fixture
def answered(bus: Bus) -> Bus:
    bus.answers = {
        **samples.HOME,
        **samples.item("FJ-011"),
        **samples.filling("FJ-011"),
        "list_entitlements": kit.entitled(State.UNDETERMINED, "FJ-011", more=False),
        "list_applications": kit.application(),
        "submit_application": FILED,
        "list_contact_changes": records.CHANGES,
        "get_enterprise": records.OWN.model_dump(mode="json"),
        "change_contact": records.OWN.model_dump(mode="json"),
    }
    bus.asked.clear()
    return bus


def ordered(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in bus.asked if name == method]


@pytest.mark.parametrize("script", [True, False])
def test_the_owner_sees_what_is_missing_applies_and_holds_the_receipt(
    visit: NEW_VISIT, answered: Bus, script: bool, tmp_path: Path
) -> None:
    browser = visit(script=script, phone=True)
    browser.sign_in_as("owner")
    page = browser.page
    browser.open("/my")
    page.get_by_role("link", name="待核实").first.click()
    page.wait_for_url("**/my/entitlements?state=undetermined")
    page.get_by_role("link", name="专利权质押融资贴息").click()
    expect(page.get_by_text("缺少数据，还不能判定")).to_be_visible()
    page.get_by_role("link", name="现在申报").click()
    page.wait_for_url("**/my/apply/FJ-011")
    page.get_by_label("质押贷款本金").fill("很多")
    page.get_by_role("button", name="提交申报").click()
    expect(page.get_by_text("请填写数字，不带单位").first).to_be_visible()
    expect(page.get_by_role("heading", name="有 4 处需要修改")).to_be_visible()
    browser.must_fit()
    browser.picture(tmp_path, f"my apply refused {'script' if script else 'plain'}")
    page.get_by_label("质押贷款本金").fill("1,200,000")
    page.get_by_label("贷款实际利率").fill("3.85")
    page.get_by_label("贷款发放日期").fill("2025-03-01")
    page.get_by_label("贷款还款日").fill("2026-02-28")
    page.get_by_role("button", name="提交申报").click()
    page.wait_for_url(f"**/my/cases/{RECEIPT}/receipt?done=filed")
    expect(page.get_by_text("K7M3P9QX")).to_be_visible()
    (body,) = ordered(answered, "submit_application")
    assert [fact["value"] for fact in body["declared_facts"]] == ["1200000", "3.85", "2025-03-01", "2026-02-28"]
    assert browser.complaints == []


def test_what_was_refused_is_sound_and_is_led_to_from_the_summary(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit(phone=True)
    browser.sign_in_as("owner")
    page = browser.page
    browser.open("/my/apply/FJ-011")
    page.get_by_role("button", name="提交申报").click()
    expect(page.locator(".summary")).to_be_focused()
    browser.must_be_sound()
    page.locator(".summary a").nth(1).click()
    expect(page.get_by_label("贷款实际利率")).to_be_focused()


def test_the_keyboard_alone_changes_the_contact_on_a_phone(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit(phone=True)
    browser.sign_in_as("owner")
    page, keyboard = browser.page, Keyboard(browser.page)
    browser.open("/my")
    keyboard.press("跳到正文")
    keyboard.press("联系人")
    page.wait_for_url("**/my/contacts")
    browser.must_fit()
    keyboard.write("联系人姓名", "赵六")
    keyboard.write("新的联系手机", "13900000009")
    keyboard.write("变更理由", "原联系人离职")
    keyboard.press("确认变更")
    page.wait_for_url("**/my/contacts?done=contact_changed")
    expect(page.get_by_text("原号码会收到短信告知").first).to_be_visible()
    (body,) = ordered(answered, "change_contact")
    assert (body["contact_name"], body["contact_mobile"], body["expected_version"]) == ("赵六", "13900000009", 7)


def test_a_form_pressed_twice_is_one_order(visit: NEW_VISIT, answered: Bus) -> None:
    """Without script nothing keeps a finger from pressing twice: the key that stands in the form does."""
    browser = visit(script=False, phone=True)
    browser.sign_in_as("owner")
    page = browser.page
    browser.open("/my/contacts")
    page.get_by_label("新的联系手机").fill("13900000009")
    page.get_by_label("变更理由").fill("离职")
    page.get_by_role("button", name="确认变更").dblclick()
    page.wait_for_url("**/my/contacts?done=contact_changed")
    keys = {payload["idempotency_key"] for name, payload in answered.asked if name == "change_contact"}
    assert len(keys) == 1
