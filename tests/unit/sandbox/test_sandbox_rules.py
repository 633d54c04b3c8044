"""Rules of misbehaviour and orders are refused when they do not make sense."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sandbox.bank.wire import PaymentOrder, PaymentRule
from sandbox.sms.wire import MessageOrder

GOOD_PAYMENT = {
    "instruction_id": "P-1",
    "debtor_account": "36000001",
    "creditor_account": "62220001",
    "creditor_name": "兴国县样本机械有限公司",
    "amount_fen": 1,
    "currency": "CNY",
    "purpose": "",
}
GOOD_MESSAGE = {"message_id": "M-1", "to": "13800000000", "text": "资金已到账。", "sign": "直达"}


@pytest.mark.parametrize(
    "rule",
    [
        {"behaviour": "answer_late"},
        {"behaviour": "pending_then_settle"},
        {"behaviour": "answer_late", "seconds": 0},
        {"behaviour": "http_500", "reason_code": "why"},
        {"behaviour": "fail", "next": 0},
        {"behaviour": "fail", "amount": 5},
        {"behaviour": "explode"},
        {"behaviour": "deliver_then_timeout"},
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PaymentRule.model_validate(rule)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_fen": 0},
        {"amount_fen": -1},
        {"amount_fen": 1.0},
        {"amount_fen": "1"},
        {"amount_fen": True},
        {"currency": "USD"},
        {"instruction_id": "P 1"},
        {"instruction_id": ""},
        {"creditor_name": ""},
        {"remark": "unasked"},
    ],
)
def test_a_malformed_payment_is_refused(wrong: dict[str, Any]) -> None:
    assert PaymentOrder.model_validate(GOOD_PAYMENT)
    with pytest.raises(ValidationError):
        PaymentOrder.model_validate(GOOD_PAYMENT | wrong)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": "02087654321"}, "not_a_mainland_mobile"),
        ({"to": "12800000000"}, "not_a_mainland_mobile"),
        ({"to": "1380000000"}, "not_a_mainland_mobile"),
        ({"to": "１３８００００００００"}, "not_a_mainland_mobile"),
        ({"text": " "}, "text_empty"),
        ({"text": "长" * 501}, "text_too_long"),
        ({"sign": "直"}, "sign_invalid"),
        ({"sign": "【直达】"}, "sign_invalid"),
    ],
)
def test_a_message_that_no_carrier_would_take_is_refused_with_its_code(wrong: dict[str, Any], code: str) -> None:
    assert MessageOrder.model_validate(GOOD_MESSAGE)
    with pytest.raises(ValidationError) as refusal:
        MessageOrder.model_validate(GOOD_MESSAGE | wrong)
    assert [error["type"] for error in refusal.value.errors()] == [code]
