"""The frame's promises as browsers keep them: forms of our own are taken, those of others are not, and axe does look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from browser_kit import Keyboard, Visit, axe_findings, new_visit, served
from playwright.sync_api import Browser, expect
from portal_kit import Bus, Visitor, little_portal, officer
from pydantic import Field

from contracts.message import Command, Model, ServiceName
from gateway.access import Only
from gateway.door import Door
from gateway.portal.shell.pages import Nothing, Pages, Values

TEMPLATE = """{% extends "shell/layout.html" %}{% import "shell/macros/form.html" as f %}
{% import "shell/macros/page.html" as p %}{% block title %}签字{% endblock %}
{% block main %}{{ p.heading("签字") }}
{% call f.form(forms.sign, "提交") %}
{{ f.text(forms.sign, "name", hint="写全名") }}{{ f.money(forms.sign, "limit_yuan") }}{{ f.date(forms.sign, "day", required=false) }}
{{ f.textarea(forms.sign, "reason", maxlength=20) }}
{{ f.select(forms.sign, "kind", [("a", "甲"), ("b", "乙")], label="类别") }}
{{ f.radios(forms.sign, "way", [("fast", "快"), ("slow", "慢")], label="方式") }}
{{ f.checkbox(forms.sign, "agreed", label="同意") }}
{{ f.checkboxes(forms.sign, "tools", [("x", "子"), ("y", "丑")], label="工具") }}
{% endcall %}
{{ p.verdicts([{"verdict": "met", "text": "规上企业", "value": "是", "source": "统计局", "as_of": "2026-01-01", "advice": ""},
  {"verdict": "not_met", "text": "增速 10% 以上", "value": "8%", "source": "统计局", "as_of": none, "advice": "可申请复核"},
  {"verdict": "undetermined", "text": "无不良记录", "value": "", "source": "", "advice": "请到信用平台查询"}]) }}
{% set heads = ["编号", "金额"] %}
{% call(row) p.table("两行", heads, [1, 2]) %}{{ p.cell(heads[0], row) }}{{ p.cell(heads[1], p.money(row * 100), number=true) }}{% endcall %}
<p>{{ p.clock("2026-03-17T09:30:00Z", left=-2) }} {{ p.clock("2026-03-17T09:30:00Z", left=0) }} {{ p.clock("2026-03-17T09:30:00Z", left=5) }}
{{ p.clock(none) }} {{ p.clock(none, paused="等补正") }} {{ p.tag("平") }} {{ p.status_tag(status.case("approved", staff=true), "approved") }}</p>
{{ p.notice("做好了", "good") }}{{ p.notice("坏了", "bad") }}
{% endblock %}"""


class Signed(Model):
    name: str = ""


class Sign(Command[Signed]):
    owner: ClassVar[ServiceName] = "review"

    name: str = Field(min_length=2)
    limit_fen: int
    day: str | None = None
    reason: str
    kind: str
    way: str
    agreed: bool
    tools: tuple[str, ...] = ()


pages = Pages("shell")


@pages.show("/sign", Nothing, Only("department"), template="/sign.html")
async def show_sign(_door: Door, _asked: Nothing) -> Values:
    """Something to sign."""
    return {}


@pages.form("/sign", Sign, Only("department"), on=show_sign)
async def sign(door: Door, command: Sign) -> str:
    """Sign it."""
    await door.done(command)
    return "/sign?signed"


@pytest.fixture(scope="module")
def signing() -> Bus:
    return Bus({"sign": {}})


@pytest.fixture(scope="module")
def place(signing: Bus) -> Iterator[str]:
    app = little_portal(pages, {"sign.html": TEMPLATE})
    with served(Visitor(app, signing, {"officer": officer("department")}).app) as address:
        yield address


@pytest.fixture
def at_desk(chromium: Browser, place: str) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def make(**how: bool) -> Visit:
        phone = {"viewport": {"width": 360, "height": 740}} if how.pop("phone", False) else {}
        made.append(new_visit(chromium, place, **how, **phone))
        made[-1].sign_in_as("officer")
        return made[-1]

    yield make
    for each in made:
        each.page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_form_is_refused_with_what_was_filled_in_and_then_taken(
    at_desk: Callable[..., Visit], signing: Bus, script: bool
) -> None:
    signing.asked.clear()
    browser = at_desk(script=script)
    page = browser.page
    browser.open("/sign")
    page.get_by_label("理由").fill("第一行\n第二行")
    page.get_by_label("乙").or_(page.get_by_label("类别")).first.select_option("b")
    page.get_by_label("慢").check()
    page.get_by_label("丑").check()
    page.get_by_role("button", name="提交").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("有 2 处需要修改")
    if script:
        expect(summary).to_be_focused()
    assert page.get_by_label("理由").input_value() == "第一行\n第二行"
    expect(page.get_by_label("慢")).to_be_checked()
    expect(page.get_by_label("丑")).to_be_checked()
    page.get_by_label("名称").fill("王五")
    page.locator("[name=limit_yuan]").fill("12.5")
    page.get_by_label("同意").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/sign?signed")
    (ordered,) = [payload["body"] for method, payload in signing.asked if method == "sign"]
    assert ordered == {
        "name": "王五",
        "limit_fen": 1250,
        "day": None,
        "reason": "第一行\n第二行",
        "kind": "b",
        "way": "slow",
        "agreed": True,
        "tools": ["y"],
    }


@pytest.mark.parametrize("phone", [True, False])
def test_every_macro_is_sound_fresh_and_refused(at_desk: Callable[..., Visit], phone: bool, tmp_path: Path) -> None:
    browser = at_desk(phone=phone)
    browser.open("/sign")
    browser.must_be_sound()
    browser.page.get_by_role("button", name="提交").click()
    expect(browser.page.get_by_role("alert")).to_be_visible()
    browser.must_be_sound()
    browser.picture(tmp_path, f"macros refused {'phone' if phone else 'desk'}")


def test_the_keyboard_leads_from_the_summary_to_the_field(at_desk: Callable[..., Visit]) -> None:
    browser = at_desk(phone=True)
    keyboard = Keyboard(browser.page)
    browser.open("/sign")
    keyboard.press("提交")
    expect(browser.page.get_by_role("alert")).to_be_focused()
    keyboard.press("名称：")
    expect(browser.page.get_by_label("名称")).to_be_focused()


def test_a_second_click_sends_nothing_more(at_desk: Callable[..., Visit], signing: Bus) -> None:
    browser = at_desk()
    browser.open("/sign")
    sent = browser.page.evaluate("""() => {
      const form = document.querySelector("form[data-once]");
      const ask = () => !form.dispatchEvent(new Event("submit", {bubbles: true, cancelable: true}));
      return [ask(), ask()];
    }""")
    assert sent == [False, True]


def test_a_form_on_another_site_reaches_nothing(at_desk: Callable[..., Visit], signing: Bus) -> None:
    signing.asked.clear()
    browser = at_desk()
    page = f'<form method="post" action="{browser.origin}/sign"><button>go</button></form>'
    browser.page.route("http://elsewhere.test/", lambda route: route.fulfill(body=page, content_type="text/html"))
    browser.page.goto("http://elsewhere.test/")
    browser.page.get_by_role("button").click()
    expect(browser.page.get_by_role("heading", level=1)).to_have_text("没有权限")
    assert signing.asked == []


def test_axe_and_the_policy_would_be_heard(at_desk: Callable[..., Visit]) -> None:
    browser = at_desk()
    browser.open("/sign")
    browser.page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("beforeend", '<img src="https://elsewhere.test/a.png"><p style="color:#ccc">x</p>');
    }""")
    assert any("image-alt" in each for each in axe_findings(browser.page))
    violated = browser.page.evaluate("() => window.__violations")
    assert any("img-src" in each for each in violated)
    assert any("style-src" in each for each in violated)
