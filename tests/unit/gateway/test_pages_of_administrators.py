"""The administrators' pages: who may open which, what is ordered by their forms, and what they say when it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from page_samples.platform import (
    CALENDARS,
    HEALTH,
    NEARLY_READY,
    NOT_LOADED,
    OF_XINGGUO,
    REGISTERS,
    TENANTS,
    YEAR_ASKED_FOR,
    json,
)
from page_samples.security import LOG, OF_PERSON
from portal_kit import Bus, Visitor, administrator, officer

from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from contracts.calendars import CalendarDue, LoadedCalendars, MissingCalendar, MissingCalendars
from contracts.message import Actor
from contracts.onboarding import OnboardedCounty
from contracts.refusal import Reason, Refusal
from gateway.bus import ServiceUnavailable
from gateway.identity.views import Principal
from gateway.portal.shell.serving import DeclaredPage

PEOPLE = {
    "system": administrator("system_admin"),
    "security": administrator("security_admin"),
    "auditor": administrator("audit_admin"),
    "county_system": administrator("system_admin", "xingguo"),
    "county_auditor": administrator("audit_admin", "xingguo"),
    "county_security": administrator("security_admin", "xingguo"),
    "officer": officer("department"),
}
AUTHOR = officer("department")
AUTHOR.principal = Principal(
    "xingguo", Actor(id="author", roles=frozenset({"department"}), duties=frozenset({"policy_author"}))
)
PEOPLE["author"] = AUTHOR

NEW = {
    "id": "yudu",
    "name": "于都县",
    "level": "county",
    "parent_id": "ganzhou",
    "division_code": "360731",
    "settings.receipt_prefix": "YD",
    "settings.opening_time": "08:30",
    "settings.closing_time": "17:30",
    "settings.payout_working_days": "3",
    "settings.mode_names.no_application": "免申即享",
    "settings.mode_names.instant": "",
    "settings.mode_names.committed": "承诺兑现",
    "settings.review_working_days.instant": "10",
    "settings.channels[]": ["sms"],
    "settings.footer.organiser": "于都县人民政府办公室",
    "department_lines": "于都县行政审批局，行政审批\n于都县财政局，财政",
}


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture(autouse=True)
def _everything_answers(visitor: Visitor) -> None:
    visitor.bus.answers = {**REGISTERS, **OF_PERSON, **CALENDARS, **HEALTH, **LOG}
    visitor.bus.asked.clear()
    visitor.missing = []


def ordered(visitor: Visitor, name: str) -> dict[str, Any]:
    """The last order of that name: its envelope."""
    return [payload for method, payload in visitor.bus.asked if method == name][-1]


def refused(*reasons: tuple[str, str], kind: str = "invalid") -> dict[str, Any]:
    said = tuple(Reason(code="no", message=message, field=field) for field, message in reasons)
    return {"refused": Refusal(kind=kind, code="no", message=reasons[0][1], reasons=said).model_dump()}  # type: ignore[arg-type]


# -- who may open which ---------------------------------------------------------------------------------------------

PAGES = [
    route.path.replace("{year}", "2026").replace("{service}", "treasury").replace("{kind}", "event")
    for route in unconnected_gateway().routes
    if isinstance(route, DeclaredPage)
    and "GET" in route.methods
    and route.path.startswith(("/platform/", "/security/", "/audit/"))
]
SHARED = {"/platform/duties", "/platform/tenants/{tenant}/checklist"}
"""Both the system administrator and the security administrator look at these."""

READ_BY_ALL = {"/platform/tenants", "/platform/tenants/{id}", "/platform/tenants/{id}/versions"}
"""Which places there are all three read; the system administrator alone opens and changes them."""

OF_ALL_PLACES = ("/platform/tenants", "/platform/calendars")


def opened(visitor: Visitor, path: str, who: str | None) -> int:
    address = path.format(
        **dict.fromkeys(
            (
                "id",
                "tenant",
                "person_id",
                "appointment_id",
                "department_id",
                "window_id",
                "credential_id",
                "issuer_id",
                "system_id",
            ),
            "x",
        )
    )
    return visitor.get(address, who).status_code


@pytest.mark.parametrize("path", PAGES)
def test_each_administrator_opens_the_own_pages_and_no_others(visitor: Visitor, path: str) -> None:
    own = {"platform": "system", "security": "security", "audit": "auditor"}[path.split("/")[1]]
    assert opened(visitor, path, None) == 303
    assert opened(visitor, path, "officer") == 403
    for who in ("system", "security", "auditor"):
        allowed = who == own or path in READ_BY_ALL or (path in SHARED and who != "auditor")
        assert (opened(visitor, path, who) != 403) == allowed, who


@pytest.mark.parametrize("path", [each for each in PAGES if each.startswith(OF_ALL_PLACES) and each not in SHARED])
def test_a_countys_administrator_opens_nothing_of_other_counties(visitor: Visitor, path: str) -> None:
    assert opened(visitor, path, "county_system") == 403


def test_a_countys_administrator_sees_the_own_registers_and_chooses_no_place(visitor: Visitor) -> None:
    page = visitor.get("/platform/departments", "county_system")
    assert page.status_code == 200
    assert "place-bar" not in page.text
    assert visitor.get("/platform/departments?tenant=zhanggong", "county_system").status_code == 403
    navigation = page.text.partition("nav-list")[2].partition("</ul>")[0]
    assert "/platform/departments" in navigation
    assert "/platform/tenants" not in navigation


def test_whoever_may_not_change_a_place_reads_it_without_a_form(visitor: Visitor) -> None:
    change, new = 'action="/platform/tenants/xingguo/change"', 'href="/platform/tenants/new"'
    visitor.bus.answers["get_tenant"] = TENANTS[1].model_dump(mode="json")
    by_system = visitor.get("/platform/tenants/xingguo", "system").text
    assert change in by_system and "这里只供查阅" not in by_system
    assert new in visitor.get("/platform/tenants", "system").text
    for who in ("security", "auditor"):
        page = visitor.get("/platform/tenants/xingguo", who).text
        assert change not in page and "这里只供查阅" in page
        assert new not in visitor.get("/platform/tenants", who).text


def test_whoever_writes_policies_maps_the_words_of_their_plans(visitor: Visitor) -> None:
    assert visitor.get("/platform/plan-terms", "author").status_code == 200
    assert visitor.get("/platform/departments", "author").status_code == 403


def test_names_of_duties_are_changed_by_those_who_give_them_out(visitor: Visitor) -> None:
    assert "duties/leader/rename" in visitor.get("/platform/duties?tenant=xingguo", "security").text
    assert "/rename" not in visitor.get("/platform/duties?tenant=xingguo", "system").text
    said = {"tenant": "xingguo", "name": "工业科初审岗", "kind": "first_review"}
    assert visitor.post("/platform/duties?tenant=xingguo", said, "system").status_code == 403


# -- a place on board -------------------------------------------------------------------------------------------------


def test_a_place_comes_on_board_with_its_departments_and_leads_to_what_it_lacks(visitor: Visitor) -> None:
    done = OnboardedCounty(tenant=TENANTS[1], departments=())
    visitor.bus.answers["onboard_county"] = json(done)
    page = visitor.post("/platform/tenants/new", NEW, "system")
    assert (page.status_code, page.headers["location"]) == (303, "/platform/tenants/yudu/checklist?done=onboarded")
    envelope = ordered(visitor, "onboard_county")
    body = envelope["body"]
    assert (envelope["tenant"], body["parent_id"]) == ("yudu", "ganzhou")
    assert [(each["name"], each["functions"]) for each in body["departments"]] == [
        ("于都县行政审批局", ["approval_bureau"]),
        ("于都县财政局", ["finance"]),
    ]
    settings = body["settings"]
    assert settings["mode_names"] == {"no_application": "免申即享", "instant": "即申即享", "committed": "承诺兑现"}
    assert settings["review_working_days"] == {"instant": 10}
    assert settings["channels"] == ["sms", "inbox"]
    assert settings["footer"]["organiser"] == "于都县人民政府办公室"


def test_all_that_does_not_fit_is_told_beside_its_field_and_nothing_is_lost(visitor: Visitor) -> None:
    wrong = {**NEW, "id": "于都", "name": "于", "settings.closing_time": "五点半", "settings.footer.site_code": "1"}
    page = visitor.post("/platform/tenants/new", wrong, "system")
    assert page.status_code == 422
    assert page.text.count('class="wrong"') == 4
    assert "有 4 处需要修改" in page.text
    assert 'value="五点半"' in page.text
    assert "于都县财政局，财政</textarea>" in page.text


def test_lines_that_name_no_department_are_told_by_their_numbers(visitor: Visitor) -> None:
    page = visitor.post("/platform/tenants/new", {**NEW, "department_lines": "财政局，财政\n局，气象"}, "system")
    assert page.status_code == 422
    assert page.text.count("第 2 行") >= 2
    assert "onboard_county" not in {method for method, _ in visitor.bus.asked}


def test_what_the_register_refuses_is_told_beside_the_fields_it_is_about(visitor: Visitor) -> None:
    visitor.bus.answers["onboard_county"] = refused(
        ("settings.receipt_prefix", "收件编号前缀已被其他地区使用。"),
        ("departments.3.name", "第 2 个和第 4 个部门名称相同"),
        ("id", "该地区已开通。"),
    )
    page = visitor.post("/platform/tenants/new", NEW, "system")
    assert page.status_code == 422
    assert "有 3 处需要修改" in page.text
    for target in ("onboard-settings-receipt_prefix", "onboard-department_lines", "onboard-id"):
        assert f'href="#{target}"' in page.text


def test_a_changed_place_keeps_its_prefix_and_says_why(visitor: Visitor) -> None:
    visitor.bus.answers |= {"get_tenant": json(TENANTS[1]), "change_tenant": json(TENANTS[1])}
    said = {name: value for name, value in NEW.items() if name not in ("id", "level", "department_lines")}
    said |= {"settings.receipt_prefix": "XG", "why": "调整作息", "_version": "2"}
    page = visitor.post("/platform/tenants/xingguo/change", said, "system")
    assert page.headers["location"] == "/platform/tenants/xingguo?done=tenant_changed"
    body = ordered(visitor, "change_tenant")["body"]
    assert (body["id"], body["expected_version"], body["why"]) == ("xingguo", 2, "调整作息")
    assert body["settings"]["receipt_prefix"] == "XG"


def test_the_checklist_leads_each_administrator_to_the_own_work(visitor: Visitor) -> None:
    visitor.bus.answers["get_onboarding_checklist"] = json(NEARLY_READY)
    by_system = visitor.get("/platform/tenants/xingguo/checklist", "system").text
    assert "/platform/calendars?tenant=xingguo" in by_system
    assert "/security/" not in by_system
    by_security = visitor.get("/platform/tenants/xingguo/checklist", "security").text
    assert "/security/appointments?tenant=xingguo" in by_security
    visitor.bus.answers["list_unmapped_terms"] = ServiceUnavailable("catalog")
    assert "暂时没有应答" in visitor.get("/platform/tenants/xingguo/checklist", "system").text


# -- calendars ---------------------------------------------------------------------------------------------------------


def test_what_was_announced_is_looked_at_before_it_counts(visitor: Visitor) -> None:
    visitor.bus.answers["get_calendar"] = NOT_LOADED
    notice = "元旦：1月1日（周五）至3日（周日）放假，共3天。1月9日（周六）上班。"
    page = visitor.get(f"/platform/calendars/check?year=2027&notice={notice}", "system")
    assert page.status_code == 200
    assert page.text.count('name="rest_days[]"') == 3
    assert 'name="working_days[]" value="2027-01-09"' in page.text
    assert 'name="replaces"' not in page.text
    assert "publish_calendar" not in {method for method, _ in visitor.bus.asked}


def test_a_year_is_published_as_it_was_looked_at(visitor: Visitor) -> None:
    visitor.bus.answers["publish_calendar"] = json(OF_XINGGUO)
    said = {
        "year": "2026",
        "rest_days[]": ["2026-01-01", "2026-01-02"],
        "working_days[]": ["2026-01-04"],
        "document_number": "国办发明电〔2025〕7号",
        "why": "更正",
        "replaces": "1",
    }
    page = visitor.post("/platform/calendars?year=2026&notice=x", said, "system")
    assert page.headers["location"] == "/platform/calendars/2026?done=calendar_published"
    envelope = ordered(visitor, "publish_calendar")
    assert envelope["tenant"] == envelope["body"]["tenant"] == "nation"
    assert envelope["body"]["rest_days"] == ["2026-01-01", "2026-01-02"]
    assert envelope["body"]["replaces"] == 1


def test_a_refused_year_is_shown_again_with_its_months(visitor: Visitor) -> None:
    visitor.bus.answers["publish_calendar"] = refused(
        ("replaces", "2026 年工作日历已载入（第 2 版）。"), kind="conflict"
    )
    said = {"year": "2026", "document_number": "国办发明电〔2025〕7号", "why": "更正"}
    page = visitor.post("/platform/calendars?year=2026&notice=元旦：1月1日放假。", said, "system")
    assert page.status_code == 409
    assert "已载入（第 2 版）" in page.text
    assert "国办发明电〔2025〕7号" in page.text
    assert 'value="2026-01-01"' in page.text


@pytest.mark.parametrize(
    ("day", "kind", "days"),
    [
        ("2026-09-01", "rest", [("2026-06-08", False), ("2026-09-01", False)]),
        ("2026-06-08", "work", [("2026-06-08", True)]),
        ("2026-06-08", "as_everywhere", []),
    ],
)
def test_one_day_that_a_place_has_otherwise_leaves_its_others(
    visitor: Visitor, day: str, kind: str, days: list[tuple[str, bool]]
) -> None:
    visitor.bus.answers |= {"get_calendar": json(OF_XINGGUO), "publish_calendar": json(OF_XINGGUO)}
    said = {
        "tenant": "xingguo",
        "day": day,
        "kind": kind,
        "document_number": "兴府办〔2026〕1号",
        "why": "县庆",
        "replaces": "2",
    }
    page = visitor.post("/platform/calendars/2026/days?tenant=xingguo", said, "system")
    assert page.headers["location"] == "/platform/calendars/2026?tenant=xingguo&done=day_published"
    envelope = ordered(visitor, "publish_calendar")
    assert envelope["tenant"] == "xingguo"
    assert [(each["day"], each["working"]) for each in envelope["body"]["days"]] == days


def test_nothing_loaded_is_said_aloud(visitor: Visitor) -> None:
    visitor.bus.answers["list_calendars"] = json(LoadedCalendars(tenant="nation", years=(), known_until=None))
    visitor.bus.answers["list_missing_calendars"] = ServiceUnavailable("review")
    page = visitor.get("/platform/calendars", "system")
    assert "今年的日历还没有载入" in page.text


@pytest.mark.parametrize(
    ("urgency", "said"),
    [("reminder", "2027 年工作日历尚未载入。"), ("alarm", "到期日落在该年的时限都无法确定，请立即载入。")],
)
def test_the_next_year_is_asked_for_where_calendars_are_kept(visitor: Visitor, urgency: Any, said: str) -> None:
    due = CalendarDue(year=2027, urgency=urgency, since=date(2026, 11, 15))
    visitor.bus.answers["list_calendars"] = json(
        LoadedCalendars(tenant="nation", years=(), known_until=date(2026, 12, 31), due=due)
    )
    visitor.bus.answers["list_missing_calendars"] = json(
        MissingCalendars(items=(MissingCalendar(tenant="nation", year=2027, clock="next_year", since=NOON),))
    )
    page = visitor.get("/platform/calendars", "system").text
    assert said in page
    assert "2027 年（下一年度的时限，自" in page


def test_who_keeps_calendars_reads_in_an_inbox_that_one_is_due(visitor: Visitor) -> None:
    visitor.bus.answers["list_duty_messages"] = YEAR_ASKED_FOR
    page = visitor.get("/inbox", "system").text
    assert '<a href="/platform/calendars">2027 年工作日历</a>' in page
    assert 'href="/inbox"' in visitor.get("/platform/tenants", "system").text


def test_who_has_no_inbox_is_offered_none(visitor: Visitor) -> None:
    assert visitor.get("/inbox", "security").status_code == 403
    assert 'href="/inbox"' not in visitor.get("/security/people", "security").text
