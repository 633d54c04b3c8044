"""Sessions: bound to nobody else's cookie, form, page or link; short, fresh where it matters, and gone when ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader
from sign_in_kit import PASSWORD, DoorOfTests, capacity, signed_in
from starlette.responses import Response

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from contracts.message import Command, Model, ServiceName
from gateway.access import Only
from gateway.door import Door
from gateway.identity.sessions.views import CACHE_SECONDS, SessionDirectory
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.serving import DeclaredPage
from gateway.portal.sign_in.step_up import proved_just_now
from gateway.public_address import PublicAddress
from gateway.session_cookie import Cookies

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


# -- fixation, cookies ---------------------------------------------------------------------------------------


def test_a_session_id_that_the_browser_brings_is_never_taken_over(door: DoorOfTests) -> None:
    zhang = door.person("zhang")
    browser = door.browser()
    browser.cookies["zhida"] = planted = "planted-by-somebody-else-0123456789"
    zhang.signs_in(browser)
    assert browser.session != planted
    thief = door.browser()
    thief.cookies["zhida"] = planted
    assert not signed_in(thief)


def test_a_whole_office_behind_one_address_comes_with_ended_sessions_and_signs_in(door: DoorOfTests) -> None:
    for number in range(70):
        browser = door.browser()
        browser.cookies["zhida"] = f"a-session-that-ended-{number:020d}"
        assert browser.open("/sign-in").status_code == 200
    zhang = door.person("zhang")
    assert signed_in(zhang.signs_in())


def test_the_id_is_another_after_every_step(door: DoorOfTests, clock: FixedClock) -> None:
    wang = door.person("wang", second_factor=True)
    browser = door.browser()
    ids = [browser.session]
    wang.begins(browser)
    ids.append(browser.session)
    browser.send("/sign-in/code", code=wang.code(steps=1))
    ids.append(browser.session)
    browser.send("/sign-in/notice", accepted="true")
    ids.append(browser.session)
    clock.advance(timedelta(minutes=6))
    browser.open("/sign-in/confirm")
    browser.send("/sign-in/confirm", code=wang.code())
    ids.append(browser.session)
    assert len(set(ids)) == 5
    for former in ids[:-1]:
        thief = door.browser()
        thief.cookies["zhida"] = former or "-"
        assert not signed_in(thief)


def test_signing_in_again_ends_the_session_that_the_browser_had(door: DoorOfTests) -> None:
    browser, late = door.person("zhang").signs_in(), door.browser()
    former = browser.session
    door.person("wang")
    browser.page = late.open("/sign-in")  # loaded in another tab before
    assert browser.send("/sign-in", login="wang", password=PASSWORD).status_code == 409
    assert browser.send("/sign-in", login="wang", password=PASSWORD).url.path == "/sign-in/notice"
    thief = door.browser()
    thief.cookies["zhida"] = former or "-"
    assert not signed_in(thief)


def test_cookies_travel_over_https_alone_from_this_host_alone_and_no_script_reads_them() -> None:
    response = Response()
    Cookies(PublicAddress("https://hq.example.gov.cn")).give_session(response, "the-id")
    assert response.headers["set-cookie"] == "__Host-zhida=the-id; HttpOnly; Path=/; SameSite=lax; Secure"
    plain = Response()
    Cookies(PublicAddress()).give_session(plain, "the-id")
    assert plain.headers["set-cookie"] == "zhida=the-id; HttpOnly; Path=/; SameSite=lax"


def test_nobody_signs_in_where_others_may_listen(door: DoorOfTests) -> None:
    door.person("zhang")
    browser = door.browser()
    browser.open("/sign-in")
    said = {**browser.form("/sign-in"), "login": "zhang", "password": PASSWORD}
    headers = {"Host": "hq.example.gov.cn", "Origin": "http://hq.example.gov.cn", "Accept": "text/html"}
    refused = browser.ask("POST", "/sign-in", data=said, headers=headers)
    assert refused.status_code == 409
    assert "ZHIDA_PUBLIC_URL" in refused.text
    assert browser.session is None


def test_a_cookie_opens_nothing_of_the_json_api(door: DoorOfTests) -> None:
    browser = door.person("zhang", capacity("平台", "system_admin", role="platform"), second_factor=True).signs_in()
    assert signed_in(browser)
    assert browser.ask("GET", "/api/v1/accounts").status_code == 401


# -- forms of others, frames, links elsewhere -----------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8701", None])
def test_a_form_of_another_site_is_refused(door: DoorOfTests, origin: str | None) -> None:
    browser = door.person("zhang").signs_in()
    browser.open("/test/payments")
    assert browser.post("/test/payments", note="一笔", origin=origin).status_code == 403
    browser.open("/sign-in/capacity")
    assert browser.post("/sign-in/capacity", key="初审", origin=origin).status_code == 403
    assert paid == []


@pytest.mark.parametrize("which", ["missing", "wrong", "of another session", "of this session before it went on"])
def test_a_form_without_the_sessions_own_token_does_nothing(door: DoorOfTests, which: str) -> None:
    browser = door.person("wang", second_factor=True).signs_in()
    other = door.person("zhang").signs_in()
    other.open("/test/payments")
    browser.open("/test/payments")
    own = browser.form("/test/payments")["csrf"]
    if which == "of this session before it went on":
        door.people.acting["person-wang"].append(capacity("复核"))
        browser.open("/sign-in/capacity")
        browser.send("/sign-in/capacity", key="复核")
    tokens = {
        "missing": "",
        "wrong": own[:-1] + ("0" if own[-1] != "0" else "1"),
        "of another session": other.form("/test/payments")["csrf"],
        "of this session before it went on": own,
    }
    browser.open("/test/payments")
    answer = browser.post("/test/payments", note="一笔", csrf=tokens[which])
    assert answer.status_code == 409
    assert "一笔" in answer.text, "what was filled in is not lost"
    assert paid == []
    assert browser.post("/test/payments", note="一笔").status_code == 303


def test_the_steps_on_the_way_in_have_tokens_of_their_own(door: DoorOfTests) -> None:
    wang = door.person("wang", second_factor=True)
    browser = door.browser()
    wang.begins(browser)
    assert browser.post("/sign-in/code", code=wang.code(steps=1), csrf="").status_code == 409
    assert browser.post("/sign-in/code", code=wang.code(steps=1)).status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/confirm", "/test/payments", "/sign-in/invitation/x"])
def test_no_page_lets_itself_be_framed_or_kept(door: DoorOfTests, path: str) -> None:
    answer = door.person("zhang").signs_in().open(path)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%0d/../\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/sign-in/code",
        "/sign-out",
        "%2F%2Fevil.example",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(door: DoorOfTests, elsewhere: str) -> None:
    zhang = door.person("zhang")
    zhang.signs_in()
    browser = door.browser()
    browser.open("/sign-in")
    answer = browser.post("/sign-in", login="zhang", password=PASSWORD, next=elsewhere)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_whoever_wanted_a_page_comes_to_it(door: DoorOfTests) -> None:
    zhang = door.person("zhang")
    zhang.signs_in()
    browser = door.browser()
    page = browser.open("/test/payments?year=2026")
    assert page.url.path == "/sign-in"
    assert browser.send("/sign-in", login="zhang", password=PASSWORD).url.path == "/test/payments"
    assert str(browser.page.url if browser.page else "").endswith("/test/payments?year=2026")


# -- how long ---------------------------------------------------------------------------------------------------


def test_a_session_ends_after_half_an_hour_without_a_click_and_after_twelve_hours_anyway(
    door: DoorOfTests, clock: FixedClock
) -> None:
    zhang = door.person("zhang")
    browser = zhang.signs_in()
    for _ in range(20):
        clock.advance(timedelta(minutes=29))
        forget(door)
        assert signed_in(browser)
    clock.advance(timedelta(minutes=30))
    forget(door)
    assert not signed_in(browser)

    busy = zhang.signs_in()
    for _ in range(47):
        clock.advance(timedelta(minutes=15))
        forget(door)
        assert signed_in(busy)
    clock.advance(timedelta(minutes=15))
    forget(door)
    assert not signed_in(busy)


def forget(door: DoorOfTests) -> None:
    """As if the seconds had passed for which answers are kept in memory."""
    door.signing_in.directory._known._found.clear()


def test_a_form_that_was_filled_in_when_the_session_ended_is_not_lost(door: DoorOfTests, clock: FixedClock) -> None:
    browser = door.person("zhang").signs_in()
    browser.open("/test/payments")
    clock.advance(timedelta(hours=1))
    answer = browser.post("/test/payments", note="一笔填了很久的")
    assert answer.status_code == 401
    assert "一笔填了很久的" in answer.text
    assert paid == []


def test_a_session_that_was_ended_is_gone_within_seconds_in_every_process(
    door: DoorOfTests, service_frame: Callable[..., Frame], clock: FixedClock
) -> None:
    at = [0.0]
    directory = SessionDirectory(door.frame, door.people, monotonic=lambda: at[0])
    zhang = door.person("zhang")
    browsers = [zhang.signs_in(), zhang.signs_in()]
    cookies = [each.session or "-" for each in browsers]
    assert all(directory.find(cookie) for cookie in cookies)
    answer = door.api("POST", f"/people/{zhang.id}/sessions/end", {"why": "手机遗失"})
    assert answer.json()["ended"] == 2
    assert not any(signed_in(each) for each in browsers), "at once in this process"
    at[0] += CACHE_SECONDS - 0.1
    assert directory.remembered(cookies[0])[1] is not None, "another process may still think so"
    at[0] += 0.2
    assert directory.remembered(cookies[0]) == (False, None)
    assert directory.find(cookies[0]) is None, "and learns of it within seconds"
    assert [each["details"]["why"] for each in door.events(kind="session_revoked")] == ["手机遗失"]


def test_a_duty_that_has_ended_is_gone_within_seconds(door: DoorOfTests) -> None:
    browser = door.person("zhang").signs_in()
    assert browser.open("/test/payments").status_code == 200
    door.people.acting["person-zhang"] = []
    forget(door)
    assert browser.open("/test/payments").url.path == "/sign-in/capacity"
    assert "没有可用的岗位或企业授权" in (browser.page.text if browser.page else "")


# -- for whom ---------------------------------------------------------------------------------------------------


def test_somebody_with_several_capacities_chooses_and_changes_it(door: DoorOfTests) -> None:
    wang = door.person(
        "wang",
        capacity("红星机械", tenant="zhanggong", role="enterprise"),
        capacity("蓝天食品", tenant="xingguo", role="enterprise"),
    )
    browser = wang.signs_in()
    assert "红星机械" in (browser.page.text if browser.page else "")
    assert not signed_in(browser)
    browser.open("/sign-in/capacity")
    assert browser.send("/sign-in/capacity", key="红星机械").status_code == 200
    assert "章贡区工信局 · 红星机械" in browser.open("/").text
    browser.open("/sign-in/capacity")
    refused = browser.post("/sign-in/capacity", key="别人家")
    assert (refused.status_code, "您目前不能以该身份办理" in refused.text) == (422, True)
    browser.send("/sign-in/capacity", key="蓝天食品")
    assert "章贡区工信局 · 蓝天食品" in browser.open("/").text
    assert [each["details"]["capacity"] for each in door.events(kind="capacity_chosen")] == ["蓝天食品", "红星机械"]
