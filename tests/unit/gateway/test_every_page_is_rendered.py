"""Every page of the gateway, rendered from its samples: title, heading, language, and not one inline script or style."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from page_samples import PageSample, all_people, all_samples
from portal_kit import Bus, Visitor
from starlette.routing import Match

from console.contracts.program import unconnected_gateway
from gateway.portal.shell.serving import DeclaredPage
from gateway.portal.shell.session import may_see

INLINE = re.compile(r"\son\w+=|\sstyle=|<style|javascript:|hx-on|[\"']js:|<script(?![^>]*\ssrc=)")

UNNAMED = re.compile(r"<(?:label|legend)[^>]*>\s*([a-z]+_[a-z0-9_.]+)\s*<")


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), all_people())


def test_every_page_has_a_sample(visitor: Visitor) -> None:
    pages = {route.path for route in visitor.app.routes if isinstance(route, DeclaredPage) and "GET" in route.methods}
    assert pages - {sample.path for sample in all_samples()} == set()
    assert {sample.path for sample in all_samples()} - pages == set()


@pytest.mark.parametrize("sample", all_samples(), ids=lambda sample: sample.name)
def test_a_page_is_rendered_from_its_sample(visitor: Visitor, sample: PageSample) -> None:
    visitor.bus.answers = dict(sample.answers)
    page = visitor.get(sample.address, sample.who)
    if sample.leads_to is not None:
        assert (page.status_code, page.headers["location"]) == (303, sample.leads_to)
        return
    assert page.status_code == sample.status, html.unescape(page.text)
    if sample.gives is not None:
        assert page.headers["content-type"] == sample.gives
        return
    assert page.text.count("<h1") == 1
    assert re.search(r"<title>[^<]+ · ", page.text)
    assert ('<html lang="en">' if "lang=en" in sample.address else '<html lang="zh-CN">') in page.text
    assert INLINE.findall(page.text) == []
    assert UNNAMED.findall(page.text) == [], "fields without a text for their label"
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert len(page.content) < 100_000
    assert closed_doors(visitor, page.text, sample.who) == []


def closed_doors(visitor: Visitor, text: str, who: str | None) -> list[str]:
    """The pages of ours that a page leads to, and forms that it has, which are not there or not for this person."""
    session = all_people().get(who or "")
    wrong = []
    for method, attribute in (("GET", "href"), ("POST", "action")):
        for address in dict.fromkeys(re.findall(rf'\s{attribute}="(/[^"]*)"', text)):
            path = urlsplit(html.unescape(address)).path
            if path.startswith(("/static/", "/api/", "/openapi.json")) or (
                method == "POST" and f'method="get" action="{path}' in text
            ):
                continue
            route = leading_to(visitor, method, path)
            if route is None or not may_see(route.declared.guard, session):
                wrong.append(f"{method} {path}")
    return wrong


def leading_to(visitor: Visitor, method: str, path: str) -> DeclaredPage | None:
    scope = {"type": "http", "method": method, "path": path, "headers": []}
    pages = (each for each in visitor.app.routes if isinstance(each, DeclaredPage))
    return next((each for each in pages if each.matches(scope)[0] is Match.FULL), None)
