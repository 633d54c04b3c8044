"""Why a payment waits is said as the budget stands now, and when it is due only while its clock runs."""

from __future__ import annotations

from datetime import timedelta
from typing import cast, get_args

import pytest

from chassis.testing.fakes import NOON
from contracts.treasury import DisbursementState
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import Funds
from services.treasury.disbursements.moves import CLOCK_RUNS
from services.treasury.disbursements.showing import view_of
from services.treasury.disbursements.waiting import COVERED, LineNow, reason_now
from services.treasury.rails import settlement
from services.treasury.rails.bank import BankAnswer
from services.treasury.rails.patience import Patience
from services.treasury.rails.wording import DOUBTS
from tests.unit.treasury.treasury_kit import CHECKER, LAKH, ready, received_disbursement, sent

STATES = get_args(DisbursementState)


def held() -> Disbursement:
    payment = received_disbursement()
    payment.hold("本年度尚未下达对应的预算指标，待下达后按批准先后兑付。")
    return payment


def line(payment: Disbursement, available_fen: int, **changes: object) -> LineNow:
    known = LineNow(payment.year, payment.claim.department, None, payment.claim.item_id, available_fen)
    return known._replace(**changes)  # type: ignore[arg-type]


def test_without_a_line_it_waits_for_one() -> None:
    payment = held()
    others = [
        line(payment, LAKH, year=2025),
        line(payment, LAKH, item_id="another"),
        line(payment, LAKH, department="x"),
    ]
    assert reason_now(payment, others).startswith("本年度尚未下达")


def test_once_there_is_a_line_it_says_what_is_missing_on_it_and_no_more_that_there_is_none() -> None:
    payment = held()
    short = payment.amount_fen - 1
    said = reason_now(payment, [line(payment, 5), line(payment, short, item_id=None)])
    assert said.startswith("预算余额不足：需 ")
    assert f"可用 {short / 100:,.2f} 元" in said


def test_once_it_is_covered_it_says_so() -> None:
    payment = held()
    by_id = line(payment, payment.amount_fen, department="旧名", department_id=payment.claim.department_id)
    assert reason_now(payment, [line(payment, payment.amount_fen)]) == COVERED
    if payment.claim.department_id is not None:
        assert reason_now(payment, [by_id]) == COVERED


def test_what_was_wrong_with_an_earlier_release_is_over_with_the_next() -> None:
    payment = ready()
    payment.authorise(by=CHECKER.id, at=NOON)
    payment.recall("收款账户已变更，请重新复核")
    assert payment.reason
    payment.authorise(by=CHECKER.id, at=NOON)
    assert payment.reason is None


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_due_of_what_is_paid_came_back_or_was_cancelled(state: DisbursementState) -> None:
    payment = ready()
    payment.state, payment.due_at, payment.awaits_year = state, NOON + timedelta(days=1), None
    assert (view_of(payment).due_at is not None) == (state in CLOCK_RUNS)


def test_what_is_said_of_a_doubt_is_what_the_bank_answered_last() -> None:
    payment = sent()
    patience = Patience(definite_noes=12, may_execute_within=timedelta(days=10))
    told = []
    for status in ("silent", "not_found", "silent"):
        settlement._take(payment, BankAnswer(instruction_id="i-1", status=status), cast("Funds", None), NOON, patience)  # type: ignore[arg-type]
        told.append(payment.reason)
    assert told == [DOUBTS["silent"], DOUBTS["not_found"], DOUBTS["silent"]]
    assert payment.state == "unknown"
