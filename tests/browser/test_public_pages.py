"""What somebody who is not signed in does: looks for a policy, reads it, follows a case. With script, without, and by the
keyboard alone on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser_kit import Keyboard, Visit
from page_samples.public import AWAY, SAYS_NOTHING, found, guide, tracked
from playwright.sync_api import expect
from portal_kit import Bus

from gateway.portal.shell.assets import ENHANCEMENT, FETCHED

NEW_VISIT = Callable[..., Visit]
ANSWERS: dict[str, Any] = {
    "search_policies": lambda query: found(more=query["cursor"] is None),
    "get_guide": lambda query: guide(query["item_id"]),
    "track_case": tracked("held"),
}


@pytest.fixture
def answered(bus: Bus) -> Bus:
    bus.answers = dict(ANSWERS)
    bus.asked.clear()
    return bus


def searched(bus: Bus) -> list[dict[str, Any]]:
    return [payload["body"] for method, payload in bus.asked if method == "search_policies"]


@pytest.mark.parametrize("script", [True, False])
def test_somebody_finds_a_policy_filters_and_reads_it(visit: NEW_VISIT, answered: Bus, script: bool) -> None:
    browser = visit(script=script)
    page = browser.page
    browser.open("/")
    page.get_by_role("searchbox").fill("产值")
    page.get_by_role("button", name="搜索").click()
    page.wait_for_url("**/items?q=*")
    assert searched(answered)[-1]["q"] == "产值"
    page.get_by_role("link", name="免申即享 14").click()
    page.wait_for_url("**mode=no_application**")
    assert (searched(answered)[-1]["q"], searched(answered)[-1]["mode"]) == ("产值", ["no_application"])
    page.get_by_role("link", name="新增产值奖励").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新增产值奖励")
    expect(page.get_by_text("2025年度新增产值在 5 亿元以上（含）。").first).to_be_visible()
    assert page.evaluate("() => document.title") == "新增产值奖励 · 赣州市章贡区惠企政策直达"
    assert browser.complaints == []


def test_the_keyboard_alone_is_enough_on_a_phone(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit(phone=True)
    page, keyboard = browser.page, Keyboard(browser.page)
    browser.open("/")
    keyboard.press("跳到正文")
    keyboard.write("搜索政策", "产值")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items?q=*")
    keyboard.press("按条件筛选")
    keyboard.press("主题")
    keyboard.press("科技创新")
    page.wait_for_url("**theme=**")
    keyboard.press("新增产值奖励")
    page.wait_for_url("**/items/NM-002")
    browser.must_fit()
    keyboard.press("办件查询")
    page.wait_for_url("**/track")
    keyboard.write("收件编号 receipt", "ZGQ-20260310-000123")
    keyboard.write("查询码", "ABCD")
    keyboard.press("查询", "Enter")
    page.wait_for_url("**/track/ZGQ-20260310-000123?code=ABCD")
    expect(page.get_by_text("正在等财政局落实预算")).to_be_visible()


@pytest.mark.skipif(not (FETCHED / ENHANCEMENT).exists(), reason="the npm registry was out of reach at set-up")
def test_what_fits_appears_while_one_types_and_the_list_grows_where_it_is_read(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit()
    page = browser.page
    browser.open("/items?mode=instant")
    page.get_by_role("searchbox").press_sequentially("技改")
    page.wait_for_url("**q=%E6%8A%80%E6%94%B9**")
    assert searched(answered)[-1]["mode"] == ["instant"]
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.locator("#hits > li")).to_have_count(6)
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("#hits > li")).to_have_count(12)
    expect(page.locator("#hits > li:nth-child(7) a")).to_be_focused()
    expect(page.get_by_role("link", name="下一页")).to_have_count(0)
    browser.must_be_sound()


@pytest.mark.skipif(not (FETCHED / ENHANCEMENT).exists(), reason="the npm registry was out of reach at set-up")
def test_trouble_while_one_types_is_seen(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit()
    page = browser.page
    browser.open("/items")
    answered.answers["search_policies"] = SAYS_NOTHING
    page.get_by_role("searchbox").fill("的")
    expect(page.get_by_text("请换一个更具体的说法。")).to_be_visible()
    answered.answers["search_policies"] = AWAY
    page.get_by_role("searchbox").fill("技改")
    expect(page.get_by_role("heading", level=1)).to_have_text("系统暂时繁忙")


def test_the_other_language_stays_chosen(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit()
    browser.open("/track")
    browser.page.get_by_role("link", name="English").click()
    expect(browser.page.get_by_role("heading", level=1)).to_have_text("Case progress")
    browser.open("/items")
    expect(browser.page.get_by_role("heading", level=1)).to_have_text("Policies")


def test_a_page_of_another_site_cannot_frame_ours(visit: NEW_VISIT, answered: Bus) -> None:
    browser = visit()
    browser.page.set_content(f'<iframe src="{browser.origin}/track"></iframe>')
    frame = browser.page.frames[-1]
    expect(frame.locator("h1")).to_have_count(0)
