"""What went wrong, as people read it: in the voice of the refusals, with a way on, and never more than is theirs to know."""

from __future__ import annotations

from typing import Any

import pytest
from portal_kit import FOOTER, Bus, OneSite, Visitor, little_portal, officer

from contracts.identity import SiteFooter
from gateway.access import PUBLIC, Only
from gateway.bus import BusFault, BusUnavailable, OutcomeUnknown, ServiceUnavailable
from gateway.door import Door
from gateway.headers import PAGES as SECURITY
from gateway.portal.shell.pages import Nothing, Pages, Shown, Values
from gateway.portal.shell.site import Site

pages = Pages("shell")
TEMPLATE = '{% extends "shell/layout.html" %}{% block title %}x{% endblock %}{% block main %}<h1>x</h1>{% endblock %}'
RAISES: list[Any] = []


@pages.show("/trouble", Nothing, PUBLIC, template="/x.html", nav=("shell.home", 1))
async def trouble(_door: Door, _asked: Nothing) -> Values:
    """Whatever goes wrong."""
    if RAISES:
        raise RAISES[0]
    return {}


@pages.show("/work", Nothing, Only("department"), template="/x.html", nav=("shell.inbox", 2))
async def work(_door: Door, _asked: Nothing) -> Shown:
    """For those who work here."""
    return Shown({})


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(little_portal(pages, {"x.html": TEMPLATE}), Bus(), {"officer": officer("department")})


@pytest.mark.parametrize(
    ("error", "status", "zh", "en"),
    [
        (OutcomeUnknown("x"), 504, "处理结果暂未确认", "The outcome is not known yet"),
        (BusUnavailable("x", 7), 503, "系统暂时繁忙", "Temporarily busy"),
        (ServiceUnavailable("x"), 503, "系统暂时繁忙", "Temporarily busy"),
        (BusFault("secret"), 500, "系统出错了", "Something went wrong"),
        (KeyError("secret"), 500, "系统出错了", "Something went wrong"),
    ],
)
def test_a_failure_is_told_in_the_readers_language(
    visitor: Visitor, error: Exception, status: int, zh: str, en: str
) -> None:
    RAISES[:] = [error]
    try:
        for language, title in (("zh", zh), ("en", en)):
            page = visitor.get(f"/trouble?lang={language}")
            assert page.status_code == status
            assert f"<h1>{title}</h1>" in page.text
            assert "secret" not in page.text
            assert {name: page.headers[name] for name in SECURITY} == SECURITY
            assert page.headers["cache-control"] == "no-store"
        if isinstance(error, BusUnavailable):
            assert page.headers["retry-after"] == "7"
    finally:
        RAISES.clear()


def test_a_page_that_is_not_there_says_where_to_begin_again(visitor: Visitor) -> None:
    page = visitor.get("/nowhere")
    assert page.status_code == 404
    assert "没有找到页面" in page.text
    assert 'href="/"' in page.text


def test_the_language_is_remembered_and_an_unknown_one_ignored(visitor: Visitor) -> None:
    page = visitor.get("/trouble?lang=en")
    assert "zhida-lang=en" in page.headers["set-cookie"]
    assert "httponly" in page.headers["set-cookie"].lower()
    later = visitor.send("GET", "/trouble", headers={"Cookie": "zhida-lang=en"})
    assert '<html lang="en">' in later.text
    assert '<html lang="zh-CN">' in visitor.get("/trouble?lang=xx").text


def test_the_foot_says_what_a_government_site_must_say_and_leaves_out_what_is_not_known(visitor: Visitor) -> None:
    page = visitor.get("/trouble").text
    for line in (FOOTER.organiser, FOOTER.site_code, FOOTER.icp_number, FOOTER.police_number, "12345", "0797-12388"):
        assert str(line) in page

    class Bare(OneSite):
        async def of(self, _tenant: str | None) -> Site:
            return Site("", SiteFooter())

    visitor.app.state.portal.sites = Bare()
    page = visitor.get("/trouble").text
    assert "12345" in page
    assert "主办单位" not in page
    assert "标识码" not in page
    assert "None" not in page


def test_the_navigation_shows_what_one_may_see(visitor: Visitor) -> None:
    def shown(who: str | None) -> str:
        return visitor.get("/trouble", who).text.split("<main")[0]

    assert 'href="/work"' not in shown(None)
    assert 'href="/work"' in shown("officer")
    assert 'href="/trouble"' in shown(None)


def test_whoever_is_signed_in_is_named_with_whom_he_acts_for(visitor: Visitor) -> None:
    page = visitor.get("/work", "officer").text
    assert "张三" in page
    assert "章贡区工业和信息化局 · 初审" in page
    assert "张三" not in visitor.get("/trouble").text
