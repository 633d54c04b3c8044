"""The registers, as the system administrator orders them on pages."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import pytest
from page_samples.platform import (
    CALENDARS,
    HEALTH,
    REGISTERS,
)
from page_samples.security import LOG, OF_PERSON
from portal_kit import Bus, Visitor, administrator, officer

from console.contracts.program import unconnected_gateway
from contracts.message import Actor
from contracts.refusal import Reason, Refusal
from gateway.identity.views import Principal

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


# -- registers ---------------------------------------------------------------------------------------------------------

ORDERS: list[tuple[str, str, str, Mapping[str, Any], str]] = [
    (
        "system",
        "/platform/departments?tenant=xingguo",
        "register_department",
        {"department.name": "兴国县商务局", "department.functions[]": ["policy"]},
        "/platform/departments?tenant=xingguo&done=department_registered",
    ),
    (
        "system",
        "/platform/departments/department-1/change?tenant=xingguo",
        "change_department",
        {
            "department.name": "兴国县行政审批服务局",
            "department.functions[]": ["approval_bureau"],
            "since": "2026-12-01",
            "reason": "更名",
            "_version": "3",
        },
        "/platform/departments/department-1?tenant=xingguo&done=department_changed",
    ),
    (
        "system",
        "/platform/departments/department-1/close?tenant=xingguo",
        "close_department",
        {"closed_on": "2026-12-31", "reason": "机构改革", "_version": "3"},
        "/platform/departments/department-1?tenant=xingguo&done=department_closed",
    ),
    (
        "system",
        "/platform/windows?tenant=xingguo",
        "open_window",
        {
            "window.name": "专窗",
            "window.department_id": "department-1",
            "window.permissions[]": ["accept"],
            "window.address": "政务服务中心",
        },
        "/platform/windows?tenant=xingguo&done=window_opened",
    ),
    (
        "system",
        "/platform/windows/window-1/change?tenant=xingguo",
        "change_window",
        {
            "window.name": "专窗",
            "window.department_id": "department-1",
            "window.permissions[]": ["accept", "pass_on"],
            "window.address": "政务服务中心",
            "closed_on": "2026-12-31",
            "_version": "1",
        },
        "/platform/windows?tenant=xingguo&done=window_changed",
    ),
    (
        "system",
        "/platform/department-systems?tenant=xingguo",
        "register_department_system",
        {
            "department_id": "department-1",
            "name": "应急管理业务系统",
            "address": "https://yjj.example.gov.cn/zhida",
            "secret": "whsec_c2VjcmV0LW9mLWJvdGgtc2lkZXM=",
            "patience_minutes": "120",
        },
        "/platform/department-systems?tenant=xingguo&done=system_registered",
    ),
    (
        "system",
        "/platform/department-systems/system-1/close?tenant=xingguo",
        "close_department_system",
        {"reason": "系统更换", "_version": "1"},
        "/platform/department-systems?tenant=xingguo&done=system_closed",
    ),
    (
        "security",
        "/platform/duties?tenant=xingguo",
        "register_duty",
        {"kind": "first_review", "name": "工业科初审岗"},
        "/platform/duties?tenant=xingguo&done=duty_registered",
    ),
    (
        "security",
        "/platform/duties/leader/rename?tenant=xingguo",
        "rename_duty",
        {"name": "分管副局长", "since": "2026-12-01", "_version": "1"},
        "/platform/duties?tenant=xingguo&done=duty_renamed",
    ),
    (
        "system",
        "/platform/plan-terms/map?tenant=xingguo&use=check&term=税务部门",
        "map_plan_term",
        {"use": "check", "term": "税务部门", "meaning.to": "source", "meaning.source": "tax", "meaning.kind": ""},
        "/platform/plan-terms?tenant=xingguo&done=term_mapped",
    ),
    (
        "security",
        "/security/people/person-1/duties?tenant=xingguo",
        "appoint_person",
        {"department_id": "department-1", "duty_id": "leader", "since": "2026-12-01"},
        "/security/people/person-1/duties?tenant=xingguo&done=appointed",
    ),
    (
        "security",
        "/security/people/person-1/duties/appointment-1/end?tenant=xingguo",
        "end_appointment",
        {"until": "2026-12-31", "reason": "调离", "_version": "1"},
        "/security/people/person-1/duties?tenant=xingguo&done=duty_ended",
    ),
    (
        "security",
        "/security/people/person-1/duties/appointment-1/stand-in?tenant=xingguo&name=赵",
        "name_stand_in",
        {"stand_in": "person-2", "since": "2026-12-01", "until": "2026-12-31", "reason": "出差"},
        "/security/people/person-1/duties?tenant=xingguo&done=stand_in_named",
    ),
    (
        "security",
        "/security/people/person-1/mandates?tenant=xingguo",
        "grant_mandate",
        {
            "uscc": "91360702DEM000014H",
            "enterprise_id": "enterprise-1",
            "kind": "agent",
            "scope[]": ["view", "apply"],
            "since": "2026-12-01",
            "until": "2027-11-30",
        },
        "/security/people/person-1/mandates?tenant=xingguo&done=mandate_granted",
    ),
    (
        "security",
        "/security/people/person-1/mandates/mandate-1/end?tenant=xingguo",
        "end_mandate",
        {"until": "2026-12-31", "reason": "离职", "_version": "1"},
        "/security/people/person-1/mandates?tenant=xingguo&done=mandate_ended",
    ),
    (
        "security",
        "/security/credentials/credential-1/revoke?tenant=xingguo",
        "revoke_credential",
        {"reason": "疑似泄露"},
        "/security/credentials?tenant=xingguo&done=credential_revoked",
    ),
]
ANSWERED_WITH = {
    "register_department": "get_department",
    "change_department": "get_department",
    "close_department": "get_department",
    "open_window": "list_windows",
    "change_window": "list_windows",
    "register_department_system": "list_department_systems",
    "close_department_system": "list_department_systems",
    "register_duty": "list_duties",
    "rename_duty": "list_duties",
    "map_plan_term": "list_plan_terms",
    "appoint_person": "list_appointments",
    "end_appointment": "list_appointments",
    "name_stand_in": "list_appointments",
    "grant_mandate": "list_mandates",
    "end_mandate": "list_mandates",
    "revoke_credential": "list_credentials",
}
"""An order is answered with the thing that it is about, as a list or a question answers with it."""


def answer_to(visitor: Visitor, name: str) -> Any:
    answer = visitor.bus.answers[ANSWERED_WITH[name]]
    return answer["items"][0] if "items" in answer else answer


@pytest.mark.parametrize(("who", "address", "name", "said", "leads_to"), ORDERS, ids=[each[2] for each in ORDERS])
def test_what_is_ordered_is_ordered_in_the_place_that_the_page_shows(
    visitor: Visitor, who: str, address: str, name: str, said: Mapping[str, Any], leads_to: str
) -> None:
    visitor.bus.answers[name] = answer_to(visitor, name)
    page = visitor.post(address, {"tenant": "xingguo", **said}, who)
    assert page.status_code == 303, html.unescape(page.text)
    assert page.headers["location"] == leads_to
    envelope = ordered(visitor, name)
    assert envelope["tenant"] == "xingguo"
    assert envelope["actor"]["id"] == f"{who}_admin-1"


@pytest.mark.parametrize(("who", "address", "name", "said", "leads_to"), ORDERS, ids=[each[2] for each in ORDERS])
def test_what_is_refused_is_told_on_the_page_with_all_reasons(
    visitor: Visitor, who: str, address: str, name: str, said: Mapping[str, Any], leads_to: str
) -> None:
    visitor.bus.answers[name] = refused(("", "第一个理由。"), ("", "第二个理由。"), kind="conflict")
    page = visitor.post(address, {"tenant": "xingguo", **said}, who)
    assert page.status_code == 409, html.unescape(page.text)
    assert "第一个理由。" in page.text
    assert "第二个理由。" in page.text
    assert page.text.count("<h1") == 1
    assert leads_to


def test_a_window_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    assert visitor.get("/platform/windows/nowhere?tenant=xingguo", "system").status_code == 404
    assert visitor.get("/security/credentials/nowhere?tenant=xingguo", "security").status_code == 404
    assert visitor.get("/security/people/person-1/duties/nowhere/stand-in", "security").status_code == 404


# -- whose word a department may say ---------------------------------------------------------------------------------------


def changes(visitor: Visitor, **said: Any) -> Any:
    form = {
        "department.name": "兴国县行政审批局",
        "department.functions[]": ["approval_bureau"],
        "since": "2026-12-01",
        "reason": "调整数据来源",
        "_version": "3",
    }
    visitor.bus.answers["change_department"] = visitor.bus.answers["get_department"]
    sent = visitor.post("/platform/departments/department-1/change?tenant=xingguo", form | said, "system")
    assert sent.status_code == 303, html.unescape(sent.text)
    return sorted(ordered(visitor, "change_department")["body"]["department"]["sources"])


def test_a_department_is_given_the_sources_that_it_may_speak_for_and_loses_them_again(visitor: Visitor) -> None:
    assert changes(visitor, **{"department.sources[]": ["statistics", "others"]}) == ["others", "statistics"]
    assert changes(visitor) == [], "the page shows all of them: where none is chosen, there is none"


def test_the_page_of_a_department_shows_for_whom_it_may_speak(visitor: Visitor) -> None:
    known = visitor.bus.answers["get_department"] | {"sources": ["tax"]}
    visitor.bus.answers["get_department"] = known
    page = visitor.get("/platform/departments/department-1?tenant=xingguo", "system").text
    assert "可以代表的数据来源" in page
    assert re.search(r'name="department\.sources\[\]" value="tax" checked', page)
    assert not re.search(r'name="department\.sources\[\]" value="customs" checked', page)
