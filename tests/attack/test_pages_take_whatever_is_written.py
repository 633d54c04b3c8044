"""Every page and form of the portal: whatever stands in its address or is sent to it, it is shown, refused or shown again,
and never fails. A filter's unknown value says so; an unknown name, as whoever shares a link adds, is ignored."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from typing import Any, get_args
from urllib.parse import quote

import pytest
from hostile import IN_AN_ADDRESS
from limits import parse
from page_samples import PageSample, all_people, all_samples
from portal_kit import CSRF, Bus, Visitor

from console.contracts.program import unconnected_gateway
from console.quality.testing import ALL_ATTACKS
from gateway.headers import PAGES
from gateway.portal.shell.pages import PageDeclaration
from gateway.portal.shell.serving import DeclaredPage
from gateway.rate_limits import RateLimits

EVERY = 1 if os.environ.get(ALL_ATTACKS) else 30


OWN_DATABASE = {"/sign-in/confirm"}
"""Forms that count attempts in the gateway's own database, which nothing stands in for here: test_step_up.py sends them."""


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    app = unconnected_gateway()
    # So much at once is asked by nobody else.
    often = dict.fromkeys(("address", "person", "tenant", "sign_in"), parse("1000000/minute"))
    app.state.signing_in.rates.limits = RateLimits(**often)
    return Visitor(app, Bus(), all_people())


@pytest.fixture(scope="module")
def declared(visitor: Visitor) -> dict[str, PageDeclaration]:
    return {
        route.path: route.declared
        for route in visitor.app.routes
        if isinstance(route, DeclaredPage) and "GET" in route.methods
    }


def first_samples() -> list[PageSample]:
    """One look at each page."""
    return list({each.path: each for each in reversed(all_samples()) if each.leads_to is None}.values())


def looked_at(visitor: Visitor, sample: PageSample, address: str) -> Any:
    visitor.bus.answers = dict(sample.answers)
    visitor.bus.asked.clear()
    return visitor.get(address, sample.who)


def must_hold(visitor: Visitor, answer: Any, told: object) -> None:
    if answer.status_code == 500 and _unanswered(visitor):
        return
    assert answer.status_code < 500, (told, html.unescape(re.sub("<[^>]+>", " ", answer.text))[:600])
    assert {name: answer.headers.get(name) for name in PAGES} == PAGES, told
    assert answer.headers.get("cache-control"), told
    assert "Traceback" not in answer.text, told


def some(values: Any, at: int) -> Iterator[Any]:
    return (value for number, value in enumerate(values) if (number + at) % EVERY == 0)


@pytest.mark.parametrize("at", range(len(first_samples())), ids=[each.path for each in first_samples()])
def test_a_page_takes_whatever_stands_in_its_address(
    visitor: Visitor, declared: dict[str, PageDeclaration], at: int
) -> None:
    sample = first_samples()[at]
    page = declared[sample.path]
    path = sample.address.partition("?")[0]
    for place, name in enumerate([*page.reads.named, "lang", "done", "kept", "next"]):
        for value in some(IN_AN_ADDRESS, at + place):
            address = f"{path}?{quote(name)}={quote(value, safe='')}"
            must_hold(visitor, looked_at(visitor, sample, address), address[:200])


@pytest.mark.attack_only
@pytest.mark.parametrize("at", range(len(first_samples())), ids=[each.path for each in first_samples()])
def test_a_form_takes_whatever_is_sent_to_it(visitor: Visitor, declared: dict[str, PageDeclaration], at: int) -> None:
    sample = first_samples()[at]
    path, _, query = sample.address.partition("?")
    given = dict(zip(re.findall(r"{(\w+)}", sample.path), _filled(sample.path, path), strict=True))
    for place, form in enumerate(declared[sample.path].forms):
        if form.path in OWN_DATABASE:
            continue
        action = re.sub(r"{(\w+)}", lambda name: given.get(name[1], "x-1"), form.path)
        names = [*form.reads.named, "_version", "_key", "csrf", "_seen", "a." * 20 + "b", "0." + "9" * 5_000]
        for number, name in enumerate(names):
            for value in some(IN_AN_ADDRESS, at + place + number):
                said = {"csrf": CSRF, "_key": "0123456789abcdef", "_version": "1"}
                body = b"&".join(
                    f"{quote(each)}={quote(what, safe='')}".encode() for each, what in {**said, name: value}.items()
                )
                visitor.bus.answers = dict(sample.answers)
                visitor.bus.asked.clear()
                headers = {
                    "Accept": "text/html",
                    "Origin": "http://door",
                    "Content-Type": "application/x-www-form-urlencoded",
                }
                answer = visitor.send("POST", f"{action}?{query}", sample.who, content=body, headers=headers)
                must_hold(visitor, answer, (action, name[:40], value[:60]))


def _filled(declared: str, path: str) -> list[str]:
    found = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", declared), path)
    return list(found.groups()) if found else []


def _unanswered(visitor: Visitor) -> bool:
    """Whether the sample's bus was asked for what it has no answer to: then the door had let it pass, as well formed."""
    return bool(visitor.bus.asked) and visitor.bus.asked[-1][0] not in visitor.bus.answers


def test_a_name_that_a_page_does_not_know_is_ignored(visitor: Visitor) -> None:
    for sample in first_samples():
        plain = looked_at(visitor, sample, sample.address)
        sign = "&" if "?" in sample.address else "?"
        shared = looked_at(visitor, sample, f"{sample.address}{sign}utm_source=wechat&from=timeline")
        assert shared.status_code == plain.status_code == sample.status, sample.address


def test_an_unknown_value_of_a_filter_is_said_and_not_answered_with_an_empty_page(
    visitor: Visitor, declared: dict[str, PageDeclaration]
) -> None:
    tried = 0
    for sample in first_samples():
        page = declared[sample.path]
        for name, field in page.reads.named.items():
            if not _is_a_choice(page.reads.contract.model_fields[field].annotation):
                continue
            path = sample.address.partition("?")[0]
            answer = looked_at(visitor, sample, f"{path}?{name}=unheard_of")
            assert answer.status_code == 422, (path, name, answer.status_code)
            assert "请从列出的选项中选择" in answer.text, (path, name)
            tried += 1
    assert tried >= 6


def _is_a_choice(annotation: Any) -> bool:
    """Whether the field has one of some given values."""
    if isinstance(annotation, type):
        return hasattr(annotation, "__members__")
    inside = get_args(annotation)
    return (
        getattr(annotation, "__origin__", None).__class__.__name__ == "_SpecialForm"
        and str(annotation).startswith("typing.Literal")
    ) or any(_is_a_choice(each) for each in inside if each is not type(None) and not isinstance(each, str))
