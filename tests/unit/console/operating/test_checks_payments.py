"""A and B on books made by hand: what is paid twice, and what is unlike the bank's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.foundation.secrecy import AesCipher
from console.operating.checks.bank_book import BankBook, Credit, Totals
from console.operating.checks.payments import Attempt, paid_twice, unlike_the_bank
from console.operating.checks.report import INVARIANTS, Finding, Report, together

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


def book(*credits: Credit, pending: frozenset[str] = frozenset()) -> BankBook:
    sums = {
        status: [each.amount_fen for each in credits if each.status == status] for status in ("settled", "returned")
    }
    returned = frozenset(each.instruction_id for each in credits if each.status == "returned")
    totals = Totals(
        settled_count=len(sums["settled"]),
        settled_fen=sum(sums["settled"]),
        returned_count=len(sums["returned"]),
        returned_fen=sum(sums["returned"]),
    )
    return BankBook(credits, pending, returned, totals)


def differences(attempts: list[Attempt], the_book: BankBook) -> list[str]:
    return [finding.text for finding in unlike_the_bank(attempts, the_book, CIPHER)]


def test_books_that_agree_raise_nothing() -> None:
    assert paid_twice([ATTEMPT], book(CREDIT)) == ([], [])
    assert differences([ATTEMPT], book(CREDIT)) == []


def test_an_instruction_that_was_presented_often_and_paid_once_is_only_worth_a_notice() -> None:
    findings, notices = paid_twice([ATTEMPT], book(CREDIT.model_copy(update={"attempts_seen": 3})))
    assert findings == []
    assert "提交过 3 次，只入账一次" in notices[0].text


def test_two_attempts_of_one_order_that_both_stayed_paid_are_paid_twice() -> None:
    second = replace(ATTEMPT, id="e", instruction_id="e-2")
    second_credit = CREDIT.model_copy(update={"instruction_id": "e-2"})
    findings, _ = paid_twice([ATTEMPT, second], book(CREDIT, second_credit))
    assert [finding.tenant for finding in findings] == ["zhanggong"]
    assert "2 笔未退回的入账" in findings[0].text


def test_a_second_attempt_after_a_return_is_no_second_payment() -> None:
    second = replace(ATTEMPT, id="e", instruction_id="e-2")
    returned = CREDIT.model_copy(update={"status": "returned"})
    findings, _ = paid_twice(
        [replace(ATTEMPT, state="returned"), second],
        book(returned, CREDIT.model_copy(update={"instruction_id": "e-2"})),
    )
    assert findings == []


def test_money_still_on_its_way_that_we_gave_up_is_a_difference() -> None:
    failed = replace(ATTEMPT, state="failed", bank_reference=None)
    assert "在银行处理中" in differences([failed], book(pending=frozenset({"d-1"})))[0]
    assert differences([replace(failed, state="unknown")], book(pending=frozenset({"d-1"}))) == []


def test_an_account_that_cannot_be_opened_is_a_difference() -> None:
    assert "无法解密" in differences([replace(ATTEMPT, account_sealed="v1:x:y")], book(CREDIT))[0]


def test_a_bank_whose_totals_are_not_its_credits_is_not_believed() -> None:
    wrong = replace(book(CREDIT), totals=Totals(settled_count=1, settled_fen=1, returned_count=0, returned_fen=0))
    assert "银行合计" in differences([ATTEMPT], wrong)[0]


def test_a_credit_of_nobody_is_told_to_the_tenant_whose_pool_paid() -> None:
    (finding,) = unlike_the_bank([], book(CREDIT), CIPHER)
    assert finding.tenant == "zhanggong"


def test_a_report_says_what_holds_for_whom() -> None:
    report = together(["a", "b"], [Finding("C", "a", "差 1 分"), Finding("F", None, "断链")], [])
    assert report.verdicts() == {**dict.fromkeys(INVARIANTS, True), "C": False, "F": False}
    assert report.verdicts("a")["C"] is False
    assert report.verdicts("b")["C"] is True
    assert not report.holds
    assert report.about("b").verdicts()["F"] is False
    assert Report(("a",)).holds


@pytest.mark.parametrize("letter", "ABCDEF")
def test_every_letter_has_its_words(letter: str) -> None:
    chinese, english = INVARIANTS[letter]
    assert chinese
    assert english
