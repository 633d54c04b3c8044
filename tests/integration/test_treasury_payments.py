"""From an order to pay to money in the account, on a real database: every way in which the bank can answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from treasury_database import LEASE_OVER, Killed, Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.message import Actor
from contracts.treasury import DisbursementView, GetLedgerTotals
from services.treasury.rails.bank import BankAnswer, BankUnreachable, Payment
from services.treasury.rails.reasons import for_staff
from tests.unit.treasury.treasury_kit import CHECKER, LAKH, MAKER, FakeBank, approved, payee


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def authorise_all(treasury: Treasury, *cases: str) -> None:
    """Orders to pay that have their money and their second person."""
    treasury.appropriates(LAKH * len(cases))
    treasury.hears(*(approved(case) for case in cases))
    for each in treasury.disbursements(state="ready"):
        assert "ok" in treasury.authorises(each)


def send(treasury: Treasury, *cases: str) -> None:
    authorise_all(treasury, *(cases or ("case-1",)))
    treasury.does("send_disbursement")


def test_an_approved_case_is_paid_once_a_second_person_has_released_it(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    waiting = treasury.only()
    assert waiting.state == "ready"
    assert treasury.line().reserved_fen == LAKH
    assert treasury.authorises(waiting)["ok"]["state"] == "authorised"
    treasury.does("send_disbursement")
    paid = treasury.only()
    assert (paid.state, paid.authorised_by, paid.settled_at) == ("settled", CHECKER.id, NOON)
    assert [payment.creditor_account for payment in treasury.bank.credits()] == ["62220001"]
    assert treasury.told() == [
        "DisbursementReady",
        "DisbursementAuthorised",
        "DisbursementSent",
        "DisbursementSettled",
    ]
    totals = treasury.asked(GetLedgerTotals())["ok"]
    assert totals["accounts"] == {"appropriation": -LAKH, "available": 0, "reserved": 0, "paid": LAKH}
    assert (totals["settled_count"], totals["settled_fen"]) == (1, LAKH)
    assert treasury.faults_in_the_books() == []
    assert treasury.jobs("payout_alarm") == []


def test_the_maker_is_never_the_checker(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    answer = treasury.authorises(treasury.only(), actor=Actor(id=MAKER, roles=frozenset({"bureau"})))
    assert (answer["refused"]["kind"], answer["refused"]["code"]) == ("forbidden", "maker_is_checker")
    assert treasury.only().state == "ready"


def test_only_the_bureau_releases_payments(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    for role in ("department", "finance", "enterprise", "supervisor"):
        answer = treasury.authorises(treasury.only(), actor=Actor(id="somebody", roles=frozenset({role})))
        assert answer["refused"]["code"] == "role_required"


def test_a_stale_view_releases_nothing(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    seen = treasury.only()
    assert "ok" in treasury.authorises(seen)
    assert treasury.authorises(seen)["refused"]["code"] == "stale_version"
    assert treasury.authorises(treasury.only())["refused"]["code"] == "disbursement_not_ready"


def test_a_sent_disbursement_is_never_sent_again_when_the_bank_times_out(treasury: Treasury) -> None:
    treasury.bank.loses = frozenset({"answer"})
    send(treasury)
    doubtful = treasury.only()
    assert (doubtful.state, doubtful.reason) == ("unknown", "银行未在时限内答复，正在查询")
    assert treasury.line().reserved_fen == LAKH
    treasury.passes(seconds=31)
    assert treasury.does("send_disbursement") == 0
    treasury.does("ask_bank")
    assert treasury.only().state == "settled"
    assert treasury.bank.presented == {doubtful.instruction_id: 1}
    assert treasury.told()[-2:] == ["DisbursementUnknown", "DisbursementSettled"]
    assert treasury.faults_in_the_books() == []


def test_an_instruction_that_the_bank_never_heard_of_is_asked_about_again_and_again_and_then_fails(
    treasury: Treasury,
) -> None:
    treasury.bank.loses = frozenset({"order"})
    send(treasury)
    for definite_noes in (1, 2):
        treasury.passes(minutes=10)
        assert treasury.does("ask_bank") == 1
        assert treasury.only().state == "unknown", f"after {definite_noes} definite noes of three"
        assert treasury.line().reserved_fen == LAKH
    treasury.passes(minutes=10)
    treasury.does("ask_bank")
    assert (treasury.only().state, treasury.line().reserved_fen) == ("unknown", LAKH), "it may still be executed"
    treasury.passes(hours=1, minutes=59)
    treasury.does("ask_bank")
    assert treasury.only().state == "unknown"
    treasury.passes(minutes=1)
    treasury.does("ask_bank")
    failed = treasury.only()
    assert failed.state == "failed"
    assert "须人工与银行核实" in (failed.reason or "")
    assert (treasury.line().reserved_fen, treasury.line().available_fen) == (0, LAKH)
    assert treasury.bank.calls == ["pay", "ask", "ask", "pay", "ask", "ask", "ask"], (
        "presented again once, asked about after"
    )
    assert treasury.jobs("ask_bank") == [failed.disbursement_id], "as long again it is asked about"
    for _ in range(3):
        treasury.passes(hours=1)
        treasury.does("ask_bank")
    assert treasury.jobs("ask_bank") == []
    assert treasury.faults_in_the_books() == []


def test_the_bank_is_asked_less_and_less_often(treasury: Treasury) -> None:
    treasury.patience = type(treasury.patience)(definite_noes=12)
    treasury.bank.loses = frozenset({"order"})
    send(treasury)
    waits = []
    for _ in range(14):
        ((due,),) = treasury.rows("SELECT due_at FROM job WHERE kind = 'ask_bank'")
        waits.append((due - treasury.clock.now()).total_seconds())
        treasury.clock.advance(due - treasury.clock.now())
        treasury.does("ask_bank")
    assert waits == [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 3600, 3600]


def kill_around(bank: FakeBank, *, executed: bool) -> None:
    """The next call to pay kills us, before or after the bank has executed it."""
    pay = bank.pay

    def dying(payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        bank.pay = pay  # type: ignore[method-assign]
        if executed:
            pay(payments)
        raise Killed()

    bank.pay = dying  # type: ignore[method-assign]


def test_killed_between_the_banks_yes_and_our_commit_the_bank_is_asked_first_and_has_one_instruction(
    treasury: Treasury,
) -> None:
    authorise_all(treasury, "case-1")
    kill_around(treasury.bank, executed=True)
    treasury.dies_in("send_disbursement")
    interrupted = treasury.only()
    assert interrupted.state == "sent"
    treasury.does("send_disbursement")
    assert treasury.only().state == "settled"
    assert treasury.bank.calls == ["pay", "ask"]
    assert treasury.bank.presented == {interrupted.instruction_id: 1}
    assert treasury.faults_in_the_books() == []


def test_killed_before_the_bank_was_called_the_same_instruction_is_presented_after_asking(
    treasury: Treasury,
) -> None:
    authorise_all(treasury, "case-1")
    kill_around(treasury.bank, executed=False)
    treasury.dies_in("send_disbursement")
    interrupted = treasury.only()
    treasury.does("send_disbursement")
    assert treasury.bank.calls == ["ask", "pay"]
    assert treasury.only().state == "settled"
    assert treasury.bank.presented == {interrupted.instruction_id: 1}


def test_a_worker_that_is_overtaken_changes_nothing_that_the_other_has_settled(treasury: Treasury) -> None:
    authorise_all(treasury, "case-1")
    pay = treasury.bank.pay

    def slowly(payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        treasury.bank.pay = pay  # type: ignore[method-assign]
        answer = pay(payments)
        treasury.clock.advance(LEASE_OVER)
        assert treasury.does("send_disbursement") == 1, "the lease is over: another worker takes the job"
        assert treasury.only().state == "settled"
        return answer

    treasury.bank.pay = slowly  # type: ignore[method-assign]
    treasury.does("send_disbursement")
    assert treasury.only().state == "settled"
    assert list(treasury.bank.presented.values()) == [1]
    assert treasury.told().count("DisbursementSettled") == 1
    assert treasury.faults_in_the_books() == []


def test_a_bank_that_is_away_leaves_the_instruction_waiting_and_is_asked_first_when_it_is_back(
    treasury: Treasury,
) -> None:
    authorise_all(treasury, "case-1")
    treasury.bank.is_away = True
    with pytest.raises(BankUnreachable):
        treasury.does("send_disbursement")
    assert treasury.only().state == "sent"
    assert treasury.line().reserved_fen == LAKH
    treasury.bank.is_away = False
    treasury.clock.advance(LEASE_OVER)
    treasury.does("send_disbursement")
    assert treasury.only().state == "settled"
    assert treasury.bank.calls == ["pay", "ask", "pay"]
    assert list(treasury.bank.presented.values()) == [1]


def test_a_pending_payment_stays_sent_and_is_asked_about_until_it_ends(treasury: Treasury) -> None:
    treasury.bank.answers_with = "pending"
    send(treasury)
    pending = treasury.only()
    assert pending.state == "sent"
    treasury.passes(seconds=2)
    treasury.does("ask_bank")
    assert treasury.only().state == "sent"
    treasury.bank.comes_to(str(pending.instruction_id), "settled")
    treasury.passes(seconds=10)
    treasury.does("ask_bank")
    assert treasury.only().state == "settled"
    assert treasury.jobs("ask_bank") == []
    assert list(treasury.bank.presented.values()) == [1]


def test_what_the_bank_refuses_fails_with_its_reason_and_frees_the_money_for_the_next_in_line(
    treasury: Treasury,
) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved("case-1"))
    treasury.hears(approved("case-2"))
    (first,) = treasury.disbursements(state="ready")
    treasury.bank.answers_with, treasury.bank.reason = "failed", "收款账户已销户"
    treasury.authorises(first)
    treasury.does("send_disbursement")
    failed = treasury.only(state="failed")
    assert (failed.case_id, failed.reason) == ("case-1", for_staff(None, "收款账户已销户"))
    assert treasury.only(state="held").case_id == "case-2"
    treasury.does("release_held")
    assert treasury.only(state="ready").case_id == "case-2"
    assert treasury.faults_in_the_books() == []


def test_a_conflict_at_the_bank_is_a_matter_for_a_person_and_is_not_resolved_by_asking(treasury: Treasury) -> None:
    authorise_all(treasury, "case-1")
    treasury.bank.pay = lambda payments: {  # type: ignore[method-assign]
        each.instruction_id: BankAnswer(instruction_id=each.instruction_id, status="conflict") for each in payments
    }
    treasury.does("send_disbursement")
    doubtful = treasury.only()
    assert doubtful.state == "unknown"
    assert "人工" in (doubtful.reason or "")
    assert treasury.jobs("ask_bank") == []
    assert treasury.line().reserved_fen == LAKH


def test_each_line_of_a_batch_ends_as_the_bank_says(treasury: Treasury) -> None:
    authorise_all(treasury, "case-1", "case-2", "case-3", "case-4")
    ends: dict[str, DisbursementView] = {each.case_id: each for each in treasury.disbursements()}
    pay = treasury.bank.pay
    said = {"case-1": "settled", "case-2": "failed", "case-3": "pending", "case-4": "silent"}

    def mixed(payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        words = pay(payments)
        for case, status in said.items():
            instruction = f"{ends[case].disbursement_id}-1"
            if status == "silent":
                words[instruction] = BankAnswer(instruction_id=instruction, status="silent")
            else:
                treasury.bank.comes_to(instruction, status)  # type: ignore[arg-type]
                words[instruction] = treasury.bank.book[instruction][1]
        return words

    treasury.bank.pay = mixed  # type: ignore[method-assign]
    treasury.does("send_disbursement")
    states = {each.case_id: each.state for each in treasury.disbursements()}
    assert states == {"case-1": "settled", "case-2": "failed", "case-3": "sent", "case-4": "unknown"}
    assert (treasury.line().settled_fen, treasury.line().reserved_fen) == (LAKH, 2 * LAKH)
    assert treasury.bank.calls == ["pay"]
    assert treasury.faults_in_the_books() == []


def test_an_account_that_cannot_be_opened_stops_its_own_payment_before_anything_is_sent(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved(payee=payee(sealed="unreadable")))
    treasury.authorises(treasury.only())

    class Refusing:
        def open(self, sealed: str, *, purpose: str, tenant: str) -> str:
            raise ValueError(sealed)

    treasury.cipher = Refusing()  # type: ignore[assignment]
    with pytest.raises(ValueError, match="unreadable"):
        treasury.does("send_disbursement")
    assert treasury.only().state == "authorised"
    assert treasury.bank.calls == []
