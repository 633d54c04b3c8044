"""Receivers that are no applicants, on the pages of the enterprise that names them and of the counter that confirms them."""

from __future__ import annotations

import pytest
from enterprise_pages_kit import answering, beside, enterprise_visitor, ordered, refused
from enterprise_records_kit import HOLDER, HOLDER_SHEET, SHARED
from page_samples import enterprise as samples_of_the_enterprise
from page_samples import window as samples
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway

NUMBER = "360702200001010016"
ACCOUNT = HOLDER_SHEET["accounts"][0]
NAMED = {name: ACCOUNT[name] for name in ("account_id", "holder_id", "account_name", "account_masked", "bank_name")} | {
    "account_version": 3,
    "confirmed": False,
    "version": 1,
}


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return enterprise_visitor()


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    bus = answering(visitor)
    bus.answers |= {
        "register_payee_holder": HOLDER.model_dump(mode="json"),
        "register_holder_account": NAMED,
        "withdraw_holder_account": NAMED,
    }
    return bus


@pytest.fixture(scope="module")
def counter() -> Visitor:
    visitor = Visitor(unconnected_gateway(), Bus(), dict(samples.PEOPLE))
    visitor.bus.answers = {
        **samples.HOLDING,
        "register_payee_holder": HOLDER.model_dump(mode="json"),
        "correct_payee_holder": HOLDER.model_dump(mode="json"),
        "register_holder_account": NAMED,
        "confirm_holder_account": {**NAMED, "confirmed": True},
    }
    return visitor


def test_an_enterprise_names_a_person_for_itself_and_goes_on_to_the_account(visitor: Visitor, bus: Bus) -> None:
    said = {"kind": "person", "name": HOLDER.name, "resident_id": "360702 20000101 0016"}
    sent = visitor.post("/my/receivers", said, "owner")
    assert sent.headers["location"] == "/my/receivers/holder-1?done=receiver_registered"
    (order,) = ordered(bus, "register_payee_holder")
    assert (order["enterprise_id"], order["kind"], order["name"]) == ("ent-1", "person", HOLDER.name)


def test_what_the_catalogue_refuses_of_a_receiver_stands_beside_its_field(visitor: Visitor, bus: Bus) -> None:
    bus.answers["register_payee_holder"] = refused(
        "payee_holder_refused", ("身份证号有误", "resident_id"), ("请核对名称", "name"), kind="invalid"
    )
    page = visitor.post("/my/receivers", {"kind": "person", "name": HOLDER.name, "resident_id": NUMBER}, "owner")
    assert page.status_code == 422
    assert "身份证号有误" in beside(page.text, "resident_id")
    assert "请核对名称" in beside(page.text, "name")


def test_an_account_of_a_receiver_is_typed_twice_and_goes_under_the_receivers_name(visitor: Visitor, bus: Bus) -> None:
    said = {"bank_name": "示例银行", "account_number": "6222 0000 0000 0001", "account_number_again": "62220000"}
    page = visitor.post("/my/receivers/holder-1/accounts", said, "owner")
    assert "两次填写的账号不一致" in beside(page.text, "account_number_again")
    said["account_number_again"] = "6222-0000-0000-0001"
    sent = visitor.post("/my/receivers/holder-1/accounts", said, "owner")
    assert sent.headers["location"] == "/my/receivers/holder-1?done=receiver_account_registered"
    assert ordered(bus, "register_holder_account") == [
        {
            "holder_id": "holder-1",
            "account_name": HOLDER.name,
            "account_number": "6222000000000001",
            "bank_name": "示例银行",
        }
    ]


