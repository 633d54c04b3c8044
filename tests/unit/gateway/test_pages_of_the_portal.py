"""What a page declares is what it does: shown, sent, refused with what was filled in, and open to whom it says."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any, ClassVar

import pytest
from portal_kit import CSRF, Bus, Visitor, little_portal, officer
from pydantic import Field

from contracts.message import Command, Id, Model, Query, ServiceName
from contracts.refusal import StaleVersion
from gateway.access import PUBLIC, Only, access_table
from gateway.bus import BusUnavailable, OutcomeUnknown
from gateway.door import Door
from gateway.headers import PAGES as SECURITY
from gateway.portal.shell.pages import Nothing, PageNotDeclared, Pages, Values

HEAD = '{% extends "shell/layout.html" %}{% import "shell/macros/form.html" as f %}{% block title %}墙{% endblock %}'
TEMPLATES = {
    "wall.html": HEAD
    + """{% block main %}<h1>{{ wall.name }}</h1>
{% call f.form(forms.paint_wall, "刷", version=wall.version) %}
{{ f.text(forms.paint_wall, "colour") }}{{ f.money(forms.paint_wall, "limit_yuan") }}{{ f.date(forms.paint_wall, "on") }}
{{ f.text(forms.paint_wall, "helpers.0.name") }}{{ f.checkbox(forms.paint_wall, "gloss") }}
{{ f.checkboxes(forms.paint_wall, "tools", [("brush", "刷子"), ("roll", "滚筒")]) }}
{% endcall %}{% endblock %}""",
    "plain.html": HEAD + "{% block main %}<h1>大家</h1><p>forms: {{ forms | list }}</p>{% endblock %}",
}


class Wall(Model):
    wall_id: Id
    name: str
    version: int


class GetWall(Query[Wall]):
    owner: ClassVar[ServiceName] = "review"

    wall_id: Id


class HelperName(Model):
    name: str = Field(min_length=2)


class PaintWall(Command[Wall]):
    owner: ClassVar[ServiceName] = "review"

    wall_id: Id
    expected_version: int
    colour: str = Field(min_length=2)
    limit_fen: int = Field(le=100_000_00)
    on: date | None = None
    helpers: tuple[HelperName, ...] = ()
    gloss: bool = False
    tools: frozenset[str] = frozenset()


pages = Pages("shell")
PAINTER = Only("department")


@pages.show("/walls/{wall_id}", GetWall, PAINTER, template="/wall.html")
async def show_wall(door: Door, query: GetWall) -> Values:
    """One wall."""
    return {"wall": await door.told(query)}


@pages.form("/walls/{wall_id}/paint", PaintWall, PAINTER, on=show_wall, versioned=True)
async def paint_wall(door: Door, command: PaintWall) -> str:
    """Give it a colour."""
    await door.done(command)
    return f"/walls/{command.wall_id}?done=painted"


class Asked(Model):
    on: date | None = None
    limit_fen: int = 0


@pages.show("/everybody", Asked, PUBLIC, template="/plain.html")
async def everybody(_door: Door, _asked: Asked) -> Values:
    """For everybody."""
    return {}


@pages.form("/everybody/greet", Nothing, PAINTER, on=everybody)
async def greet(_door: Door, _said: Nothing) -> str:
    """For some."""
    return "/everybody"


WALL = {"wall_id": "w-1", "name": "北墙", "version": 4}
GOOD = {"colour": "蓝色", "limit_yuan": "1,000.50", "_version": "4", "gloss": "false"}


@pytest.fixture
def bus() -> Bus:
    return Bus({"get_wall": WALL, "paint_wall": {**WALL, "version": 5}})


@pytest.fixture
def visitor(bus: Bus) -> Visitor:
    people = {"painter": officer("department"), "clerk": officer("window")}
    return Visitor(little_portal(pages, TEMPLATES), bus, people)


def refused(kind: str = "conflict", code: str = "too_wet", **more: Any) -> dict[str, Any]:
    return {"refused": {"kind": kind, "code": code, "message": "墙还没有干。", **more}}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def ordered(bus: Bus) -> list[dict[str, Any]]:
    return [payload for method, payload in bus.asked if method == "paint_wall"]


# -- shown -----------------------------------------------------------------------------------------------------


def test_a_page_asks_its_owner_and_shows_what_it_says(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/walls/w-1", "painter")
    assert page.status_code == 200
    assert "<h1>北墙</h1>" in page.text
    assert '<html lang="zh-CN">' in page.text
    assert bus.asked[0][1]["body"] == {"wall_id": "w-1"}


def test_every_page_says_what_a_browser_may_do_with_it(visitor: Visitor) -> None:
    for page in (visitor.get("/everybody"), visitor.get("/walls/w-1", "painter"), visitor.get("/nowhere")):
        assert {name: page.headers.get(name) for name in SECURITY} == SECURITY


def test_nobody_on_the_way_keeps_the_page_of_somebody_signed_in(visitor: Visitor) -> None:
    assert visitor.get("/walls/w-1", "painter").headers["cache-control"] == "no-store"
    assert visitor.get("/everybody", "painter").headers["cache-control"] == "no-store"
    assert visitor.get("/everybody").headers["cache-control"] == "private, no-cache"


def test_a_page_knows_no_tokens(visitor: Visitor) -> None:
    page = visitor.get("/walls/w-1", Authorization="Bearer painter")
    assert page.status_code == 303


def test_pages_stand_in_the_access_table(visitor: Visitor) -> None:
    assert access_table(visitor.app) == {
        ("GET", "/walls/{wall_id}"): {"department"},
        ("POST", "/walls/{wall_id}/paint"): {"department"},
        ("GET", "/everybody"): frozenset(),
        ("POST", "/everybody/greet"): {"department"},
        ("GET", "/static/{name}"): frozenset(),
    }


def test_an_address_that_does_not_fit_names_nothing_or_says_what_is_wrong(visitor: Visitor, bus: Bus) -> None:
    assert visitor.get("/walls/w%201", "painter").status_code == 404
    page = visitor.get("/everybody?on=soon&limit_yuan=2")
    assert page.status_code == 422
    assert "on：日期格式不正确" in html.unescape(page.text)
    assert bus.asked == []


def test_a_form_is_shown_to_those_who_may_send_it(visitor: Visitor) -> None:
    assert "forms: ['greet']" in html.unescape(visitor.get("/everybody", "painter").text)
    assert "forms: []" in visitor.get("/everybody", "clerk").text
    assert "forms: []" in visitor.get("/everybody").text


# -- who may ---------------------------------------------------------------------------------------------------


def test_whoever_is_not_signed_in_is_sent_there_and_back(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/walls/w-1?sort=a%26b")
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=%2Fwalls%2Fw-1%3Fsort%3Da%2526b"
    assert bus.asked == []


def test_a_script_that_asks_for_a_part_of_a_page_is_sent_there_whole(visitor: Visitor) -> None:
    page = visitor.get("/walls/w-1", **{"HX-Request": "true"})
    assert (page.status_code, page.headers["hx-redirect"]) == (401, "/sign-in?next=%2Fwalls%2Fw-1")


def test_somebody_with_another_duty_reads_that_he_may_not(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/walls/w-1", "clerk")
    assert page.status_code == 403
    assert "没有权限" in page.text
    assert bus.asked == []


@pytest.mark.parametrize("origin", ["http://elsewhere", "null", "http://door.elsewhere", "http://[", None])
def test_a_form_of_another_site_does_nothing(visitor: Visitor, bus: Bus, origin: str | None) -> None:
    page = visitor.post("/walls/w-1/paint", GOOD, "painter", origin=origin)
    assert page.status_code == 403
    assert "不是从本网站的页面提交的" in page.text
    assert ordered(bus) == []


def test_an_old_browser_may_say_by_its_referer_where_it_comes_from(visitor: Visitor) -> None:
    body = {"csrf": CSRF, "_key": "0123456789", **GOOD}
    page = visitor.send("POST", "/walls/w-1/paint", "painter", data=body, headers={"Referer": "http://door/walls/w-1"})
    assert page.status_code == 303


@pytest.mark.parametrize("said", [{"csrf": "another"}, {"csrf": ""}, {"_key": ""}, {"_version": ""}])
def test_a_form_of_another_session_is_shown_again_and_does_nothing(
    visitor: Visitor, bus: Bus, said: dict[str, str]
) -> None:
    page = visitor.post("/walls/w-1/paint", {**GOOD, **said}, "painter")
    assert page.status_code == 409
    assert "页面已过期，请核对填写的内容后再次提交。" in page.text
    assert 'value="蓝色"' in page.text
    assert hidden(page.text, "csrf") == CSRF
    assert ordered(bus) == []


def test_what_was_filled_in_outlives_the_session(visitor: Visitor, bus: Bus) -> None:
    page = visitor.post("/walls/w-1/paint", GOOD)
    assert page.status_code == 401
    assert "登录已过期" in page.text
    kept = dict(re.findall(r'<textarea class="kept" name="([^"]+)" hidden>\n(.*?)</textarea>', page.text))
    assert kept == {name: value for name, value in GOOD.items() if not name.startswith("_")}
    again = visitor.post("/walls/w-1/paint", {**kept, "csrf": hidden(page.text, "csrf"), "_version": "4"}, "painter")
    assert again.status_code in (303, 409)


# -- sent ------------------------------------------------------------------------------------------------------


def test_a_form_is_one_order_with_key_and_version_and_leads_on(visitor: Visitor, bus: Bus) -> None:
    said = {**GOOD, "on": "2026-03-01", "helpers.0.name": "李四", "helpers.1.name": " ", "tools": ["roll", "brush"]}
    page = visitor.post("/walls/w-1/paint", said, "painter")
    assert (page.status_code, page.headers["location"]) == (303, "/walls/w-1?done=painted")
    (envelope,) = ordered(bus)
    assert {**envelope["body"], "tools": sorted(envelope["body"]["tools"])} == {
        "wall_id": "w-1",
        "expected_version": 4,
        "colour": "蓝色",
        "limit_fen": 100050,
        "on": "2026-03-01",
        "helpers": [{"name": "李四"}],
        "gloss": False,
        "tools": ["brush", "roll"],
    }
    assert (envelope["tenant"], envelope["actor"]["id"]) == ("zhanggong", "officer")


def test_the_same_form_twice_is_the_same_order(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/walls/w-1", "painter").text
    said = {**GOOD, "_key": hidden(page, "_key"), "csrf": hidden(page, "csrf"), "_version": hidden(page, "_version")}
    for _ in range(2):
        assert visitor.post("/walls/w-1/paint", said, "painter").status_code == 303
    first, second = (each["idempotency_key"] for each in ordered(bus))
    assert first == second
    assert hidden(visitor.get("/walls/w-1", "painter").text, "_key") != said["_key"]


def test_all_that_is_wrong_is_told_at_once_beside_its_field(visitor: Visitor, bus: Bus) -> None:
    said = {**GOOD, "colour": "x", "limit_yuan": "一千", "on": "soon", "helpers.2.name": "李"}
    page = visitor.post("/walls/w-1/paint", said, "painter")
    text = html.unescape(page.text)
    assert page.status_code == 422
    assert ordered(bus) == []
    assert "有 4 处需要修改" in text
    for name, value, sentence in (
        ("colour", "x", "内容过短（至少 2 个字符）"),
        ("limit_yuan", "一千", "请填写金额（元，最多两位小数）"),
        ("helpers.0.name", "李", "内容过短（至少 2 个字符）"),
    ):
        place = f"paint-wall-w-1-{name.replace('.', '-')}"
        assert f'<a href="#{place}">' in text
        assert f'name="{name}" type="text" value="{value}"' in text
        beside = text[text.index(f'for="{place}"') :]
        assert sentence in beside[: beside.index(f'name="{name}"')]
        assert f'id="{place}"' in text


def test_bounds_of_an_amount_are_told_in_yuan(visitor: Visitor) -> None:
    page = visitor.post("/walls/w-1/paint", {**GOOD, "limit_yuan": "100001"}, "painter")
    assert "不得大于 100,000 元" in page.text


def test_a_rules_no_is_shown_on_the_page_with_a_new_key(visitor: Visitor, bus: Bus) -> None:
    reasons = [{"code": "too_wet", "message": "墙还没有干。", "field": "colour"}]
    bus.answers["paint_wall"] = refused(reasons=reasons)
    page = visitor.post("/walls/w-1/paint", {**GOOD, "_key": "0123456789"}, "painter")
    assert page.status_code == 409
    assert page.text.count("墙还没有干。") == 2  # in the summary, and beside the field
    assert 'value="蓝色"' in page.text
    assert hidden(page.text, "_key") != "0123456789"


def test_what_somebody_else_has_changed_is_shown_as_it_is_now(visitor: Visitor, bus: Bus) -> None:
    bus.answers["paint_wall"] = {"refused": StaleVersion().refusal().model_dump(mode="json")}
    bus.answers["get_wall"] = {**WALL, "version": 9}
    page = visitor.post("/walls/w-1/paint", GOOD, "painter")
    assert page.status_code == 412
    assert hidden(page.text, "_version") == "9"
    assert "该记录已被他人更新" in page.text


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (OutcomeUnknown("gone"), 504),
        (BusUnavailable("full", 3), 503),
        ({"fault": {"retryable": True}}, 503),
        (refused(code="command_in_progress", retryable=True), 409),
    ],
)
def test_an_unknown_outcome_is_asked_for_again_with_the_same_key(
    visitor: Visitor, bus: Bus, answer: Any, status: int
) -> None:
    bus.answers["paint_wall"] = answer
    page = visitor.post("/walls/w-1/paint", {**GOOD, "_key": "0123456789"}, "painter")
    assert page.status_code == status
    assert 'action="/walls/w-1/paint"' in page.text
    assert hidden(page.text, "_key") == "0123456789"
    assert hidden(page.text, "_version") == "4"
    assert "再试一次" in page.text


def test_nothing_that_was_filled_in_is_lost_when_its_page_cannot_be_shown(visitor: Visitor, bus: Bus) -> None:
    bus.answers.update(paint_wall=refused(), get_wall=OutcomeUnknown("gone"))
    page = visitor.post("/walls/w-1/paint", GOOD, "painter")
    assert page.status_code == 409
    assert "墙还没有干。" in page.text
    assert 'name="colour" hidden>\n蓝色<' in page.text


def test_what_a_person_wrote_is_text_and_never_markup(visitor: Visitor) -> None:
    page = visitor.post("/walls/w-1/paint", {**GOOD, "colour": "<", "limit_yuan": '"><script>'}, "painter")
    assert "<script>" not in page.text.replace('<script type="module"', "")
    assert "&#34;&gt;&lt;script&gt;" in page.text


def test_a_forms_own_address_leads_to_its_page(visitor: Visitor) -> None:
    page = visitor.get("/walls/w-1/paint", "painter")
    assert (page.status_code, page.headers["location"]) == (303, "/walls/w-1")


def test_a_body_that_is_no_form_is_turned_away_as_a_page(visitor: Visitor) -> None:
    page = visitor.send("POST", "/walls/w-1/paint", json={}, headers={"Accept": "text/html", "Origin": "http://door"})
    assert page.status_code == 415
    assert page.headers["content-type"].startswith("text/html")
    page = visitor.post("/walls/w-1/paint", {**GOOD, "colour": "a\x00b"}, "painter")
    assert page.status_code == 422
    assert "含有无法保存的字符" in page.text
    assert "\0" not in page.text


# -- declared --------------------------------------------------------------------------------------------------


def test_a_form_stands_on_a_page_of_its_module_whose_address_it_knows() -> None:
    with pytest.raises(PageNotDeclared):
        Pages("shell").form("/walls/{wall_id}/paint", PaintWall, PAINTER, on=show_wall, versioned=True)
    with pytest.raises(PageNotDeclared):
        pages.form("/paint", PaintWall, PAINTER, on=show_wall, versioned=True, without=())


def test_a_page_that_is_refused_says_so_in_the_voice_of_the_refusal(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_wall"] = refused("not_found")
    page = visitor.get("/walls/w-1", "painter")
    assert page.status_code == 404
    assert "墙还没有干。" in page.text


def test_a_bug_is_told_as_one_and_nothing_of_it(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_wall"] = ZeroDivisionError("secret")
    page = visitor.get("/walls/w-1", "painter")
    assert page.status_code == 500
    assert "系统出错了" in page.text
    assert "secret" not in page.text


def test_whoever_reads_json_is_told_so_in_json(visitor: Visitor) -> None:
    answer = visitor.send("GET", "/nowhere", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    answer = visitor.send("GET", "/api/v1/nowhere", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"
