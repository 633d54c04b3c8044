"""What the bank never heard of, and executes after all: nothing is paid twice, and a person is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.operating.checks.successors import unfollowed
from console.servers.provision import Dsns
from contracts.message import Actor
from contracts.treasury import ClearContradiction, DisbursementView
from sandbox.testing import RunningProgram, eventually
from services.treasury.rails.bank_client import BankClient
from services.treasury.rails.reasons import for_staff
from tests.unit.treasury.treasury_kit import CHECKER, FINANCE, LAKH, account_changed, approved


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def never_heard(treasury: Treasury) -> DisbursementView:
    """An instruction that the bank has denied so often that it is presented no more."""
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.bank.loses = frozenset({"order"})
    treasury.does("send_disbursement")
    for _ in range(3):
        treasury.passes(minutes=10)
        treasury.does("ask_bank")
    treasury.bank.loses = frozenset()
    return treasury.only()


def given_up(treasury: Treasury) -> DisbursementView:
    never_heard(treasury)
    for _ in range(2):
        treasury.passes(hours=1)
        treasury.does("ask_bank")
    return treasury.only(state="failed")


def renewed(treasury: Treasury) -> DisbursementView:
    """The attempt to the newer account that follows it."""
    given_up(treasury)
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    return treasury.only(state="ready")


def executed_after_all(treasury: Treasury, instruction_id: str | None) -> None:
    """The bank finds the old order in a queue of its own."""
    payment = treasury.bank.lost[str(instruction_id)]
    treasury.bank.pay([payment])


def unfollowed_of(treasury: Treasury) -> list[str]:
    with treasury.frame.unit(["zhanggong"], action="test") as uow:
        return [each.text for each in unfollowed(uow.connection)]


def test_nothing_follows_an_instruction_while_the_bank_may_still_execute_it(treasury: Treasury) -> None:
    never_heard(treasury)
    treasury.hears(account_changed(2))
    for _ in range(3):
        treasury.passes(minutes=30)
        treasury.does("ask_bank")
        treasury.does("renew_attempt")
    assert [each.state for each in treasury.disbursements()] == ["unknown"]
    assert treasury.line().reserved_fen == LAKH


def test_an_instruction_that_is_executed_late_settles_and_nothing_else_is_paid(treasury: Treasury) -> None:
    waiting = never_heard(treasury)
    treasury.hears(account_changed(2))
    executed_after_all(treasury, waiting.instruction_id)
    treasury.passes(hours=1)
    treasury.does("ask_bank")
    treasury.does("renew_attempt")
    assert treasury.only().state == "settled"
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62220001"]
    assert treasury.faults_in_the_books() == []


def test_a_renewed_payment_says_of_which_instruction_the_bank_never_heard_and_when_it_was_last_asked(
    treasury: Treasury,
) -> None:
    second = renewed(treasury)
    first = treasury.only(state="failed")
    assert (second.unheard_instruction_id, second.unheard_asked_at) == (first.instruction_id, treasury.clock.now())
    treasury.passes(hours=1)
    treasury.does("ask_bank")
    assert treasury.only(state="ready").unheard_asked_at == treasury.clock.now()
    assert unfollowed_of(treasury) == []


def test_what_the_former_version_gave_up_too_early_is_not_followed_before_the_time_is_over(treasury: Treasury) -> None:
    given_up(treasury)
    treasury.changes("UPDATE disbursement SET quiet_since = quiet_since + interval '90 minutes'")
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    assert treasury.only().state == "failed"
    treasury.passes(minutes=90)
    treasury.does("renew_attempt")
    assert treasury.only(state="ready").attempt == 2


def test_the_bank_is_asked_about_the_former_instruction_right_before_the_next_one_is_sent(treasury: Treasury) -> None:
    second = renewed(treasury)
    treasury.authorises(second)
    executed_after_all(treasury, second.unheard_instruction_id)
    treasury.does("send_disbursement")
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62220001"], "paid once, and no more"
    stopped = treasury.only(state="ready")
    assert "账面为“支付失败”，银行答复“已支付”" in str(stopped.contradiction)
    assert stopped.authorised_by is None
    assert treasury.authorises(stopped)["refused"]["code"] == "bank_contradicts"
    assert treasury.told().count("DisbursementContradicted") == 2
    alarms = "SELECT count(*) FROM alarm WHERE clock = 'contradiction' AND level = 100"
    assert treasury.rows(alarms) == [(2,)]
    assert treasury.faults_in_the_books() == []


def test_a_contradiction_that_is_found_before_anything_follows_lets_nothing_follow(treasury: Treasury) -> None:
    first = given_up(treasury)
    executed_after_all(treasury, first.instruction_id)
    treasury.passes(hours=1)
    treasury.does("ask_bank")
    treasury.hears(account_changed(2))
    treasury.does("renew_attempt")
    (event,) = treasury.hears(approved(revision=2, amount_fen=LAKH // 2))
    assert (event.cause, "bank_contradicts" in str(event.reason)) == ("refused", True)
    assert [each.state for each in treasury.disbursements()] == ["failed"]
    assert unfollowed_of(treasury) == [], "somebody has been called"
    assert treasury.jobs("ask_bank") == []


def test_both_executed_stops_both_and_pays_no_more(treasury: Treasury) -> None:
    second = renewed(treasury)
    treasury.authorises(second)
    treasury.does("send_disbursement")
    assert treasury.only(state="settled").attempt == 2
    executed_after_all(treasury, second.unheard_instruction_id)
    treasury.passes(hours=1)
    treasury.does("ask_bank")
    assert all(each.contradiction for each in treasury.disbursements())


def test_a_return_of_what_was_given_up_says_that_it_was_executed(treasury: Treasury) -> None:
    first = given_up(treasury)
    executed_after_all(treasury, first.instruction_id)
    treasury.bank.comes_to(str(first.instruction_id), "returned")
    treasury.changes("INSERT INTO bank_cursor (bank, after) VALUES ('bank', 0)")
    treasury.changes(
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('ganzhou', 'fetch_returns', 'bank', '2026-01-01Z')"
    )
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    assert "已支付后退回" in str(treasury.only().contradiction)
    assert treasury.jobs("confirm_return") == []


def test_another_payment_under_our_instruction_calls_a_person(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.bank.answers_with = "conflict"
    treasury.does("send_disbursement")
    assert "内容不同" in str(treasury.only(state="unknown").contradiction)
    assert treasury.told()[-1] == "DisbursementContradicted"


def cleared(treasury: Treasury, payment: DisbursementView, actor: Actor = CHECKER) -> dict[str, Any]:
    order = ClearContradiction(
        disbursement_id=payment.disbursement_id, conclusion="银行书面更正：未支付", expected_version=payment.version
    )
    return treasury.ordered(order, actor=actor)


def test_once_a_person_has_cleared_it_up_the_instalment_goes_on_and_the_bank_is_asked_first(treasury: Treasury) -> None:
    second = renewed(treasury)
    treasury.authorises(second)
    executed_after_all(treasury, second.unheard_instruction_id)
    treasury.does("send_disbursement")
    stopped = treasury.only(state="ready")
    assert cleared(treasury, stopped, FINANCE)["refused"]["code"] == "role_required"
    assert cleared(treasury, second)["refused"]["code"] == "stale_version"
    del treasury.bank.book[str(second.unheard_instruction_id)]
    assert cleared(treasury, stopped)["ok"]["contradiction"] is None
    assert not any(each.contradiction for each in treasury.disbursements()), "every attempt of the instalment"
    treasury.does("ask_bank")
    treasury.does("renew_attempt")
    goes_on = treasury.only(state="ready")
    assert cleared(treasury, goes_on)["refused"]["code"] == "nothing_contradicts"
    treasury.authorises(goes_on)
    treasury.does("send_disbursement")
    assert treasury.only(state="settled").attempt == 2
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62220002"]
    assert treasury.told().count("ContradictionCleared") == 2
    assert treasury.faults_in_the_books() == []


def test_what_is_cleared_though_the_bank_still_says_it_stops_again(treasury: Treasury) -> None:
    first = given_up(treasury)
    executed_after_all(treasury, first.instruction_id)
    treasury.passes(hours=1)
    treasury.does("ask_bank")
    assert "ok" in cleared(treasury, treasury.only())
    treasury.hears(account_changed(2))
    treasury.does("ask_bank")
    treasury.does("renew_attempt")
    assert treasury.only().contradiction is not None
    assert treasury.told().count("DisbursementContradicted") == 2


def test_a_failed_attempt_without_successor_timer_or_alarm_is_found(treasury: Treasury) -> None:
    given_up(treasury)
    assert unfollowed_of(treasury) == []
    treasury.changes("DELETE FROM job WHERE kind = 'renew_attempt'")
    assert len(unfollowed_of(treasury)) == 1
    treasury.changes(
        "INSERT INTO alarm (tenant, subject_type, subject, clock, level, raised_at)"
        " SELECT tenant, 'disbursement', id, 'payout', 100, now() FROM disbursement"
    )
    assert len(unfollowed_of(treasury)) == 1, "that it is late says nothing of its being forgotten"


# -- the sandbox's bank, on the machine's time -----------------------------------------------------------------


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.bank", tmp_path / "bank.sqlite") as bank:
        yield bank


def test_a_bank_that_denies_and_executes_late_is_believed_when_it_has_executed(
    treasury: Treasury, bank: RunningProgram
) -> None:
    treasury.bank = BankClient(str(bank.client.base_url))  # type: ignore[assignment]
    rule = {"behaviour": "unheard_then_settle", "seconds": 1.0}
    bank.client.put("/control/behaviour", json=[rule]).raise_for_status()
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    assert treasury.only().state == "unknown"
    treasury.passes(minutes=10)
    treasury.does("ask_bank")
    assert "暂未查到" in str(treasury.only().reason) or treasury.only().state == "unknown"

    def settled() -> bool:
        treasury.passes(hours=1)
        treasury.does("ask_bank")
        return bool(bank.client.get("/totals").json()["settled_count"]) and treasury.only().state == "settled"

    treasury.patience = type(treasury.patience)(may_execute_within=timedelta(days=900))
    eventually(settled)
    assert len(bank.client.get("/credits").json()["credits"]) == 1
    assert treasury.faults_in_the_books() == []


def test_a_bank_whose_payments_lag_behind_its_list_of_returns_loses_no_return(
    treasury: Treasury, bank: RunningProgram
) -> None:
    treasury.bank = BankClient(str(bank.client.base_url))  # type: ignore[assignment]
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.does("send_disbursement")
    instruction = treasury.only(state="settled").instruction_id
    lagging = {"reason_code": "closed", "reason": "账户已销户", "lags_seconds": 1.0}
    bank.client.post(f"/control/return/{instruction}", json=lagging).raise_for_status()
    treasury.passes(minutes=1)
    treasury.does("fetch_returns")
    treasury.does("confirm_return")
    assert (treasury.only().state, treasury.only().return_listed_at is not None) == ("settled", True)

    def came_back() -> bool:
        treasury.passes(minutes=5)
        treasury.does("confirm_return")
        return treasury.only().state == "returned"

    eventually(came_back)
    assert treasury.only().reason == for_staff("closed", "账户已销户")
    assert treasury.faults_in_the_books() == []
