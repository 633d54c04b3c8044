"""What an enterprise orders on its own pages: accounts, contacts, consents, messages read, people who act for it."""

from __future__ import annotations

import re

import enterprise_kit as kit
import enterprise_records_kit as records
import pytest
from enterprise_pages_kit import answering, beside, enterprise_visitor, ordered, refused
from portal_kit import Bus, Visitor

from contracts.people import PersonView


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return enterprise_visitor()


@pytest.fixture(autouse=True)
def bus(visitor: Visitor) -> Bus:
    return answering(visitor)


def test_an_account_is_registered_in_the_enterprises_own_name_and_typed_twice(visitor: Visitor, bus: Bus) -> None:
    bus.answers["register_payee_account"] = records.ACCOUNTS["items"][0]
    said = {"bank_name": "示例银行章贡支行", "account_number": "6222 0000 0000 0001"}
    page = visitor.post("/my/accounts", {**said, "account_number_again": "6222-0000-0000-0001"}, "owner")
    assert page.headers["location"] == "/my/accounts?done=account_registered"
    assert ordered(bus, "register_payee_account") == [
        {
            "enterprise_id": "ent-1",
            "account_name": kit.NAME,
            "account_number": "6222000000000001",
            "bank_name": "示例银行章贡支行",
        }
    ]


def test_a_number_typed_wide_is_the_number_and_one_in_another_script_is_none(visitor: Visitor, bus: Bus) -> None:
    bus.answers["register_payee_account"] = records.ACCOUNTS["items"][0]
    said = {"bank_name": "示例银行章贡支行", "account_number_again": "6222000000000001"}
    page = visitor.post("/my/accounts", {**said, "account_number": "６２２２　００００－００００ 0001"}, "owner")
    assert page.headers["location"] == "/my/accounts?done=account_registered"
    assert [each["account_number"] for each in ordered(bus, "register_payee_account")] == ["6222000000000001"]
    for other in ("622200000000000١", "६222000000000001", "622200000000000²"):
        page = visitor.post("/my/accounts", {**said, "account_number": other, "account_number_again": other}, "owner")
        assert "账号应为 8 至 32 位数字，用 0 至 9 书写" in beside(page.text, "account_number")
    assert len(ordered(bus, "register_payee_account")) == 1


def test_the_holders_name_is_sent_as_the_bank_writes_it(visitor: Visitor, bus: Bus) -> None:
    bus.answers["register_payee_account"] = records.ACCOUNTS["items"][0]
    number = {"account_number": "62220000000001", "account_number_again": "62220000000001"}
    written = kit.NAME.replace("（", "(").replace("）", ")")
    visitor.post("/my/accounts", {"account_name": written, "bank_name": "示例银行", **number}, "owner")
    (order,) = ordered(bus, "register_payee_account")
    assert order["account_name"] == written
    hidden = {"account_name": f"{kit.NAME}\u200b", "bank_name": "示例银行", **number}
    page = visitor.post("/my/accounts", hidden, "owner")
    assert "U+200B" in beside(page.text, "account_name")


def test_former_names_stand_in_the_dossier(visitor: Visitor, bus: Bus) -> None:
    assert "赣州示例贸易行" in visitor.get("/my/dossier", "owner").text


def test_that_an_account_may_wait_is_said_while_the_contacts_number_is_new(visitor: Visitor, bus: Bus) -> None:
    assert "两个工作日内不复核收款账户" in visitor.get("/my/accounts", "owner").text
    bus.answers["get_enterprise"] = {**bus.answers["get_enterprise"], "contact_changed_at": "2026-01-05T04:00:00Z"}
    assert "两个工作日内不复核收款账户" not in visitor.get("/my/accounts", "owner").text


def test_a_slip_in_the_number_is_caught(visitor: Visitor, bus: Bus) -> None:
    said = {"bank_name": "示例银行", "account_number": "62220000", "account_number_again": "62220001"}
    page = visitor.post("/my/accounts", said, "owner")
    assert page.status_code == 422
    assert "两次填写的账号不一致" in beside(page.text, "account_number_again")
    page = visitor.post("/my/accounts", {**said, "account_number": "六二二二"}, "owner")
    assert "账号应为 8 至 32 位数字" in beside(page.text, "account_number")
    assert ordered(bus, "register_payee_account") == []


def test_only_the_form_that_was_refused_says_so(visitor: Visitor, bus: Bus) -> None:
    bus.answers["withdraw_payee_account"] = refused("payee_account_in_use", ("该收款账户已复核确认，不能撤回", None))
    page = visitor.post("/my/accounts/acc-3/withdraw", {"reason": "抄错了"}, "owner")
    assert page.status_code == 409
    assert page.text.count('class="summary"') == 1
    assert ordered(bus, "withdraw_payee_account") == [{"account_id": "acc-3", "reason": "抄错了"}]


