"""明白卡: the guide of every sample item on one page, in the words in which people ask."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from page_samples.public import guide
from portal_kit import Bus, Visitor

from chassis.papers.card import Card, render_card
from console.contracts.program import unconnected_gateway
from contracts.identity import SiteFooter
from contracts.policy_guide import GuideView
from gateway.portal.public.items.card import card_of
from gateway.portal.shell.language import PageTexts
from gateway.portal.shell.site import Site
from tests.paper_kit import AT, in_one_line, read, text_of
from tests.unit.gateway.editor_kit import SAMPLES

TODAY = date(2026, 3, 10)
ORIGIN = "https://hq.example.gov.cn"
SITE = Site("赣州市", SiteFooter(hotline="12345"), {"instant": "即申快享"})


def card(code: str, language: str = "zh", origin: str | None = ORIGIN, **changed: Any) -> Card:
    view = GuideView.model_validate(guide(code, **changed))
    return card_of(view, PageTexts(language), SITE, origin, TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", SAMPLES)
def test_every_sample_item_has_a_card_of_one_page_that_answers_every_question(code: str) -> None:
    made = card(code)
    pdf = render_card(made, AT)
    text = in_one_line(pdf)
    assert len(read(pdf).pages) == 1
    for asked in ("谁能享受", "能享受多少", "需要什么材料", "怎么办理", "办理时限", "咨询电话"):
        assert asked in text, asked
    assert f"{ORIGIN}/items/{code}" in text
    assert "12345" in text
    whole = re.sub(r"\s", "", text)
    assert all(re.sub(r"\s", "", value) in whole for _label, value in made.facts)


def test_it_says_what_the_guide_says() -> None:
    text = text_of(render_card(card("NM-002"), AT))
    for words in (
        "政策明白卡 · 赣州市",
        "新增产值奖励",
        "最高 300 万元",
        "即申快享",
        "常年受理",
        "2025年度新增产值在 5 亿元以上（含）。",
        "1. 5 亿元以上（含）、不满 10 亿元的，50 万元；",
        "不需要提交材料。",
        "另有 1 项由部门提供或系统获取，企业不用交。",
        "登录本网站在线申报，或者到政务服务窗口办理。",
        "审核 5 个工作日，兑付 1 个工作日",
        "这是示例，不是本地的承诺",
        "本卡 2026-03-10 按第 1 版办事指南生成",
    ):
        assert words in text, words


def test_what_is_brought_is_told_line_by_line_with_what_may_wait() -> None:
    materials = [
        {"name": "营业执照", "required": True, "provided_by": "applicant"},
        {"name": "获奖证书", "required": False, "provided_by": "applicant"},
        {"name": "纳税证明", "required": True, "provided_by": "applicant", "commitment": "承诺如实"},
    ]
    said = {each.title: each.text for each in card("NM-002", materials=materials).sections}["需要什么材料"]
    assert said == "1. 营业执照\n2. 获奖证书（有则提供）\n3. 纳税证明（暂时拿不出的，可以先承诺）"


def test_when_it_can_be_claimed_is_said_with_whether_it_can_today() -> None:
    facts = dict(card("NM-002", opens="2026-01-01", closes="2026-03-31", window="closing_soon").facts)
    assert facts["申报时间"] == "2026-01-01 至 2026-03-31，即将截止"


def test_one_that_is_suspended_says_so_above_everything() -> None:
    made = card("NM-002", state="suspended", state_reason="预算用完")
    assert made.warnings[0] == "暂停申报。暂时停止接受申报，已经受理的照常办理。"
    assert "申报时间" in dict(made.facts)


def test_no_more_than_three_telephones_stand_on_it() -> None:
    view = guide("NM-002")
    contacts = [{"name": f"第{n}科", "phone": f"0797-100{n}"} for n in range(5)]
    said = card("NM-002", guide={**view["guide"], "contacts": contacts}).sections
    assert {each.title: each.text for each in said}["咨询电话"].startswith(
        "第0科 0797-1000\n第1科 0797-1001\n第2科 0797-1002\n另有 2 个咨询电话，详见指南。"
    )


def test_in_english_the_words_around_the_text_are_english() -> None:
    text = text_of(render_card(card("GZ-009", "en"), AT))
    for words in ("Policy in one page", "Who is entitled", "Up to ¥50,000", "Scan for the guide"):
        assert words in text, words
    assert "谁能享受" not in text


def test_where_nobody_knows_the_address_of_the_site_it_says_how_to_search() -> None:
    made = card("NM-002", origin=None)
    assert made.address == ""
    assert "“政策事项”中搜索“新增产值奖励”" in text_of(render_card(made, AT))


def test_an_older_version_leads_to_that_version() -> None:
    assert card("NM-002", latest_version=3).address == f"{ORIGIN}/items/NM-002?version=1"


def test_everybody_gets_it_as_a_file_and_it_is_set_once() -> None:
    visitor = Visitor(unconnected_gateway(), Bus({"get_guide": guide("NM-002")}), {})
    first, again = visitor.get("/items/NM-002/card"), visitor.get("/items/NM-002/card")
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"].startswith("attachment; filename=\"card.pdf\"; filename*=UTF-8''")
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.content == again.content
    assert len(read(first.content).pages) == 1
    assert '/items/NM-002/card"' in visitor.get("/items/NM-002").text


def test_no_card_is_made_of_what_is_not_there() -> None:
    unknown = {"refused": {"kind": "not_found", "code": "item_unknown", "message": "没有这个事项。"}}
    visitor = Visitor(unconnected_gateway(), Bus({"get_guide": unknown}), {})
    assert visitor.get("/items/nothing/card").status_code == 404
