"""People, what is shown once, health and security events, as the other administrators see them."""

from __future__ import annotations

import html
from typing import Any

import pytest
from page_samples.platform import (
    BODY,
    CALENDARS,
    EVERYWHERE,
    HEALTH,
    REGISTERS,
    STUCK,
    TENANTS,
    json,
)
from page_samples.security import INVITED, ISSUED, KNOWN, LOG, OF_PERSON
from portal_kit import Bus, Visitor, administrator, officer

from console.contracts.program import unconnected_gateway
from contracts.message import Actor
from contracts.refusal import Reason, Refusal
from contracts.stuck_work import StuckPieceView
from gateway.bus import ServiceUnavailable
from gateway.handing_out import AlreadyIssued
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


# -- people ------------------------------------------------------------------------------------------------------------


def test_a_person_is_registered_for_the_whole_platform(visitor: Visitor) -> None:
    visitor.bus.answers["register_person"] = json(KNOWN)
    said = {"name": "王五", "resident_id": "36073219800101001X", "mobile": "13800000001"}
    page = visitor.post("/security/people", said, "county_security")
    assert page.headers["location"] == "/security/people/person-1?done=person_registered"
    assert ordered(visitor, "register_person")["tenant"] == "platform"


def test_a_resident_id_that_fails_its_check_is_told_beside_it(visitor: Visitor) -> None:
    visitor.bus.answers["register_person"] = refused(("resident_id", "身份号码有误"))
    page = visitor.post("/security/people", {"name": "王五", "resident_id": "360732198001010011"}, "security")
    assert page.status_code == 422
    assert 'id="register-person-resident_id-wrong-1"' in page.text


@pytest.mark.parametrize(
    ("address", "name", "said", "done"),
    [
        ("change", "change_person", {"name": "王五", "reason": "更名", "_version": "2"}, "person_changed"),
        ("identify", "identify_person", {"resident_id": "36073219800101001X", "_version": "2"}, "person_identified"),
        ("sessions/end", "end_sessions", {"why": "设备遗失"}, "sessions_ended"),
        ("accounts/account-1/suspend", "suspend_account", {"why": "长期不用"}, "account_suspended"),
        ("accounts/account-1/resume", "resume_account", {"why": "恢复使用"}, "account_resumed"),
    ],
)
def test_what_is_done_about_a_person_leads_back_to_the_person(
    visitor: Visitor, address: str, name: str, said: dict[str, str], done: str
) -> None:
    account = OF_PERSON["list_accounts"]["items"][0]
    ended = {"person_id": "person-1", "ended": 2}
    answers = {"end_sessions": ended, "suspend_account": account, "resume_account": account}
    visitor.bus.answers[name] = answers.get(name, json(KNOWN))
    page = visitor.post(f"/security/people/person-1/{address}", said, "security")
    assert page.status_code == 303, html.unescape(page.text)
    assert page.headers["location"] == f"/security/people/person-1?done={done}"


# -- what is shown once ---------------------------------------------------------------------------------------------------

ONCE = [
    (
        "/security/credentials?tenant=xingguo",
        "issue_credential",
        {"tenant": "xingguo", "name": "税务接口", "actor_id": "tax", "roles[]": ["partner"], "days": "90"},
    ),
    ("/security/credentials/credential-1/rotate?tenant=xingguo", "rotate_credential", {"tenant": "xingguo"}),
    ("/security/people/person-1/credentials", "issue_credential", {"key": "d:xingguo:department-1", "days": "30"}),
    ("/security/people/person-2/accounts", "invite_account", {"login": "zhaoliu"}),
    ("/security/people/person-1/accounts/account-1/recover", "recover_account", {"why": "本人持证件到场"}),
]


def test_a_system_is_given_a_token_for_the_sources_that_are_chosen(visitor: Visitor) -> None:
    address, name, said = ONCE[0]
    visitor.bus.answers[name] = json(ISSUED.model_copy(update={"token": None}))
    assert visitor.post(address, {**said, "sources[]": ["tax", "statistics"]}, "security").status_code == 200
    (order,) = [payload["body"] for asked, payload in visitor.bus.asked if asked == name][-1:]
    assert sorted(order["sources"]) == ["statistics", "tax"]


@pytest.mark.parametrize(("address", "name", "said"), ONCE, ids=[f"{each[1]} {each[0]}" for each in ONCE])
def test_a_token_or_link_is_shown_once_on_a_page_that_nobody_keeps(
    visitor: Visitor, address: str, name: str, said: dict[str, Any]
) -> None:
    visitor.bus.answers[name] = json(INVITED if name.endswith("account") else ISSUED.model_copy(update={"token": None}))
    page = visitor.post(address, said, "security")
    assert page.status_code == 200, html.unescape(page.text)
    assert page.headers["cache-control"] == "no-store"
    shown = page.text.partition('class="shown-once"')[2].partition(">")[2].partition("<")[0]
    assert shown.startswith("zd_") if "credential" in name else "/sign-in/invitation/" in shown
    assert shown not in visitor.post(address, said, "security").text, (
        "nothing is known from which it could be made again"
    )
    visitor.bus.answers[name] = {"refused": AlreadyIssued().refusal().model_dump(mode="json")}
    again = visitor.post(address, said, "security")
    assert again.status_code == 409
    assert "已经发放，只显示一次" in again.text


