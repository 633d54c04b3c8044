"""退汇 and corrected accounts, on a real database: money that comes back, and the attempt that follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.merges import EnterpriseMerged
from contracts.treasury import DisbursementView, GetLedgerTotals
from services.treasury.rails.reasons import for_staff
from tests.unit.treasury.treasury_kit import LAKH, account_changed, approved, claim, payee


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
    treasury.does("confirm_return")


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
        treasury.does("confirm_return")
    assert treasury.told().count("DisbursementReturned") == 1
    assert treasury.rows("SELECT after FROM bank_cursor") == [(1,)]
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


def test_one_reading_of_the_banks_list_serves_every_tenant(treasury: Treasury) -> None:
    zhanggong = paid(treasury)
    ganzhou = paid(treasury, tenant="ganzhou", filed_in="xingguo")
    treasury.bank.comes_to(str(zhanggong.instruction_id), "returned", "甲")
    treasury.bank.comes_to(str(ganzhou.instruction_id), "returned", "乙")
    treasury.passes(minutes=1)
    assert (treasury.does("fetch_returns"), treasury.does("confirm_return")) == (1, 2)
    assert treasury.only().reason == for_staff(None, "甲")
    assert treasury.only(tenant="ganzhou").reason == for_staff(None, "乙")
    assert treasury.jobs("confirm_return") == []
    assert treasury.faults_in_the_books() == []


def test_what_the_former_version_left_of_reading_for_each_tenant_ends_without_asking_the_bank(
    treasury: Treasury,
) -> None:
    paid(treasury)
    treasury.changes(
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('xingguo', 'fetch_returns', 'xingguo', now() - interval '9 years')"
    )
    treasury.does("fetch_returns")
    assert treasury.jobs("fetch_returns") == ["bank"]


def test_a_return_that_the_bank_lists_before_it_says_so_of_the_payment_is_asked_about_until_it_does(
    treasury: Treasury,
) -> None:
    payment = paid(treasury)
    other = paid(treasury, tenant="ganzhou", filed_in="xingguo")
    treasury.bank.sent_back += [str(payment.instruction_id), str(other.instruction_id)]
    treasury.bank.comes_to(str(other.instruction_id), "returned", "乙")
    treasury.bank.sent_back.pop()
    treasury.passes(minutes=1)
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    assert treasury.only(tenant="ganzhou").state == "returned", "nobody waits for another's return"
    listed = treasury.only()
    assert (listed.state, listed.return_listed_at) == ("settled", treasury.clock.now())
    for _ in range(5):
        treasury.passes(minutes=5)
        assert treasury.does("confirm_return") == 1
    treasury.bank.comes_to(str(payment.instruction_id), "returned", "甲")
    treasury.passes(minutes=5)
    treasury.does("confirm_return")
    back = treasury.only()
    assert (back.state, back.reason, back.return_listed_at) == ("returned", for_staff(None, "甲"), None)
    assert treasury.jobs("confirm_return") == []
    assert treasury.faults_in_the_books() == []


def test_a_return_that_stays_unconfirmed_for_a_day_calls_a_person_once_and_is_asked_about_on(
    treasury: Treasury,
) -> None:
    payment = paid(treasury)
    treasury.bank.sent_back.append(str(payment.instruction_id))
    treasury.passes(minutes=1)
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    treasury.passes(hours=23, minutes=59)
    treasury.does("confirm_return")
    assert treasury.only().contradiction is None
    for _ in range(2):
        treasury.passes(minutes=5)
        treasury.does("confirm_return")
    assert "退汇清单" in str(treasury.only().contradiction)
    assert treasury.told().count("DisbursementContradicted") == 1
    assert treasury.rows("SELECT clock, level FROM alarm WHERE clock = 'contradiction'") == [("contradiction", 100)]
    treasury.bank.comes_to(str(payment.instruction_id), "returned", "甲")
    treasury.passes(minutes=5)
    treasury.does("confirm_return")
    back = treasury.only()
    assert (back.state, back.contradiction) == ("returned", None)


# -- whose account it is paid to ---------------------------------------------------------------------------


def merged(absorbed: str, surviving: str) -> EnterpriseMerged:
    return EnterpriseMerged(
        absorbed_id=absorbed,
        absorbed_uscc=f"code-{absorbed}",
        surviving_id=surviving,
        surviving_uscc=f"code-{surviving}",
    )


def test_a_returned_payment_of_a_merged_enterprise_is_paid_to_the_survivor(treasury: Treasury) -> None:
    treasury.hears(account_changed(3))
    send_back(treasury, paid(treasury))
    treasury.hears(account_changed(1, sealed="sealed:62229999", enterprise="survivor"))
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    assert treasury.only().state == "returned", "nobody has said that they are one enterprise"
    treasury.hears(merged("enterprise-1", "survivor"))
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    second = treasury.only(state="ready")
    assert (second.attempt, second.account_version, second.payee_of) == (2, 1, "survivor")
    treasury.authorises(second)
    treasury.does("send_disbursement")
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62229999"]
    assert treasury.faults_in_the_books() == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_chain_of_merges_leads_to_the_last_account_whatever_is_heard_first(
    treasury: Treasury, order: tuple[int, int]
) -> None:
    merges = [merged("enterprise-1", "middle"), merged("middle", "survivor")]
    send_back(treasury, paid(treasury))
    treasury.hears(account_changed(9, sealed="sealed:62220009", enterprise="middle"))
    treasury.hears(account_changed(1, sealed="sealed:62229999", enterprise="survivor"))
    for place in order:
        treasury.hears(merges[place])
    treasury.does("renew_attempt")
    assert treasury.only(state="ready").payee_of == "survivor"


def test_a_survivor_without_an_account_is_waited_for_and_no_account_of_another_place_serves(treasury: Treasury) -> None:
    send_back(treasury, paid(treasury))
    treasury.hears(merged("enterprise-1", "survivor"))
    treasury.hears(account_changed(4, enterprise="survivor"), tenant="xingguo")
    treasury.does("renew_attempt")
    assert [each.state for each in treasury.disbursements()] == ["returned"]
    assert len(treasury.jobs("renew_attempt")) == 1
    treasury.hears(account_changed(1, enterprise="survivor"))
    treasury.passes(minutes=1)
    treasury.does("renew_attempt")
    assert treasury.only(state="ready").payee_of == "survivor"


def test_what_waits_for_money_or_for_its_release_follows_the_account_wherever_it_is_paid_from(
    treasury: Treasury,
) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved("ready"), approved("held", at=NOON + timedelta(minutes=1)))
    treasury.hears(approved(payer="ganzhou", about=claim(tenant="ganzhou")), tenant="ganzhou")
    treasury.hears(account_changed(2))
    treasury.does("follow_account")
    followed = [*treasury.disbursements(), treasury.only(tenant="ganzhou")]
    assert {(each.state, each.account_version) for each in followed} == {("ready", 2), ("held", 2)}
    treasury.hears(account_changed(1, enterprise="survivor"), merged("enterprise-1", "survivor"))
    treasury.does("follow_account")
    assert {each.payee_of for each in [*treasury.disbursements(), treasury.only(tenant="ganzhou")]} == {"survivor"}
    assert treasury.told().count("DisbursementRecalled") == 0


def test_who_read_the_former_account_does_not_release_the_payment_to_the_new_one(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    read = treasury.only()
    treasury.hears(account_changed(2))
    treasury.does("follow_account")
    assert treasury.authorises(read)["refused"]["code"] == "stale_version"


def test_an_approval_that_names_a_superseded_account_is_paid_to_the_newest(treasury: Treasury) -> None:
    treasury.hears(account_changed(2), tenant="xingguo")
    treasury.hears(account_changed(2))
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    assert treasury.only().account_version == 2
    treasury.hears(approved(payer="ganzhou", about=claim(filed_in="xingguo", tenant="ganzhou")), tenant="ganzhou")
    assert treasury.only(tenant="ganzhou").account_version == 2


def test_an_approval_with_a_newer_account_than_has_been_heard_of_keeps_it(treasury: Treasury) -> None:
    treasury.hears(account_changed(2))
    treasury.appropriates(LAKH)
    treasury.hears(approved(payee=payee(3)))
    treasury.does("follow_account")
    assert treasury.only().account_version == 3


@pytest.mark.parametrize("heard", ["before_the_timers", "after_the_timers"])
def test_an_account_that_changes_between_release_and_sending_needs_a_new_release(
    treasury: Treasury, heard: str
) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    first = treasury.only()
    treasury.authorises(first)
    treasury.hears(account_changed(2))
    if heard == "before_the_timers":
        treasury.does("follow_account")
    treasury.does("send_disbursement")
    assert treasury.bank.calls == []
    recalled = treasury.only()
    assert (recalled.state, recalled.account_version, recalled.authorised_by) == ("ready", 2, None)
    assert "请重新复核" in str(recalled.reason)
    assert recalled.due_at == first.due_at, "the clock runs on"
    assert treasury.told()[-1] == "DisbursementRecalled"
    assert treasury.line().reserved_fen == LAKH
    treasury.authorises(recalled)
    treasury.does("send_disbursement")
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62220002"]
    said = treasury.rows("SELECT body::json #>> '{data,account_version}' FROM outbox WHERE type LIKE 'DisbursementSe%'")
    assert said == [("2",), ("2",)]
    assert treasury.faults_in_the_books() == []


def test_an_account_that_changes_while_the_instruction_is_at_the_bank_changes_nothing_about_it(
    treasury: Treasury,
) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.bank.loses = frozenset({"answer"})
    treasury.does("send_disbursement")
    treasury.hears(account_changed(2))
    treasury.does("follow_account")
    treasury.passes(minutes=1)
    treasury.does("ask_bank")
    assert (treasury.only().state, treasury.only().account_version) == ("settled", 1)
