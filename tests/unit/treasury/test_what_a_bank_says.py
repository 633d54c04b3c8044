"""What a bank writes is told in our words; staff alone read its own, without numbers."""

from __future__ import annotations

import pytest

from chassis.foundation.secrecy import mask_numbers
from chassis.testing.fakes import NOON
from contracts.treasury import DisbursementFailed, DisbursementReturned
from gateway.masking import QUOTED, masked_payment
from services.treasury.rails import reasons
from services.treasury.rails.bank import BankAnswer
from services.treasury.rails.patience import Patience
from services.treasury.rails.reasons import NO_REASON, OTHER, REASONS, for_staff, in_our_words
from services.treasury.rails.settlement import take_answers
from tests.unit.treasury.test_treasury_dispatch import Desk, desk  # noqa: F401
from tests.unit.treasury.treasury_kit import received_disbursement

ACCOUNT = "6222021234567890123"
SAID = f"账号 {ACCOUNT}（张三，身份证 36073219800928323X，电话 138-0000-1234）不存在"


def test_every_code_of_the_bank_has_words_of_ours_and_every_other_has_some() -> None:
    assert {in_our_words(code) for code in REASONS} == set(REASONS.values())
    assert in_our_words("something new") == OTHER
    assert in_our_words(None) == NO_REASON
    assert ACCOUNT not in in_our_words(ACCOUNT)


def test_staff_read_what_the_bank_wrote_without_its_numbers() -> None:
    noted = for_staff("account_unknown", SAID)
    assert noted.startswith("收款账号不存在（银行原文：账号 ***")
    assert "36073219800928323" not in noted
    assert for_staff("account_unknown", None) == for_staff("account_unknown", "  ") == "收款账号不存在"
    assert len(for_staff("x", "字" * 1000)) < 250


@pytest.mark.parametrize(
    ("text", "least", "masked"),
    [
        ("1234567", 7, "***"),
        ("123456", 7, "123456"),
        ("6222 0212 3456 7890 123", 7, "***"),
        ("6222-0212-3456", 12, "***"),
        ("36073219800928323X", 7, "***"),
        ("2026-11-30 12:00", 7, "2026-11-30 12:00"),
        ("200,000.00 元", 7, "200,000.00 元"),
        ("12345678901", 12, "12345678901"),
        ("123456789012", 12, "***"),
        ("ZG-20261130-ABCD1234", 12, "ZG-20261130-ABCD1234"),
        ("６２２２０２１２３４５６７", 12, "***"),
    ],
)
def test_what_is_as_long_as_an_account_is_starred(text: str, least: int, masked: str) -> None:
    assert mask_numbers(text, least) == masked


def test_events_say_it_in_our_words_and_the_payment_notes_the_banks(desk: Desk) -> None:  # noqa: F811
    desk.bank.pay = lambda payments: {  # type: ignore[method-assign]
        each.instruction_id: BankAnswer(
            instruction_id=each.instruction_id, status="failed", reason_code="account_unknown", reason=SAID
        )
        for each in payments
    }
    desk.sends()
    (event,) = [each for each in desk.unit.events if isinstance(each, DisbursementFailed)]
    assert event.reason == "收款账号不存在"
    assert desk.disbursement.reason == for_staff("account_unknown", SAID)


def test_a_return_is_told_in_our_words_as_well(desk: Desk) -> None:  # noqa: F811
    desk.sends()
    said = {"status": "returned", "bank_reference": "r", "settled_at": NOON, "reason_code": "new", "reason": SAID}
    answer = BankAnswer(instruction_id=str(desk.disbursement.instruction_id), **said)
    take_answers(desk.unit, {desk.disbursement.id: answer}, Patience())  # type: ignore[arg-type]
    (event,) = [each for each in desk.unit.events if isinstance(each, DisbursementReturned)]
    assert event.reason == OTHER
    assert desk.disbursement.reason == for_staff("new", SAID)


def test_a_lay_supervisor_reads_our_words_alone() -> None:
    assert QUOTED == reasons.QUOTED
    shown = received_disbursement()
    shown.reason = for_staff("account_unknown", SAID)
    assert masked_payment(shown.view()).reason == "收款账号不存在"


def test_an_answer_without_a_reason_is_told_as_one() -> None:
    answer = BankAnswer(instruction_id="i", status="failed")
    assert (answer.told, answer.noted) == (NO_REASON, NO_REASON)
