"""Whom a person acts for is typed as a credit code and looked at by name before it is entered."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from page_samples.security import FOUND, MANDATES, OF_PERSON, json
from portal_kit import Bus, Visitor, administrator, officer

from console.contracts.program import unconnected_gateway
from contracts.refusal import NotFound, Reason, Refusal

PEOPLE = {
    "security": administrator("security_admin"),
    "county_security": administrator("security_admin", "xingguo"),
    "system": administrator("system_admin"),
    "officer": officer("department"),
}
PAGE = "/security/people/person-1/mandates?tenant=xingguo"
SAID = {
    "tenant": "xingguo",
    "uscc": "9136 0702 DEM0 0001 4h",
    "kind": "agent",
    "scope[]": ["view", "apply"],
    "since": "2026-12-01",
    "until": "2027-11-30",
}
UNKNOWN = (
    "本地区没有统一社会信用代码为 91360702DEM000014H 的企业档案。请核对代码和地区；确实没有建档的，请窗口先登记企业。"
)


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {**OF_PERSON, "grant_mandate": json(MANDATES[0])}
    return gateway


def ordered(visitor: Visitor, name: str) -> list[dict[str, Any]]:
    return [payload for method, payload in visitor.bus.asked if method == name]


def fields_of(page: str) -> list[tuple[str, str]]:
    form = page[page.index('id="grant-mandate') :]
    return [
        (name, html.unescape(value))
        for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    ]


def test_nobody_is_asked_for_the_number_of_an_enterprise(visitor: Visitor) -> None:
    page = visitor.get(PAGE, "security").text
    assert 'name="uscc"' in page
    assert 'name="enterprise_id"' not in page
    assert 'name="enterprise_name"' not in page


@pytest.mark.parametrize("who", ["security", "county_security"])
def test_the_name_of_the_code_is_shown_before_anything_is_entered(visitor: Visitor, who: str) -> None:
    page = visitor.post(PAGE, SAID, who)
    assert page.status_code == 200, html.unescape(page.text)
    assert page.headers["cache-control"] == "no-store"
    for shown in (FOUND.name, FOUND.uscc, "经办人", "查看企业档案和办件、申报", "2027-11-30"):
        assert shown in page.text
    (asked,) = ordered(visitor, "find_enterprise")
    assert (asked["tenant"], asked["body"]["uscc"]) == ("xingguo", SAID["uscc"])
    assert ordered(visitor, "grant_mandate") == []


def test_what_was_looked_at_is_entered_under_the_name_of_the_register(visitor: Visitor) -> None:
    said: dict[str, Any] = {}
    for name, value in fields_of(visitor.post(PAGE, SAID, "security").text):
        said.setdefault(name, []).append(value)
    entered = visitor.post(PAGE, said, "security")
    assert entered.headers["location"] == "/security/people/person-1/mandates?tenant=xingguo&done=mandate_granted"
    (order,) = ordered(visitor, "grant_mandate")
    assert order["tenant"] == "xingguo"
    body = order["body"]
    assert (body["enterprise_id"], body["enterprise_name"]) == (FOUND.enterprise_id, FOUND.name)
    assert (body["person_id"], body["kind"], sorted(body["scope"])) == ("person-1", "agent", ["apply", "view"])
    assert (body["since"], body["until"]) == ("2026-12-01", "2027-11-30")


def test_another_enterprise_than_was_looked_at_is_looked_at_first(visitor: Visitor) -> None:
    page = visitor.post(PAGE, SAID | {"enterprise_id": "enterprise-7"}, "security")
    assert page.status_code == 200
    assert "核对后登记委托" in page.text
    assert ordered(visitor, "grant_mandate") == []


def test_a_wrong_code_is_told_beside_its_field_with_what_to_do(visitor: Visitor) -> None:
    reason = Reason(code="uscc_unknown", message=UNKNOWN, field="uscc")
    refusal = Refusal(kind=NotFound.kind, code="uscc_unknown", message=UNKNOWN, reasons=(reason,))
    visitor.bus.answers["find_enterprise"] = {"refused": refusal.model_dump(mode="json")}
    page = visitor.post(PAGE, SAID, "security")
    assert page.status_code == 404
    assert 'id="grant-mandate-person-1-uscc-wrong-1"' in page.text
    assert UNKNOWN in page.text
    assert f'value="{SAID["uscc"]}"' in page.text
    assert ordered(visitor, "grant_mandate") == []


def test_without_a_code_nothing_is_looked_up(visitor: Visitor) -> None:
    page = visitor.post(PAGE, SAID | {"uscc": ""}, "security")
    assert page.status_code == 422
    assert 'id="grant-mandate-person-1-uscc-wrong-1"' in page.text
    assert ordered(visitor, "find_enterprise") == []


def test_while_the_catalogue_is_away_what_was_filled_in_is_kept(visitor: Visitor) -> None:
    visitor.bus.answers["find_enterprise"] = {"fault": {"retryable": True}}
    page = visitor.post(PAGE, SAID, "security")
    assert page.status_code >= 500
    assert SAID["uscc"] in page.text


@pytest.mark.parametrize("who", ["system", "officer"])
def test_nobody_else_looks_one_up_here(visitor: Visitor, who: str) -> None:
    assert visitor.post(PAGE, SAID, who).status_code == 403
    assert ordered(visitor, "find_enterprise") == []


def test_of_another_place_a_countys_administrator_learns_nothing(visitor: Visitor) -> None:
    page = visitor.post(PAGE.replace("xingguo", "ganzhou"), SAID | {"tenant": "ganzhou"}, "county_security")
    assert page.status_code == 403
    assert ordered(visitor, "find_enterprise") == []