def test_a_program_acts_in_one_of_the_persons_capacities(visitor: Visitor) -> None:
    visitor.bus.answers["issue_credential"] = json(ISSUED)
    visitor.post("/security/people/person-1/credentials", {"key": "d:xingguo:department-1"}, "security")
    body = ordered(visitor, "issue_credential")["body"]
    assert (body["tenant"], body["actor_id"], body["department_id"]) == ("xingguo", "person-1", "department-1")
    assert body["roles"] == []
    gone = visitor.post("/security/people/person-1/credentials", {"key": "d:xingguo:elsewhere"}, "security")
    assert gone.status_code == 422
    assert "已不再担任所选的岗位" in gone.text


# -- health ---------------------------------------------------------------------------------------------------------------


def test_what_is_missing_and_who_does_not_answer_is_said_first(visitor: Visitor) -> None:
    visitor.missing = ["bus not connected"]
    visitor.bus.answers["list_stuck_work"] = ServiceUnavailable("treasury")
    page = visitor.get("/platform/health", "system")
    assert page.status_code == 200
    assert "bus not connected" in page.text
    assert "资金服务没有应答" in page.text
    assert "没有卡住的工作" in page.text


def test_a_year_that_deadlines_wait_for_stands_with_what_is_stuck(visitor: Visitor) -> None:
    visitor.bus.answers["list_missing_calendars"] = {"items": []}
    assert "工作日历待载入" not in visitor.get("/platform/health", "system").text
    waits = {"tenant": "xingguo", "year": 2027, "clock": "payout", "since": "2026-11-30T04:00:00Z"}
    visitor.bus.answers["list_missing_calendars"] = {"items": [waits]}
    page = visitor.get("/platform/health", "system").text
    assert page.count('2027 年工作日历待载入。 <a href="/platform/calendars">') == 1, "once, whoever waits"


def test_the_installations_token_is_pointed_out_until_it_is_gone(visitor: Visitor) -> None:
    assert "ZHIDA_PLATFORM_TOKEN" in visitor.get("/platform/health", "system").text
    assert "ZHIDA_PLATFORM_TOKEN" not in visitor.get("/platform/health", "county_system").text


def test_a_piece_is_read_before_it_is_tried_again(visitor: Visitor) -> None:
    visitor.bus.answers |= {
        "get_stuck_work": json(StuckPieceView(piece=STUCK.items[0], body=BODY)),
        "redrive_stuck_work": json(STUCK.items[0]),
    }
    address = "/platform/stuck/treasury/event?id=0190-event&tenant=xingguo"
    page = visitor.get(address, "system")
    assert "付款地区与事项不符" in page.text
    assert "amount_fen" in page.text
    assert ordered(visitor, "get_stuck_work")["tenant"] == "xingguo"
    said = {"id": "0190-event", "tenant": "xingguo"}
    done = visitor.post(address.replace("event?", "event/redrive?"), said, "system")
    assert done.headers["location"] == "/platform/health?done=redriven"
    envelope = ordered(visitor, "redrive_stuck_work")
    assert (envelope["tenant"], envelope["body"]["id"]) == ("xingguo", "0190-event")


def test_what_has_gone_on_its_way_meanwhile_is_said_so(visitor: Visitor) -> None:
    gone = refused(("", "没有这条搁置的工作，或它已被处理。"), kind="not_found")
    visitor.bus.answers |= {"get_stuck_work": gone, "redrive_stuck_work": gone}
    said = {"id": "0190-event", "tenant": "xingguo"}
    page = visitor.post("/platform/stuck/treasury/event/redrive?id=0190-event&tenant=xingguo", said, "system")
    assert page.status_code == 404
    assert "已被处理" in page.text


# -- security events ---------------------------------------------------------------------------------------------------------


def test_the_auditors_filter_stands_in_the_address(visitor: Visitor) -> None:
    address = "/audit/events?tenant=xingguo&kind=sign_in&first_day=2026-03-01&last_day=2026-03-10"
    page = visitor.get(address, "auditor")
    assert page.status_code == 200
    envelope = ordered(visitor, "list_security_events")
    asked = envelope["body"]
    assert (envelope["tenant"], asked["about"], asked["kind"]) == ("xingguo", "xingguo", "sign_in")
    assert asked["since"].startswith("2026-03-01T00:00:00")
    assert asked["until"].startswith("2026-03-11T00:00:00")
    assert page.headers["cache-control"] == "no-store"
    assert "first_day=2026-03-01" in page.text.partition('rel="next"')[2]
    assert "支付复核岗" in page.text


def test_a_countys_auditor_reads_the_own_events_alone(visitor: Visitor) -> None:
    assert visitor.get("/audit/events", "county_auditor").status_code == 200
    assert ordered(visitor, "list_security_events")["tenant"] == "xingguo"


def test_nobody_changes_a_security_event(visitor: Visitor) -> None:
    forms = [
        route.path
        for route in visitor.app.routes
        if isinstance(route, DeclaredPage) and "POST" in route.methods and route.path.startswith("/audit/")
    ]
    assert forms == []
    assert (
        'method="post"'
        not in visitor.get("/audit/events", "auditor").text.replace('action="/sign-out"', "").partition("<main")[2]
    )


def test_the_places_are_asked_for_page_by_page(visitor: Visitor) -> None:
    first = {**EVERYWHERE["list_tenants"], "next_cursor": "more"}
    last = {
        **EVERYWHERE["list_tenants"],
        "items": [json(TENANTS[0].model_copy(update={"id": "dayu", "name": "大余县"}))],
    }
    visitor.bus.answers["list_tenants"] = lambda body: last if body["cursor"] else first
    assert "大余县（dayu）" in visitor.get("/platform/departments", "system").text
