"""Receipts, query codes and accounts as a Chinese keyboard writes them; digits of other scripts are told to be none."""

from __future__ import annotations

import html

import pytest
from page_samples import window as samples
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway

ACCOUNTS = "/window/enterprises/ent-1/accounts"


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(samples.ONE), samples.PEOPLE)


def test_a_receipt_and_its_code_lead_to_the_case(visitor: Visitor) -> None:
    found = visitor.get("/track?receipt=ＺＤ－２０２６－０００９&code=ａｂ１２ＣＤ")
    assert (found.status_code, found.headers["location"]) == (303, "/track/ZD-2026-0009?code=ab12CD")
    assert visitor.get("/find?q=ＺＤ－２０２６－０００９").headers["location"] == "/track?receipt=ZD-2026-0009"


@pytest.mark.parametrize("code", ["ab1٢CD", "ab1²CD", "ab①2CD"])
def test_a_code_in_another_script_is_told_to_be_wrong(visitor: Visitor, code: str) -> None:
    assert visitor.get(f"/track?receipt=ZD-2026-0009&code={code}").status_code == 422


def test_the_counter_enters_an_account_as_it_was_typed_wide(visitor: Visitor) -> None:
    account = {
        "account_id": "acc-9",
        "enterprise_id": "ent-1",
        "account_name": "样例企业",
        "account_masked": "6222…0001",
    }
    rest = {"bank_name": "示例银行", "account_version": 1, "confirmed": False, "version": 1}
    visitor.bus.answers["register_payee_account"] = account | rest
    said = {"bank_name": "示例银行赣州分行"}
    visitor.post(ACCOUNTS, {**said, "account_number": "６２２２　００００－００００　０００１"}, "counter_clerk")
    other = visitor.post(ACCOUNTS, {**said, "account_number": "6222 0000 0000 000١"}, "counter_clerk")
    assert other.status_code == 422
    assert "账号应为 8 至 32 位数字，用 0 至 9 书写，可以有空格" in html.unescape(other.text)
    ordered = [payload["body"] for method, payload in visitor.bus.asked if method == "register_payee_account"]
    assert [each["account_number"] for each in ordered] == ["6222000000000001"]
