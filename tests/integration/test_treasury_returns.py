"""退汇 and corrected accounts, on a real database: money that comes back, and the attempt that follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.treasury import DisbursementView, GetLedgerTotals
from services.treasury.rails.reasons import for_staff
from tests.unit.treasury.treasury_kit import LAKH, account_changed, approved, claim


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def paid(treasury: Treasury, *, tenant: str = "zhanggong", filed_in: str = "zhanggong") -> DisbursementView:
    treasury.appropriates(LAKH, tenant=tenant)
    treasury.hears(approved(payer=tenant, about=claim(filed_in=filed_in, tenant=tenant)), tenant=tenant)
    treasury.authorises(treasury.only(tenant=tenant), tenant=tenant)
    treasury.does("send_disbursement")
    return treasury.only(tenant=tenant, state="settled")


def send_back(treasury: Treasury, disbursement: DisbursementView, reason: str = "账号与户名不符") -> None:
    treasury.bank.comes_to(str(disbursement.instruction_id), "returned", reason)
    treasury.passes(minutes=1)
    treasury.does("fetch_returns")


def test_money_that_comes_back_is_reversed_and_may_be_promised_again(treasury: Treasury) -> None:
    send_back(treasury, paid(treasury))
    back = treasury.only()
    assert (back.state, back.reason) == ("returned", for_staff(None, "账号与户名不符"))
    line = treasury.line()
    assert (line.settled_fen, line.returned_fen, line.swept_fen, line.available_fen) == (LAKH, LAKH, 0, LAKH)
    assert treasury.told()[-1] == "DisbursementReturned"
    totals = treasury.asked(GetLedgerTotals())["ok"]
    assert totals["accounts"] == {"appropriation": -LAKH, "available": LAKH, "reserved": 0, "paid": 0}
    assert (totals["settled_count"], totals["returned_count"], totals["returned_fen"]) == (0, 1, LAKH)
    assert treasury.rows("SELECT kind FROM ledger_entry WHERE reverses IS NOT NULL") == [("return",)]
    assert treasury.faults_in_the_books() == []


def test_a_return_is_applied_once_however_often_the_list_is_read(treasury: Treasury) -> None:
    send_back(treasury, paid(treasury))
    for _ in range(3):
        treasury.passes(minutes=1)
        assert treasury.does("fetch_returns") == 1
    assert treasury.told().count("DisbursementReturned") == 1
    assert treasury.rows("SELECT after FROM return_cursor") == [(1,)]
    assert treasury.faults_in_the_books() == []


def test_a_corrected_account_gets_a_linked_attempt_that_needs_its_own_money_and_its_own_checker(
    treasury: Treasury,
) -> None:
    treasury.hears(account_changed(1))
    first = paid(treasury)
    send_back(treasury, first)
    assert treasury.does("renew_attempt") == 1
    assert len(treasury.disbursements()) == 1, "the account is still the old one"
    treasury.hears(account_changed(2))
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    second = treasury.only(state="ready")
    assert (second.attempt, second.previous_id, second.amount_fen) == (2, first.disbursement_id, LAKH)
    assert second.authorised_by is None
    assert treasury.line().reserved_fen == LAKH
    treasury.authorises(second)
    treasury.does("send_disbursement")
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62220002"]
    assert [each.state for each in sorted(treasury.disbursements(), key=lambda one: one.attempt)] == [
        "returned",
        "settled",
    ]
    assert treasury.jobs("renew_attempt") == []
    assert treasury.faults_in_the_books() == []


def test_an_account_that_was_corrected_before_the_money_came_back_is_used_at_once(treasury: Treasury) -> None:
    first = paid(treasury)
    treasury.hears(account_changed(2))
    send_back(treasury, first)
    treasury.does("renew_attempt")
    assert treasury.only(state="ready").attempt == 2


def test_what_the_bank_refused_is_followed_by_an_attempt_to_the_corrected_account_as_well(
    treasury: Treasury,
) -> None:
    treasury.bank.answers_with = "failed"
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    assert treasury.only().state == "failed"
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    assert treasury.only(state="ready").attempt == 2


def test_an_older_account_never_replaces_a_newer_one(treasury: Treasury) -> None:
    treasury.hears(account_changed(3), account_changed(2))
    treasury.hears(account_changed(1))
    assert treasury.rows("SELECT account_version FROM payee_account") == [(3,)]


def test_a_city_that_paid_finds_the_account_that_its_countys_enterprise_corrected(treasury: Treasury) -> None:
    first = paid(treasury, tenant="ganzhou", filed_in="xingguo")
    send_back(treasury, first)
    treasury.hears(account_changed(2), tenant="xingguo")
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    assert treasury.only(tenant="ganzhou", state="ready").attempt == 2
    assert treasury.disbursements(tenant="xingguo") == []


def test_the_new_attempt_waits_when_the_money_is_promised_to_another_meanwhile(treasury: Treasury) -> None:
    first = paid(treasury)
    treasury.hears(approved("case-2"))
    send_back(treasury, first)
    treasury.does("release_held")
    assert treasury.only(state="ready").case_id == "case-2"
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    assert treasury.only(state="held").attempt == 2
    assert treasury.faults_in_the_books() == []


def test_a_return_that_arrives_before_we_know_of_the_payment_settles_and_reverses_it(treasury: Treasury) -> None:
    paid(treasury)
    treasury.appropriates(LAKH)
    treasury.hears(approved("case-2"))
    treasury.authorises(treasury.only(state="ready"))
    treasury.bank.loses = frozenset({"answer"})
    treasury.does("send_disbursement")
    doubtful = treasury.only(state="unknown")
    send_back(treasury, doubtful)
    assert treasury.only(state="returned").disbursement_id == doubtful.disbursement_id
    assert treasury.told()[-2:] == ["DisbursementSettled", "DisbursementReturned"]
    treasury.does("ask_bank")
    assert treasury.faults_in_the_books() == []


def test_money_that_comes_back_in_a_later_year_waits_for_finance_instead_of_restoring_the_quota(
    treasury: Treasury,
) -> None:
    first = paid(treasury)
    treasury.clock.advance(datetime(2027, 1, 5, 4, tzinfo=UTC) - treasury.clock.now())
    send_back(treasury, first)
    line = treasury.line(year=2026)
    assert (line.returned_fen, line.swept_fen, line.available_fen) == (LAKH, LAKH, 0)
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    assert treasury.only(state="held").attempt == 2, "the new year has no money on this line yet"
    treasury.appropriates(LAKH, year=2027)
    treasury.does("release_held")
    assert treasury.only(state="ready").attempt == 2
    assert treasury.faults_in_the_books() == []


def test_a_later_approval_takes_the_place_of_a_returned_payment_and_ends_the_wait_for_an_account(
    treasury: Treasury,
) -> None:
    send_back(treasury, paid(treasury))
    treasury.hears(approved(revision=2, amount_fen=LAKH // 2))
    assert treasury.only(state="ready").amount_fen == LAKH // 2
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    assert sorted(each.state for each in treasury.disbursements()) == ["ready", "returned"]
    assert treasury.jobs("renew_attempt") == []


def test_every_tenant_reads_the_returns_for_itself(treasury: Treasury) -> None:
    zhanggong = paid(treasury)
    ganzhou = paid(treasury, tenant="ganzhou", filed_in="xingguo")
    treasury.bank.comes_to(str(zhanggong.instruction_id), "returned", "甲")
    treasury.bank.comes_to(str(ganzhou.instruction_id), "returned", "乙")
    treasury.passes(minutes=1)
    assert treasury.does("fetch_returns") == 2
    assert treasury.only().reason == for_staff(None, "甲")
    assert treasury.only(tenant="ganzhou").reason == for_staff(None, "乙")
    assert treasury.faults_in_the_books() == []
