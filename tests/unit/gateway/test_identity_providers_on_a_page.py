"""The security administrator registers, changes and closes identity providers; the secret is typed and never shown again."""

from __future__ import annotations

import html
from typing import Any

import pytest
from page_samples.platform import REGISTERS
from page_samples.security import ISSUERS, REGISTERED, json
from portal_kit import Bus, Visitor, administrator, officer

from console.contracts.program import unconnected_gateway
from contracts.issuers import IssuerList
from contracts.refusal import Reason, Refusal
from gateway.identity.issuers.domain import IssuerExists

PEOPLE = {
    "security": administrator("security_admin"),
    "county_security": administrator("security_admin", "xingguo"),
    "system": administrator("system_admin"),
    "auditor": administrator("audit_admin"),
    "officer": officer("department"),
}
SECRET = "a-secret-of-tests-only"
SAID = {
    "tenant": "xingguo",
    "issuer_id": "xg-staff",
    "issuer": "https://id.example.gov.cn",
    "client_id": "zhida",
    "client_secret": SECRET,
    "audience": "staff",
    "label_zh": "县统一身份认证",
    "label_en": "County identity",
    "resident_id_claim": "id_number",
    "claims_from_userinfo": "true",
    "second_factor_acr": "urn:face  urn:otp",
    "scopes": "openid profile id_number",
}
CHANGE = {name: value for name, value in SAID.items() if name not in ("issuer_id", "issuer")} | {
    "secret_renewed": "true",
    "_version": "3",
}
ONE = "/security/issuers/jx-people"


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    answered = dict.fromkeys(("register_issuer", "change_issuer", "close_issuer"), json(ISSUERS[0]))
    gateway.bus.answers = {**REGISTERED, **answered}
    return gateway


def ordered(visitor: Visitor, name: str) -> list[dict[str, Any]]:
    return [payload for method, payload in visitor.bus.asked if method == name]


def test_the_page_says_which_address_has_to_be_registered_at_the_provider(visitor: Visitor) -> None:
    assert "https://hq.example.gov.cn/sign-in/oidc/callback" in visitor.get("/security/issuers", "security").text
    assert "https://hq.example.gov.cn/sign-in/oidc/callback" in visitor.get(ONE, "security").text


def test_the_providers_of_the_chosen_place_are_listed_closed_ones_too(visitor: Visitor) -> None:
    page = visitor.get("/security/issuers?tenant=xingguo", "security").text
    assert ordered(visitor, "list_issuers")[0]["tenant"] == "xingguo"
    assert all(each.label_zh in page for each in ISSUERS)
    assert "已停用" in page
    assert "兴国县（xingguo）" in page


def test_who_runs_one_county_has_no_place_to_choose(visitor: Visitor) -> None:
    page = visitor.get("/security/issuers", "county_security")
    assert ordered(visitor, "list_issuers")[0]["tenant"] == "xingguo"
    assert 'class="place-bar"' not in page.text
    assert visitor.get("/security/issuers?tenant=ganzhou", "county_security").status_code == 403


@pytest.mark.parametrize("who", ["system", "auditor", "officer"])
def test_only_the_security_administrator_sees_them(visitor: Visitor, who: str) -> None:
    assert visitor.get("/security/issuers", who).status_code == 403
    assert visitor.get(ONE, who).status_code == 403
    assert visitor.post("/security/issuers", SAID, who).status_code == 403


def test_a_provider_is_registered_with_all_that_was_agreed(visitor: Visitor) -> None:
    page = visitor.post("/security/issuers?tenant=xingguo", SAID, "security")
    assert page.status_code == 303, html.unescape(page.text)
    assert page.headers["location"] == "/security/issuers?tenant=xingguo&done=issuer_registered"
    (order,) = ordered(visitor, "register_issuer")
    assert order["tenant"] == "xingguo"
    body = order["body"]
    assert (body["issuer_id"], body["client_secret"]) == ("xg-staff", SECRET)
    assert body["terms"] == {
        "issuer": "https://id.example.gov.cn",
        "discovery_url": None,
        "client_id": "zhida",
        "audience": "staff",
        "label_zh": "县统一身份认证",
        "label_en": "County identity",
        "resident_id_claim": "id_number",
        "claims_from_userinfo": True,
        "second_factor_acr": ["urn:face", "urn:otp"],
        "scopes": ["profile", "id_number"],
    }


def test_what_may_be_left_out_is_left_out(visitor: Visitor) -> None:
    blank = dict.fromkeys(("client_secret", "resident_id_claim", "second_factor_acr", "scopes"), "")
    assert visitor.post("/security/issuers", SAID | blank | {"public_client": "true"}, "security").status_code == 303
    (order,) = ordered(visitor, "register_issuer")
    assert order["body"]["client_secret"] is None
    terms = order["body"]["terms"]
    assert (terms["resident_id_claim"], terms["second_factor_acr"], terms["scopes"]) == (None, [], [])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("issuer", "http://id.example.gov.cn", "请填写以 https:// 开头的完整地址"),
        ("issuer_id", "Big Letters", "格式不正确"),
        ("scopes", "pro\\file", "格式不正确"),
        ("client_secret", "short", "内容过短"),
    ],
)
def test_what_does_not_fit_is_told_beside_it_and_the_secret_is_typed_anew(
    visitor: Visitor, field: str, value: str, sentence: str
) -> None:
    page = visitor.post("/security/issuers?tenant=xingguo", SAID | {field: value}, "security")
    assert page.status_code == 422
    assert f'id="register-issuer-{field}-wrong-1"' in page.text
    assert sentence in page.text
    assert SECRET not in page.text
    assert 'value="县统一身份认证"' in page.text
    assert ordered(visitor, "register_issuer") == []


