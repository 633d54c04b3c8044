"""A and B on books made by hand: what is paid twice, and what is unlike the bank's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from chassis.foundation.secrecy import AesCipher
from console.operating.checks.attempts import Attempt, RenewedShare, owner_of
from console.operating.checks.bank_book import BankLine, Credit
from console.operating.checks.bank_pass import _merged, differences
from console.operating.checks.findings import Finding
from console.operating.checks.paid_once import _kept_twice
from console.operating.checks.report import INVARIANTS, Report, together

CIPHER = AesCipher([b"k" * 32])
ACCOUNT = "3607020000000000001"
ATTEMPT = Attempt(
    tenant="zhanggong",
    id="d",
    case_id="c",
    instalment=1,
    state="settled",
    amount_fen=5_000_000,
    instruction_id="d-1",
    bank_reference="SBK1",
    receipt="ZG-1",
    filed_in="zhanggong",
    payee_name="示例企业",
    account_sealed=CIPHER.seal(ACCOUNT, purpose="payee_account", tenant="zhanggong"),
)
CREDIT = Credit(
    instruction_id="d-1",
    bank_reference="SBK1",
    debtor_account="POOL-zhanggong",
    creditor_account=ACCOUNT,
    creditor_name="示例企业",
    amount_fen=5_000_000,
    status="settled",
    attempts_seen=1,
)


class Bank:
    """A bank's line that knows these credits and nothing else."""

    def __init__(self, *credits: Credit) -> None:
        self._credits = credits

    def credits_of(self, ids: Sequence[str]) -> list[Credit]:
        return [credit for credit in self._credits if credit.instruction_id in ids]


def other(instruction: str, **changed: Any) -> Credit:
    return CREDIT.model_copy(update={"instruction_id": instruction, **changed})


def kept_twice(*credits: Credit) -> list[Finding]:
    share = RenewedShare("zhanggong", "ZG-1", ("d-1", "e-2"))
    return list(_kept_twice([share], cast("BankLine", Bank(*credits))))


def test_books_that_agree_raise_nothing() -> None:
    assert differences(ATTEMPT, CREDIT, CIPHER) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount_fen": 5_000_001}, "金额不符：资金账 50,000.00 元，银行 50,000.01 元"),
        ({"amount_fen": 4_999_999}, "银行 49,999.99 元"),
        ({"creditor_name": "示例企业 "}, "户名不符"),
        ({"creditor_account": ACCOUNT[:-1]}, "账号不符"),
        ({"status": "returned"}, "银行为已退汇，资金账为“已到账”"),
        ({"bank_reference": "SBK2"}, "银行流水号不符"),
    ],
)
def test_each_particular_that_is_unlike_the_banks_is_one_difference(changed: dict[str, Any], said: str) -> None:
    (difference,) = differences(ATTEMPT, CREDIT.model_copy(update=changed), CIPHER)
    assert said in difference


def test_a_reference_is_not_missed_before_the_money_is_there() -> None:
    (difference,) = differences(replace(ATTEMPT, state="sent", bank_reference=None), CREDIT, CIPHER)
    assert "资金账为“已发送银行”" in difference


def test_two_attempts_of_one_share_that_both_stayed_paid_are_paid_twice() -> None:
    (finding,) = kept_twice(CREDIT, other("e-2"))
    assert finding.tenant == "zhanggong"
    assert "2 笔未退回的入账" in finding.text


def test_a_second_attempt_after_a_return_is_no_second_payment() -> None:
    assert kept_twice(CREDIT.model_copy(update={"status": "returned"}), other("e-2")) == []
    assert kept_twice(CREDIT) == []


def test_two_lists_are_laid_side_by_side_with_what_only_one_of_them_has() -> None:
    credits = [other("b"), other("c"), other("c"), other("e")]
    attempts = [replace(ATTEMPT, instruction_id=id) for id in ("a", "b", "d", "e", "f")]
    pairs = [
        ("".join(each.instruction_id for each in those), mine and mine.instruction_id)
        for those, mine in _merged(iter(credits), iter(attempts))
    ]
    assert pairs == [("", "a"), ("b", "b"), ("cc", None), ("", "d"), ("e", "e"), ("", "f")]


def test_the_end_of_either_list_is_not_the_end() -> None:
    assert [len(those) for those, _ in _merged(iter([other("a")]), iter([]))] == [1]
    assert [mine is not None for _, mine in _merged(iter([]), iter([ATTEMPT]))] == [True]
    assert list(_merged(iter([]), iter([]))) == []


def test_a_pool_says_whose_it_is() -> None:
    assert owner_of(CREDIT) == "zhanggong"
    assert owner_of(CREDIT.model_copy(update={"debtor_account": "36000001"})) is None


def test_an_account_that_cannot_be_opened_is_a_difference() -> None:
    (difference,) = differences(replace(ATTEMPT, account_sealed="v1:x:y"), CREDIT, CIPHER)
    assert "无法解密" in difference


def test_a_report_says_what_holds_for_whom() -> None:
    report = together(["a", "b"], [Finding("C", "a", "差 1 分"), Finding("F", None, "断链")], [])
    assert report.verdicts() == {**dict.fromkeys(INVARIANTS, True), "C": False, "F": False}
    assert report.verdicts("a")["C"] is False
    assert report.verdicts("b")["C"] is True
    assert not report.holds
    assert report.about("b").verdicts()["F"] is False
    assert Report(("a",)).holds


def test_every_letter_has_its_words() -> None:
    assert list(INVARIANTS) == sorted(INVARIANTS)
    for letter, invariant in INVARIANTS.items():
        assert invariant.letter == letter
        assert invariant.chinese
        assert invariant.english
