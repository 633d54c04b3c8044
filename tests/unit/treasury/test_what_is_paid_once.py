"""What is paid once, whose line pays for it, and what revisions come to."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from contracts.payee_holders import PayeeHolder
from contracts.rule import TimeLimit, TimeUnit
from services.treasury.account_copies.domain import CurrentAccount
from services.treasury.disbursements.identity import disbursement_id
from services.treasury.disbursements.refusals import TaxNotAwaited, TaxTooHigh
from services.treasury.disbursements.whose_line import in_order, may_pay
from services.treasury.revisions.domain import Had, settle_up
from tests.unit.treasury.treasury_kit import DEPARTMENT, ITEM, LAKH, claim, payee, ready, received_disbursement

FEN = st.integers(0, 10**12)
HOLDERS = st.sampled_from([None, "holder-1", "holder-2"])


def test_the_first_receivers_payment_is_the_one_that_it_was_before_there_were_several() -> None:
    before = uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(("disbursement", "case-1", "zhanggong", "1", "1", "1")))
    assert received_disbursement().id == disbursement_id("case-1", "zhanggong", 1, 1) == str(before)
    assert received_disbursement(part=2).id != received_disbursement().id


@given(parts=st.lists(st.integers(1, 10), min_size=2, max_size=2, unique=True), attempt=st.integers(1, 5))
def test_two_receivers_never_share_a_payment(parts: list[int], attempt: int) -> None:
    one, other = (disbursement_id("case-1", "zhanggong", 1, 1, attempt, part=part) for part in parts)
    assert one != other


@given(approved=FEN, holder=HOLDERS, had=st.lists(st.builds(Had, HOLDERS, FEN), max_size=6))
def test_what_was_had_less_what_comes_back_and_with_what_is_paid_is_what_is_approved(
    approved: int, holder: str | None, had: list[Had]
) -> None:
    pay, recover = settle_up(approved, holder, had)
    total = sum(each.amount_fen for each in had)
    assert total + pay - recover == approved
    assert pay >= 0 <= recover
    assert pay == 0 or not any(each.amount_fen > approved for each in had if each.holder_id == holder)


@given(amount=FEN, holder=HOLDERS)
def test_who_has_had_what_is_approved_gets_nothing_more_and_gives_nothing_back(amount: int, holder: str | None) -> None:
    assert settle_up(amount, holder, [Had(holder, amount)]) == (0, 0)


def test_a_payment_has_the_plans_limit_from_the_decision_on_and_so_has_the_attempt_after_it() -> None:
    limit = TimeLimit(limit=24, unit=TimeUnit.HOURS)
    payment = received_disbursement(payout_limit=limit, decided_at=NOON - timedelta(hours=1))
    assert (payment.payout_limit, payment.clock_started_at) == (limit, NOON - timedelta(hours=1))
    later = payment.next_attempt(CurrentAccount("enterprise-1", payee(2)), at=NOON, year=2026, payout_days=9)
    assert (later.payout_limit, later.clock_started_at) == (limit, NOON)


def test_the_linked_attempt_goes_to_the_same_receiver() -> None:
    holder = PayeeHolder(kind="person", holder_id="holder-1", name="样本工程师")
    payment = received_disbursement(part=2, parts=3, payee_holder=holder)
    assert not CurrentAccount("enterprise-1", payee(9)).replaces(payment.payee, payment.payee_of)
    later = payment.next_attempt(CurrentAccount("holder-1", payee(2)), at=NOON, year=2026, payout_days=1)
    assert (later.part, later.holder_id, later.payee_of, later.place) == (2, "holder-1", "holder-1", payment.place)


def test_a_tax_leaves_something_to_pay_and_is_entered_before_money_is_reserved() -> None:
    payment = received_disbursement(income_tax="withheld")
    payment.hold("待登记代扣税额", "payment_maker")
    with pytest.raises(TaxTooHigh):
        payment.withhold(LAKH, by="payer-1")
    payment.withhold(100, by="payer-1")
    payment.withhold(300, by="payer-1")
    assert (payment.amount_fen, payment.withheld_fen, payment.gross_fen) == (LAKH - 300, 300, LAKH)
    with pytest.raises(TaxNotAwaited):
        ready(income_tax="withheld").withhold(1, by="payer-1")


def test_of_another_amount_the_tax_is_another() -> None:
    payment = received_disbursement(income_tax="withheld")
    payment.hold("待登记代扣税额")
    payment.withhold(300, by="payer-1")
    payment.pay_only(LAKH)
    assert payment.withheld_fen == 300
    payment.pay_only(LAKH // 2)
    assert (payment.amount_fen, payment.withheld_fen, payment.awaits_tax) == (LAKH // 2, None, True)


class Line(NamedTuple):
    year: int = 2026
    department: str = DEPARTMENT
    department_id: str | None = None
    item_id: str | None = None
    code: str | None = None


@pytest.mark.parametrize(
    ("line", "may"),
    [
        (Line(), True),
        (Line(code="A-1"), True),
        (Line(code="B-2"), False),
        (Line(item_id="another"), False),
        (Line(year=2027), False),
        (Line(department="别的局"), False),
        (Line(department="别的局", department_id="industry"), True),
    ],
)
def test_a_line_pays_for_its_department_item_year_and_code(line: Line, may: bool) -> None:
    payment = received_disbursement(about=claim(department_id="industry"), budget_line="A-1")
    assert may_pay(line, payment) is may


@pytest.mark.parametrize(
    ("line", "may"),
    [
        (Line(department_id="industry"), False),
        (Line(), False),
        (Line(department="科技局", department_id="science"), True),
    ],
)
def test_where_another_department_pays_only_its_own_line_does(line: Line, may: bool) -> None:
    payment = received_disbursement(about=claim(department_id="industry"), paying_department_id="science")
    assert may_pay(line, payment) is may


def test_the_items_line_is_drawn_on_first_and_the_plans_code_before_none() -> None:
    payment = received_disbursement(budget_line="A-1")
    lines = [Line(), Line(code="A-1"), Line(item_id=ITEM), Line(item_id=ITEM, code="A-1")]
    assert sorted(lines, key=lambda line: in_order(line, payment)) == list(reversed(lines))
    old = received_disbursement()
    assert sorted(lines[:2], key=lambda line: in_order(line, old)) == lines[:2]
