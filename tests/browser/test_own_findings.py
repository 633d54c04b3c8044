"""What the owner of a firm does about a finding: reads what it is told, is heard, objects to its record. On a phone, with script and
without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser_kit import Visit
from page_samples.integrity import DECIDED, DEFENCE, FIRM, OWN, PLACES, finding
from playwright.sync_api import expect
from portal_kit import Bus
from staff_kit import told

NEW_VISIT = Callable[..., Visit]


@pytest.fixture
def answered(bus: Bus) -> Bus:
    bus.answers = {
        **FIRM,
        "list_own_records": told(OWN),
        "list_own_finding_places": told(PLACES),
        "get_finding": told(finding("notified")),
        "give_defence": told(finding("defended", defence=DEFENCE)),
        "object_to_record": told(finding("established", **DECIDED)),
    }
    bus.asked.clear()
    return bus


@pytest.mark.parametrize("script", [True, False])
def test_the_owner_reads_what_is_held_against_the_firm_and_is_heard(
    visit: NEW_VISIT, answered: Bus, script: bool, tmp_path: Path
) -> None:
    browser = visit(script=script, phone=True)
    browser.sign_in_as("owner")
    page = browser.page
    browser.open("/my/credit")
    expect(page.get_by_text("异议处理中").first).to_be_visible()
    page.get_by_role("link", name="提供虚假材料申报财政奖补资金").last.click()
    page.wait_for_url("**/my/credit/finding-2")
    expect(page.get_by_text("申报所附 3 张设备发票经开票方确认系伪造")).to_be_visible()
    expect(page.get_by_text("形成失信记录（一般，6 个月）")).to_be_visible()
    page.get_by_label("陈述申辩的内容").fill("发票由经办人取得，本单位并不知情。")
    browser.must_fit()
    browser.picture(tmp_path, f"my finding {'script' if script else 'plain'}")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/my/credit/finding-2?done=defence_given")
    expect(page.get_by_text("陈述申辩已提交。")).to_be_visible()
    (body,) = [payload["body"] for name, payload in answered.asked if name == "give_defence"]
    assert (body["text"], body["waived"]) == ("发票由经办人取得，本单位并不知情。", False)
    assert browser.complaints == []


def test_the_owner_objects_to_the_record_and_is_told_what_is_missing(visit: NEW_VISIT, answered: Bus) -> None:
    answered.answers["get_finding"] = told(finding("established", **DECIDED))
    browser = visit(phone=True)
    browser.sign_in_as("owner")
    page = browser.page
    browser.open("/my/credit/finding-1")
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_role("heading", name="需要修改")).to_be_visible()
    browser.must_be_sound()
    page.get_by_label("哪里有误、理由").fill("认定的事实与开票方的说明不符")
    page.get_by_role("button", name="提出异议").click()
    page.wait_for_url("**/my/credit/finding-1?done=record_disputed")
    assert [name for name, _payload in answered.asked].count("object_to_record") == 1
