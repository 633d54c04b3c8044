"""A fresh second factor before money is signed for, and how often somebody may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader
from limits import parse
from sign_in_kit import PASSWORD, Browser, DoorOfTests, capacity

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from contracts.message import Command, Model, ServiceName
from gateway.access import Only
from gateway.door import Door
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.serving import DeclaredPage
from gateway.portal.sign_in.step_up import proved_just_now
from gateway.rate_limits import RateLimits
from gateway.signing_in import SignInSettings

TEMPLATE = """{% extends "shell/layout.html" %}{% import "shell/macros/form.html" as f %}
{% block title %}付款{% endblock %}{% block main %}<h1>付款</h1>
{% call f.form(forms.pay, "付款") %}{{ f.text(forms.pay, "note") }}{% endcall %}{% endblock %}"""
paid: list[str] = []


class Pay(Command[Model]):
    owner: ClassVar[ServiceName] = "treasury"

    note: str


def payments() -> Pages:
    """A page whose form wants somebody to have proved themselves just now, and one that shows what is personal."""
    pages = Pages("shell")

    @pages.show("/test/payments", Nothing, Only("department"), template="/payments.html")
    async def show_payments(_door: Door, _asked: Nothing) -> Values:
        """What is to be paid."""
        return {}

    @pages.form("/test/payments", Pay, Only("department"), on=show_payments)
    async def pay(door: Door, command: Pay) -> str:
        """Pay it."""
        await proved_just_now(door)
        paid.append(command.note)
        return "/test/payments"

    @pages.show("/test/telephone", Nothing, Only("department"), template="/payments.html")
    async def show_telephone(door: Door, _asked: Nothing) -> Values:
        """A telephone number in full."""
        await proved_just_now(door)
        return {"forms": {"pay": portal_of(door.request).blank(door.request, pages.declared[1])}}

    return pages


def with_payments(app: FastAPI) -> None:
    portal = app.state.portal
    for environment in portal.environments.values():
        environment.loader = ChoiceLoader([DictLoader({"payments.html": TEMPLATE}), environment.loader])
    app.router.routes += [DeclaredPage(each) for each in payments().declared]
    paid.clear()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def door(service_frame: Callable[..., Frame], clock: FixedClock) -> DoorOfTests:
    made = DoorOfTests(service_frame, clock)
    with_payments(made.app)
    return made


def forget(door: DoorOfTests) -> None:
    """As if the seconds had passed for which answers are kept in memory."""
    door.signing_in.directory._known._found.clear()


# -- step-up ----------------------------------------------------------------------------------------------------


def test_a_payment_wants_a_fresh_code_and_the_form_comes_back_as_it_was(door: DoorOfTests, clock: FixedClock) -> None:
    wang = door.person("wang", capacity("兑付经办", "payment_maker"), second_factor=True)
    browser = wang.signs_in()
    clock.advance(timedelta(minutes=6))
    browser.open("/test/payments")
    asked = browser.send("/test/payments", note="三月第一批")
    assert asked.url.path == "/sign-in/confirm"
    assert paid == []
    assert browser.send("/sign-in/confirm", code="000000").status_code == 422
    back = browser.send("/sign-in/confirm", code=wang.code())
    assert back.url.path == "/test/payments"
    assert 'value="三月第一批"' in back.text
    assert "验证已完成" in back.text
    assert browser.send("/test/payments", note="三月第一批").status_code == 200
    assert paid == ["三月第一批"]
    kinds = [each["kind"] for each in reversed(door.events(person_id=wang.id))][-2:]
    assert kinds == ["step_up_refused", "step_up"]


def test_what_was_kept_is_given_to_its_person_at_its_page_for_half_an_hour(
    door: DoorOfTests, clock: FixedClock
) -> None:
    wang = door.person("wang", second_factor=True)
    browser = wang.signs_in()
    clock.advance(timedelta(minutes=6))
    browser.open("/test/payments")
    address = browser.post("/test/payments", note="三月第一批").headers["location"]
    kept = query_of(address)["next"]
    assert "三月第一批" in browser.open(kept).text
    other = door.person("zhang").signs_in()
    assert "三月第一批" not in other.open(kept).text
    assert "三月第一批" not in browser.open(kept.replace("payments", "telephone")).text
    with door.frame.reader(["platform"]) as reader:
        assert "三月第一批" not in reader.execute("SELECT t::text FROM kept_form t").scalar_one()
    clock.advance(timedelta(minutes=29))
    forget(door)
    browser = wang.signs_in(steps=0)
    clock.advance(timedelta(minutes=1))
    assert "三月第一批" not in browser.open(kept).text


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_a_page_that_shows_personal_data_wants_it_too_and_an_account_without_a_code_gives_its_password(
    door: DoorOfTests, clock: FixedClock
) -> None:
    zhang = door.person("zhang", capacity("窗口", "window"))
    browser = zhang.signs_in()
    assert browser.open("/test/telephone").url.path == "/sign-in/confirm"
    assert browser.send("/sign-in/confirm", password="not the password at all").status_code == 403
    assert browser.send("/sign-in/confirm", password=PASSWORD).url.path == "/test/telephone"
    clock.advance(timedelta(minutes=5, seconds=1))
    assert browser.open("/test/telephone").url.path == "/sign-in/confirm"


def test_requests_over_a_limit_are_told_so_on_a_page(service_frame: Callable[..., Frame], clock: FixedClock) -> None:
    door = DoorOfTests(service_frame, clock, settings=SignInSettings(rates=RateLimits(person=parse("4/minute"))))
    browser: Browser = door.person("zhang").signs_in()
    answers: list[Any] = [browser.ask("GET", "/", headers={"Accept": "text/html"}) for _ in range(5)]
    assert answers[-1].status_code == 429
    assert "操作过于频繁" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) <= 60