def test_a_contact_is_changed_in_the_version_that_was_read(visitor: Visitor, bus: Bus) -> None:
    bus.answers["change_contact"] = records.OWN.model_dump(mode="json")
    said = {"contact_name": "赵六", "contact_mobile": "13900000009", "reason": "离职", "_version": "7"}
    page = visitor.post("/my/contacts", said, "owner")
    assert page.headers["location"] == "/my/contacts?done=contact_changed"
    (body,) = ordered(bus, "change_contact")
    assert (body["enterprise_id"], body["contact_mobile"], body["expected_version"]) == ("ent-1", "13900000009", 7)
    page = visitor.post("/my/contacts", {**said, "contact_mobile": "139"}, "owner")
    assert (page.status_code, len(ordered(bus, "change_contact"))) == (422, 1)
    page = visitor.post("/my/contacts", {**said, "contact_mobile": "1390000000٩"}, "owner")
    assert "应为 11 位手机号码，用 0 至 9 书写" in beside(page.text, "contact_mobile")
    visitor.post("/my/contacts", {**said, "contact_mobile": "１３９００００００１０"}, "owner")
    assert ordered(bus, "change_contact")[-1]["contact_mobile"] == "13900000010"
    assert "field-wrong" in beside(page.text, "contact_mobile")


def test_a_consent_names_a_bank_of_the_register(visitor: Visitor, bus: Bus) -> None:
    bus.answers["give_consent"] = records.CONSENTS["items"][0]
    said = {
        "grantee": "bank-1",
        "labels[]": ["tech_sme"],
        "purposes[]": ["credit_assessment"],
        "valid_from": "2026-03-10",
        "valid_until": "2026-12-31",
    }
    page = visitor.post("/my/consents", said, "owner")
    assert page.headers["location"] == "/my/consents?done=consent_given"
    (body,) = ordered(bus, "give_consent")
    assert (body["grantee"], body["grantee_name"], body["labels"]) == ("bank-1", "示例农村商业银行", ["tech_sme"])
    page = visitor.post("/my/consents", {**said, "grantee": "bank-9"}, "owner")
    assert (page.status_code, len(ordered(bus, "give_consent"))) == (422, 1)
    assert "请选择一家合作银行" in page.text


def test_a_consent_is_taken_back(visitor: Visitor, bus: Bus) -> None:
    bus.answers["revoke_consent"] = records.CONSENTS["items"][0]
    page = visitor.post("/my/consents/con-2/revoke", {}, "owner")
    assert page.headers["location"] == "/my/consents?done=consent_revoked"
    assert ordered(bus, "revoke_consent") == [{"consent_id": "con-2"}]


def test_what_was_read_is_marked_one_order_for_each_message(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/my/messages", "owner").text
    assert page.count("message-unread") == 1
    assert re.findall(r'name="message_ids\[\]" value="([^"]+)"', page) == ["m-0"]
    bus.answers["mark_message_read"] = kit.MESSAGES["items"][0]
    page = visitor.post("/my/messages?cursor=next", {"message_ids[]": ["m-0", "m-1"]}, "owner")
    assert page.headers["location"] == "/my/messages?cursor=next&done=messages_read"
    assert [body["message_id"] for body in ordered(bus, "mark_message_read")] == ["m-0", "m-1"]
    assert len({payload["idempotency_key"] for name, payload in bus.asked if name == "mark_message_read"}) == 2


AGENT = {
    "name": "周七",
    "resident_id": "360702199001010015",
    "mobile": "13900000007",
    "scope[]": ["view", "apply"],
    "since": "2026-03-10",
    "until": "2026-12-31",
}


def test_the_representative_names_an_agent_who_is_entered_first(visitor: Visitor, bus: Bus) -> None:
    known = PersonView(person_id="p-new", name="周七", identified=True, version=1)
    bus.answers.update(
        register_person=known.model_dump(mode="json"), grant_mandate=records.AGENT.model_dump(mode="json")
    )
    page = visitor.post("/my/people", AGENT, "owner")
    assert page.headers["location"] == "/my/people?done=agent_named"
    (entered,), (granted,) = ordered(bus, "register_person"), ordered(bus, "grant_mandate")
    assert (entered["name"], entered["resident_id"]) == ("周七", "360702199001010015")
    assert (granted["person_id"], granted["enterprise_id"], granted["enterprise_name"], granted["kind"]) == (
        "p-new",
        "ent-1",
        kit.NAME,
        "agent",
    )
    tenants = [payload["tenant"] for name, payload in bus.asked if name in ("register_person", "grant_mandate")]
    assert tenants == ["platform", "zhanggong"]


def test_nobody_else_sees_the_form_and_nobody_is_entered_for_them(visitor: Visitor, bus: Bus) -> None:
    assert 'action="/my/people"' in visitor.get("/my/people", "owner").text
    assert 'action="/my/people"' not in visitor.get("/my/people", "viewer").text
    page = visitor.post("/my/people", AGENT, "viewer")
    assert page.status_code == 403
    assert ordered(bus, "register_person") == []


def test_a_mandate_is_ended_in_the_version_that_was_read(visitor: Visitor, bus: Bus) -> None:
    bus.answers["end_mandate"] = records.AGENT.model_dump(mode="json")
    said = {"until": "2026-03-31", "reason": "离职", "_version": "1"}
    page = visitor.post("/my/people/man-2/end", said, "owner")
    assert page.headers["location"] == "/my/people?done=mandate_ended"
    (body,) = ordered(bus, "end_mandate")
    assert (body["mandate_id"], body["until"], body["expected_version"]) == ("man-2", "2026-03-31", 1)