def test_a_name_that_is_taken_is_said_so_without_showing_the_secret(visitor: Visitor) -> None:
    visitor.bus.answers["register_issuer"] = {"refused": IssuerExists().refusal().model_dump(mode="json")}
    page = visitor.post("/security/issuers?tenant=xingguo", SAID, "security")
    assert page.status_code == 409
    assert IssuerExists.sentence in page.text
    assert SECRET not in page.text


@pytest.mark.parametrize(
    ("address", "order", "said"),
    [("/security/issuers", "register_issuer", SAID), (f"{ONE}/change", "change_issuer", CHANGE)],
)
def test_a_form_sent_again_after_a_fault_asks_for_its_secret_and_does_nothing_without_it(
    visitor: Visitor, address: str, order: str, said: dict[str, str]
) -> None:
    visitor.bus.answers[order] = {"fault": {"retryable": True}}
    page = visitor.post(address, said, "security")
    assert page.status_code >= 500
    assert "\nzhida</textarea>" in page.text
    assert SECRET not in page.text
    visitor.bus.answers[order] = json(ISSUERS[0])
    again = visitor.post(address, {name: value for name, value in said.items() if name != "client_secret"}, "security")
    assert again.status_code == 422
    assert "请填写客户端密钥。" in again.text
    assert len(ordered(visitor, order)) == 1


def test_a_secret_that_is_typed_beside_none_is_asked_about(visitor: Visitor) -> None:
    page = visitor.post(f"{ONE}/change", CHANGE | {"secret_renewed": "false"}, "security")
    assert page.status_code == 422
    assert 'id="change-issuer-jx-people-client_secret-wrong-1"' in page.text
    assert ordered(visitor, "change_issuer") == []


def test_a_change_begins_with_what_was_agreed_and_an_untyped_secret_stays(visitor: Visitor) -> None:
    page = visitor.get(f"{ONE}?tenant=xingguo", "security").text
    for shown in ('value="urn:face urn:otp"', 'value="profile id_number"', 'value="id_number"', "原密钥不显示"):
        assert shown in page
    sent = visitor.post(
        f"{ONE}/change?tenant=xingguo", CHANGE | {"client_secret": "", "secret_renewed": "false"}, "security"
    )
    assert sent.headers["location"] == f"{ONE}?tenant=xingguo&done=issuer_changed"
    (order,) = ordered(visitor, "change_issuer")
    assert order["tenant"] == "xingguo"
    assert (order["body"]["client_secret"], order["body"]["expected_version"]) == (None, 3)
    assert order["body"]["terms"]["issuer"] == ISSUERS[0].issuer, "who it is does not change"


def test_whose_tokens_are_taken_cannot_be_changed_by_a_form(visitor: Visitor) -> None:
    sent = visitor.post(f"{ONE}/change", CHANGE | {"issuer": "https://other.example"}, "security")
    assert sent.status_code == 422
    assert ordered(visitor, "change_issuer") == []


def test_a_provider_is_closed_in_the_version_that_was_looked_at(visitor: Visitor) -> None:
    sent = visitor.post(f"{ONE}/close?tenant=xingguo", {"tenant": "xingguo", "_version": "3"}, "security")
    assert sent.headers["location"] == "/security/issuers?tenant=xingguo&done=issuer_closed"
    (order,) = ordered(visitor, "close_issuer")
    assert order["body"] == {"tenant": "xingguo", "issuer_id": "jx-people", "expected_version": 3}


def test_what_is_closed_is_neither_changed_nor_closed(visitor: Visitor) -> None:
    page = visitor.get("/security/issuers/gz-staff?tenant=xingguo", "security")
    assert page.status_code == 200
    assert 'action="/security/issuers/gz-staff' not in page.text


def test_what_was_changed_by_somebody_else_meanwhile_is_said_so(visitor: Visitor) -> None:
    stale = Refusal(
        kind="conflict",
        code="stale_version",
        message="已被他人更新。",
        reasons=(Reason(code="x", message="已被他人更新。"),),
    )
    visitor.bus.answers["change_issuer"] = {"refused": stale.model_dump(mode="json")}
    page = visitor.post(f"{ONE}/change?tenant=xingguo", CHANGE, "security")
    assert "已被他人更新。" in page.text
    assert SECRET not in page.text


def test_one_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    visitor.bus.answers = {**REGISTERS, "list_issuers": json(IssuerList())}
    assert visitor.get(ONE, "security").status_code == 404
    assert visitor.post(f"{ONE}/change", CHANGE, "security").status_code == 404
