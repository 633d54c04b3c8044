"""At the counter: an enterprise is entered, its account confirmed by a second person, and whoever acts for it entered."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from enterprise_records_kit import OWN
from page_samples import window as samples
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway
from gateway.portal.sign_in import step_up

PAGE = "/window/enterprises/ent-1"
CLERK, BUREAU = "counter_clerk", "counter_bureau"


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    unproved = replace(samples.PEOPLE[CLERK], proved=False)
    return Visitor(unconnected_gateway(), Bus(), {**samples.PEOPLE, "unproved": unproved})


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        **samples.ONE,
        "find_enterprise": samples.FOUND,
        "register_enterprise": OWN.model_dump(mode="json"),
        "reveal_contact": {
            "disclosure_id": "look-1",
            "enterprise_id": "ent-1",
            "subject": "contact",
            "reason": "通知补正",
            "seen_by": "clerk-1",
            "seen_by_name": "窗口",
            "seen_at": "2026-03-10T04:00:00Z",
        },
        "read_contact": {"disclosure_id": "look-1", "enterprise_id": "ent-1", "contact_mobile": "13900000002"},
        "register_person": {"person_id": "person-9", "name": "经办", "identified": True, "version": 1},
        "grant_mandate": _granted,
        "confirm_payee_account": _account,
        "register_payee_account": _account,
    }
    return gateway


def _account(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "account_id": body.get("account_id", "account-9"),
        "enterprise_id": "ent-1",
        "account_name": OWN.name,
        "account_masked": "**** 0009",
        "bank_name": "示例银行",
        "account_version": 3,
        "confirmed": True,
        "version": 2,
    }


def _granted(body: dict[str, Any]) -> dict[str, Any]:
    kept = {name: body[name] for name in ("person_id", "enterprise_id", "enterprise_name", "kind", "scope", "since")}
    return {**kept, "mandate_id": "mandate-9", "tenant": "zhanggong", "person_name": "经办", "version": 1}


def said_to(visitor: Visitor, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in visitor.bus.asked if name == method]


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_an_enterprise_is_found_by_its_credit_code(visitor: Visitor) -> None:
    page = visitor.get(f"/window/enterprises?uscc={OWN.uscc}", CLERK)
    assert f'href="{PAGE}"' in page.text
    assert "登记企业" not in text_of(page.text)


def test_one_that_nobody_has_entered_can_be_entered_at_once_with_the_code_as_it_was_typed(visitor: Visitor) -> None:
    visitor.bus.answers["find_enterprise"] = samples.UNKNOWN
    page = visitor.get("/window/enterprises?uscc=91360702DEM000022A", CLERK)
    assert page.status_code == 200
    assert "没有登记过这个统一社会信用代码的企业。" in text_of(page.text)
    assert page.text.count('value="91360702DEM000022A"') == 2
    said = {"uscc": "91360702DEM000022A", "name": "示例企业", "contact_mobile": "13900000002"}
    sent = visitor.post("/window/enterprises", said, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=registered"


def test_an_account_is_confirmed_as_it_was_looked_at(visitor: Visitor) -> None:
    sent = visitor.post(f"{PAGE}/accounts/account-3/confirm", {"_version": "1"}, BUREAU)
    assert sent.headers["location"] == f"{PAGE}?done=account_confirmed"
    assert said_to(visitor, "confirm_payee_account") == [{"account_id": "account-3", "expected_version": 1}]


def test_whoever_entered_an_account_is_told_that_another_confirms_it(visitor: Visitor) -> None:
    waiting = {**samples.ACCOUNTS, "items": [{**samples.ACCOUNTS["items"][0], "registered_by": "clerk-1"}]}
    visitor.bus.answers["list_payee_accounts"] = waiting
    own, other = (text_of(visitor.get(PAGE, who).text) for who in (CLERK, BUREAU))
    assert "您登记的账户须由另一人复核。" in own
    assert "复核账户" not in own
    assert "复核账户" in other


def test_an_account_that_the_enterprise_named_itself_says_so(visitor: Visitor) -> None:
    visitor.bus.answers["list_appointments"] = {"items": [], "next_cursor": None}
    assert "企业自行登记" in text_of(visitor.get(PAGE, CLERK).text)


def test_an_account_is_entered_under_the_enterprises_own_name_without_blanks(visitor: Visitor) -> None:
    said = {"bank_name": "示例银行赣州分行", "account_number": "3607 0209-1234 5678"}
    sent = visitor.post(f"{PAGE}/accounts", said, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=account_registered"
    (order,) = said_to(visitor, "register_payee_account")
    assert (order["account_name"], order["account_number"]) == (OWN.name, "3607020912345678")


def test_a_holders_name_in_the_banks_writing_is_sent_as_it_is(visitor: Visitor) -> None:
    said = {"account_name": "示例 (集团)公司", "bank_name": "示例银行赣州分行", "account_number": "360702091234"}
    visitor.post(f"{PAGE}/accounts", said, CLERK)
    (order,) = said_to(visitor, "register_payee_account")
    assert order["account_name"] == "示例 (集团)公司"


def test_a_new_name_is_entered_with_the_registers_notice(visitor: Visitor) -> None:
    visitor.bus.answers["propose_name_change"] = samples.RENAMING
    said = {"name": "示例企业改名", "effective_on": "2026-03-02", "notice": "登字 12 号", "notice_on": "2026-03-02"}
    sent = visitor.post(f"{PAGE}/name-changes", said, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=name_change_proposed"
    (order,) = said_to(visitor, "propose_name_change")
    assert {name: order[name] for name in said} == said


def test_a_new_name_is_confirmed_or_sent_back_by_somebody_else_than_who_entered_it(visitor: Visitor) -> None:
    visitor.bus.answers |= {
        "list_name_changes": samples.RENAMED["list_name_changes"],
        "decline_name_change": samples.RENAMING,
    }
    own, other = (text_of(visitor.get(PAGE, who).text) for who in (CLERK, BUREAU))
    assert "您提交的名称变更须由另一人复核。" in own
    assert "复核名称变更" not in own
    assert "复核名称变更" in other
    sent = visitor.post(f"{PAGE}/name-changes/change-1/decline", {"reason": "文号不符"}, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=name_change_declined"
    assert said_to(visitor, "decline_name_change") == [{"change_id": "change-1", "reason": "文号不符"}]


def test_who_acts_for_an_enterprise_is_entered_as_a_person_and_with_a_mandate(visitor: Visitor) -> None:
    said = {
        "kind": "agent",
        "name": "经办",
        "resident_id": "360732199001011233",
        "mobile": "13900000003",
        "scope": ["view", "apply"],
        "since": "2026-03-10",
        "until": "2026-12-31",
    }
    sent = visitor.post(f"{PAGE}/people", said, CLERK)
    assert sent.headers["location"] == f"{PAGE}?done=person_entered"
    (person,), (mandate,) = said_to(visitor, "register_person"), said_to(visitor, "grant_mandate")
    assert (person["name"], person["resident_id"]) == ("经办", "360732199001011233")
    assert (mandate["person_id"], mandate["enterprise_name"], mandate["kind"]) == ("person-9", OWN.name, "agent")
    assert sorted(mandate["scope"]) == ["apply", "view"]


def test_a_representative_may_do_everything_whatever_is_ticked(visitor: Visitor) -> None:
    said = {
        "kind": "legal_representative",
        "name": "法人",
        "resident_id": "360732199001011233",
        "mobile": "13900000003",
        "scope": ["view"],
        "since": "2026-03-10",
    }
    visitor.post(f"{PAGE}/people", said, CLERK)
    (mandate,) = said_to(visitor, "grant_mandate")
    assert len(mandate["scope"]) == 5


def test_both_orders_of_one_form_have_keys_of_their_own(visitor: Visitor) -> None:
    said = {
        "kind": "agent", "name": "经办", "resident_id": "360732199001011233", "mobile": "13900000003",
        "scope": ["view"], "since": "2026-03-10", "until": "2026-12-31",
    }  # fmt: skip
    visitor.post(f"{PAGE}/people", said, CLERK)
    visitor.post(f"{PAGE}/people", said, CLERK)
    keys = [payload["idempotency_key"] for name, payload in visitor.bus.asked if "idempotency_key" in payload]
    assert len(keys) == 4
    assert len(set(keys)) == 2


def test_the_bureau_sees_accounts_and_not_who_acts_for_the_enterprise(visitor: Visitor) -> None:
    page = text_of(visitor.get(PAGE, BUREAU).text)
    assert "收款账户" in page
    assert "谁替企业办事" not in page
    assert said_to(visitor, "list_mandates") == []


def test_the_whole_number_is_shown_for_a_reason_and_kept_by_nobody(visitor: Visitor) -> None:
    assert "13900000002" not in visitor.get(PAGE, CLERK).text
    sent = visitor.post(f"{PAGE}/contact-looks", {"reason": "通知补正"}, CLERK)
    assert "13900000002" in sent.text
    assert sent.headers["cache-control"] == "no-store"
    assert [order["reason"] for order in said_to(visitor, "reveal_contact")] == ["通知补正"]


def test_whoever_has_not_proved_themselves_just_now_does_so_before_anybody_is_asked(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_up, "keep_form", lambda *_: "kept-1")
    sent = visitor.post(f"{PAGE}/contact-looks", {"reason": "通知补正"}, "unproved")
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/sign-in/confirm?next=")
    assert said_to(visitor, "reveal_contact") == []