def test_an_account_of_a_receiver_is_taken_back(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post("/my/receivers/holder-1/accounts/acc-3/withdraw", {"reason": "抄错了"}, "owner")
    assert sent.headers["location"] == "/my/receivers/holder-1?done=account_withdrawn"
    assert ordered(bus, "withdraw_holder_account") == [{"account_id": "acc-3", "reason": "抄错了"}]


def test_who_may_not_name_accounts_sees_no_receivers(visitor: Visitor, bus: Bus) -> None:
    assert visitor.get("/my/receivers", "viewer").status_code == 403
    assert 'href="/my/receivers"' not in visitor.get("/my/cases", "viewer").text
    assert 'href="/my/receivers"' in visitor.get("/my/cases", "owner").text


def test_the_counter_confirms_an_account_as_it_was_looked_at(counter: Visitor) -> None:
    counter.bus.asked.clear()
    sent = counter.post("/window/receivers/holder-1/accounts/acc-3/confirm", {"_version": "1"}, "counter_bureau")
    assert sent.headers["location"] == "/window/receivers/holder-1?done=account_confirmed"
    assert ordered(counter.bus, "confirm_holder_account") == [{"account_id": "acc-3", "expected_version": 1}]


def test_of_a_person_the_card_is_looked_at_and_who_entered_the_account_leaves_it_to_another(counter: Visitor) -> None:
    assert "确认其本人同意用此账户收款" in counter.get("/window/receivers/holder-1", "counter_bureau").text
    own = {**HOLDER_SHEET, "accounts": [{**ACCOUNT, "registered_by": "clerk-1"}]}
    before, counter.bus.answers["get_payee_holder"] = counter.bus.answers["get_payee_holder"], own
    page = counter.get("/window/receivers/holder-1", "counter_clerk").text
    counter.bus.answers["get_payee_holder"] = before
    assert "您登记的账户须由另一人复核。" in page
    assert "确认其本人同意" not in page


def test_the_counter_names_corrects_and_enters_accounts(counter: Visitor) -> None:
    counter.bus.asked.clear()
    said = {"kind": "person", "name": HOLDER.name, "resident_id": NUMBER, "enterprise_id": "ent-1"}
    sent = counter.post("/window/receivers", said, "counter_clerk")
    assert sent.headers["location"] == "/window/receivers/holder-1?done=holder_registered"
    corrected = {"name": "示例毕业生佳", "reason": "抄错", "_version": "1"}
    sent = counter.post("/window/receivers/holder-1/correct", corrected, "counter_bureau")
    assert sent.headers["location"] == "/window/receivers/holder-1?done=holder_corrected"
    account = {"account_number": "6222 0000-0001", "bank_name": "示例银行"}
    sent = counter.post("/window/receivers/holder-1/accounts", account, "counter_clerk")
    assert sent.headers["location"] == "/window/receivers/holder-1?done=account_registered"
    assert ordered(counter.bus, "register_holder_account")[0]["account_name"] == HOLDER.name


def test_who_applies_chooses_the_receivers_and_signs_the_commitment_as_far_as_it_is_known(
    visitor: Visitor, bus: Bus
) -> None:
    bus.answers |= samples_of_the_enterprise.filling("AH-002", **SHARED)
    bus.answers["get_application_form"]["fields"] = []
    bus.answers["get_application_form"]["materials"] = []
    page = visitor.get("/my/apply/AH-002", "owner").text
    assert "毕业生本人" in page
    assert HOLDER.name in page
    assert SHARED["credit"] in page
    bus.answers["submit_application"] = refused(
        "payees_unexpected",
        ("请核对收款人", "payees.0.part"),
        ("不适用以信用代审核", "credit_commitment"),
        kind="invalid",
    )
    said = {"receivers.part1": "", "receivers.part3": "holder-2", "credit_commitment": ["false", "true"]}
    refusal = visitor.post("/my/apply/AH-002", said, "owner")
    (order,) = ordered(bus, "submit_application")
    assert [(each["part"], each["holder_id"]) for each in order["payees"]] == [(3, "holder-2")]
    assert order["credit_commitment"] is True
    assert "请核对收款人" in beside(refusal.text, "receivers.part3")
    assert "不适用以信用代审核" in beside(refusal.text, "credit_commitment")


def test_no_account_of_its_own_is_asked_for_where_all_the_money_is_others(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= samples_of_the_enterprise.filling("AH-002", **SHARED, payee=None, own_account=False)
    assert "还没有收款账户" not in visitor.get("/my/apply/AH-002", "owner").text
