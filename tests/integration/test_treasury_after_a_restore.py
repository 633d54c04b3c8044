"""Treasury's books are of an earlier hour than the bank's: what was paid since is found, and nothing is paid twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.backups.sorting_out import HOLD_PAYMENTS
from console.operating.checks.restored import not_compared
from console.servers.provision import Dsns
from contracts.message import Actor
from contracts.treasury import ClearContradiction, DisbursementView
from services.treasury.disbursements.identity import disbursement_id
from services.treasury.rails.bank import BankUnreachable, Payment, Standing, pool_account
from tests.unit.treasury.treasury_kit import CHECKER, LAKH, MAKER, approved


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def paid_since(treasury: Treasury, case: str = "case-1", **changes: Any) -> str:
    """The bank has carried out the instruction of this case's share, and our books know nothing of it."""
    instruction = f"{disbursement_id(case, 'zhanggong', 1, 1)}-1"
    words = {
        "instruction_id": instruction,
        "debtor_account": pool_account("zhanggong"),
        "creditor_account": "62220001",
        "creditor_name": "章贡区样本电子有限公司",
        "amount_fen": LAKH,
        "purpose": f"惠企兑付 ZG{case} 首次入规奖励",
    }
    treasury.bank.pay([Payment(**words | changes)])
    return instruction


def restored(treasury: Treasury) -> None:
    """As `./zhida restore` leaves the database."""
    for statement in HOLD_PAYMENTS:
        treasury.changes(statement.replace("now()", f"'{treasury.clock.now().isoformat()}'"))


def compared(treasury: Treasury) -> None:
    while treasury.does("compare_with_bank"):
        pass
    assert treasury.rows("SELECT ended_at IS NOT NULL FROM bank_comparison") == [(True,)]


def goes_on(treasury: Treasury) -> None:
    """All that is due is done, as often as it may become due in a minute."""
    for _ in range(4):
        treasury.passes(seconds=15)
        for kind in ("take_up_credit", "send_disbursement", "ask_bank"):
            treasury.does(kind)


def released(treasury: Treasury) -> DisbursementView:
    waiting = treasury.only(state="ready")
    assert "ok" in treasury.authorises(waiting)
    return treasury.only(state="authorised")


def paid_by(
    treasury: Treasury, payment: DisbursementView, instruction: str | None, actor: Actor = CHECKER
) -> dict[str, Any]:
    order = ClearContradiction(
        disbursement_id=payment.disbursement_id,
        conclusion="与银行书面核对",
        paid_by=instruction,
        expected_version=payment.version,
    )
    return treasury.ordered(order, actor=actor)


def notices(treasury: Treasury) -> str:
    """What `verify` tells an operator of the comparison."""
    with treasury.frame.unit(["zhanggong"], action="test") as uow:
        return "".join(each.text for each in not_compared(uow.connection))


def times_paid(treasury: Treasury) -> int:
    return len(treasury.bank.credits())


def test_nothing_is_sent_before_the_banks_book_was_compared(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    released(treasury)
    restored(treasury)
    goes_on(treasury)
    assert treasury.only().state == "authorised"
    assert treasury.bank.calls == []
    compared(treasury)
    goes_on(treasury)
    assert treasury.only().state == "settled"
    assert times_paid(treasury) == 1
    assert notices(treasury) == ""


def test_a_bank_that_is_away_keeps_payments_waiting(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    released(treasury)
    restored(treasury)
    treasury.bank.is_away = True
    with pytest.raises(BankUnreachable):
        treasury.does("compare_with_bank")
    goes_on(treasury)
    assert treasury.only().state == "authorised"
    assert "核对完之前不付款" in notices(treasury)


@pytest.mark.parametrize("state", ["ready", "authorised"])
def test_what_was_paid_since_the_backup_is_settled_by_the_banks_word_and_not_paid_again(
    treasury: Treasury, state: str
) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    if state == "authorised":
        released(treasury)
    instruction = paid_since(treasury)
    restored(treasury)
    compared(treasury)
    goes_on(treasury)
    settled = treasury.only()
    assert (settled.state, settled.instruction_id) == ("settled", instruction)
    assert times_paid(treasury) == 1
    assert treasury.bank.presented[instruction] == 1, "only the time that it was paid"
    assert treasury.faults_in_the_books() == []


@pytest.mark.parametrize("status", ["pending", "failed", "returned"])
def test_what_the_bank_has_in_hand_or_has_refused_is_known_by_the_same_instruction(
    treasury: Treasury, status: Standing
) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    instruction = paid_since(treasury)
    treasury.bank.comes_to(instruction, status)
    restored(treasury)
    compared(treasury)
    if status != "pending":
        released(treasury)
    goes_on(treasury)
    assert treasury.only().state == {"pending": "unknown"}.get(status, status) or treasury.only().state == "sent"
    assert len(treasury.bank.book) == 1
    assert treasury.faults_in_the_books() == []


def test_an_instruction_that_was_on_its_way_when_the_backup_was_taken_is_only_asked_about(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    released(treasury)
    treasury.bank.loses = frozenset({"answer"})
    treasury.does("send_disbursement")
    assert treasury.only().state == "unknown"
    restored(treasury)
    goes_on(treasury)
    assert treasury.only().state == "settled", "asking changes nothing, and waits for nothing"
    compared(treasury)
    assert sum(treasury.bank.presented.values()) == 1
    assert treasury.rows("SELECT count(*) FROM found_credit") == [(0,)]


def test_an_instruction_that_the_bank_denies_is_not_presented_again_before_the_comparison(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    released(treasury)
    treasury.bank.loses = frozenset({"order"})
    treasury.does("send_disbursement")
    treasury.bank.loses = frozenset()
    restored(treasury)
    for _ in range(2):
        treasury.passes(minutes=10)
        treasury.does("ask_bank")
    assert times_paid(treasury) == 0


def test_an_approval_waits_for_the_comparison_and_is_then_settled_by_the_payment_that_was_made(
    treasury: Treasury,
) -> None:
    treasury.appropriates(LAKH)
    instruction = paid_since(treasury)
    restored(treasury)
    (event,) = treasury.hears(approved())
    assert (event.cause, "核对" in str(event.reason)) == ("not_yet", True)
    assert treasury.disbursements() == []
    compared(treasury)
    treasury.passes(minutes=10)
    treasury.sweeps()
    goes_on(treasury)
    assert (treasury.only().state, treasury.only().instruction_id) == ("settled", instruction)
    assert times_paid(treasury) == 1
    assert treasury.faults_in_the_books() == []


def test_what_was_paid_waits_for_its_money_where_the_appropriation_is_lost(treasury: Treasury) -> None:
    treasury.hears(approved())
    assert treasury.only().state == "held"
    paid_since(treasury)
    restored(treasury)
    compared(treasury)
    goes_on(treasury)
    assert treasury.only().state == "held"
    treasury.appropriates(LAKH)
    treasury.does("release_held")
    treasury.passes(minutes=1)
    goes_on(treasury)
    assert treasury.only().state == "settled"
    assert times_paid(treasury) == 1
    assert treasury.faults_in_the_books() == []


def test_a_later_approval_does_not_take_the_place_of_what_the_bank_has_paid(treasury: Treasury) -> None:
    treasury.hears(approved())
    paid_since(treasury)
    restored(treasury)
    compared(treasury)
    (event,) = treasury.hears(approved(revision=2, amount_fen=LAKH // 2))
    assert (event.cause, "paid_under_earlier_revision" in str(event.reason)) == ("refused", True)
    assert treasury.only().state == "held"


def test_a_payment_of_other_content_under_the_same_instruction_calls_a_person(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    paid_since(treasury, creditor_account="62229999")
    restored(treasury)
    compared(treasury)
    goes_on(treasury)
    stopped = treasury.only()
    assert (stopped.state, "按该笔的指令号付款" in str(stopped.contradiction)) == ("ready", True)
    assert treasury.authorises(stopped)["refused"]["code"] == "bank_contradicts"


def stopped_for(treasury: Treasury, **changes: Any) -> tuple[DisbursementView, str]:
    """A claim that was filed anew, since the backup knows nothing of the first one, which the bank has paid."""
    treasury.appropriates(LAKH * 2)
    instruction = paid_since(treasury, "lost-case", **changes)
    restored(treasury)
    compared(treasury)
    treasury.hears(approved("case-again"))
    released(treasury)
    goes_on(treasury)
    return treasury.only(), instruction


def test_a_claim_that_was_lost_and_is_filed_anew_is_not_paid_before_a_person_has_compared_it(
    treasury: Treasury,
) -> None:
    stopped, instruction = stopped_for(treasury)
    assert stopped.state == "ready"
    assert instruction in str(stopped.contradiction)
    assert "ZGlost-case" in str(stopped.contradiction), "the receipt that the bank's line names"
    assert times_paid(treasury) == 1
    assert treasury.rows("SELECT count(*) FROM alarm WHERE clock = 'contradiction'") == [(1,)]


def test_a_person_says_that_the_bank_has_paid_this_very_claim(treasury: Treasury) -> None:
    stopped, instruction = stopped_for(treasury)
    maker = Actor(id=MAKER, roles=frozenset({"bureau"}), name="审批人")
    assert paid_by(treasury, stopped, instruction, maker)["refused"]["code"] == "maker_is_checker"
    assert paid_by(treasury, stopped, "other-1")["refused"]["code"] == "credit_not_found"
    assert "ok" in paid_by(treasury, stopped, instruction)
    goes_on(treasury)
    settled = treasury.only()
    assert (settled.state, settled.instruction_id) == ("settled", instruction)
    assert times_paid(treasury) == 1
    assert treasury.faults_in_the_books() == []


def test_a_person_says_that_it_is_another_payment_and_is_not_asked_again(treasury: Treasury) -> None:
    stopped, instruction = stopped_for(treasury)
    assert "ok" in paid_by(treasury, stopped, None)
    released(treasury)
    goes_on(treasury)
    assert (treasury.only().state, treasury.only().instruction_id != instruction) == ("settled", True)
    assert times_paid(treasury) == 2
    treasury.hears(approved("case-third"))
    treasury.appropriates(LAKH)
    treasury.does("release_held")
    third = treasury.only(state="ready")
    assert "ok" in treasury.authorises(third)
    goes_on(treasury)
    assert treasury.only(state="ready").contradiction, "what is said of one payment is not said of the next"


def test_a_credit_of_another_amount_is_not_taken_for_this_payment(treasury: Treasury) -> None:
    stopped, instruction = stopped_for(treasury, amount_fen=LAKH // 2)
    assert paid_by(treasury, stopped, instruction)["refused"]["code"] == "credit_differs"


def test_an_account_under_the_same_name_is_asked_about_too(treasury: Treasury) -> None:
    stopped, _ = stopped_for(treasury, creditor_account="62228888")
    assert stopped.contradiction


def test_a_long_book_is_gone_through_page_by_page_and_other_peoples_payments_are_left_alone(
    treasury: Treasury,
) -> None:
    treasury.bank.page = 2
    for number in range(5):
        paid_since(treasury, f"case-{number}")
    paid_since(treasury, "foreign", debtor_account="SOMEBODY-ELSE")
    restored(treasury)
    compared(treasury)
    assert treasury.rows("SELECT count(*), count(DISTINCT tenant) FROM found_credit") == [(5, 1)]
    restored(treasury)
    compared(treasury)
    assert treasury.rows("SELECT count(*) FROM found_credit") == [(5,)]


def test_what_the_bank_executes_late_out_of_a_queue_of_its_own_is_found_as_well(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    restored(treasury)
    compared(treasury)
    paid_since(treasury, "lost-case")
    treasury.passes(hours=1)
    treasury.does("compare_with_bank")
    treasury.hears(approved("case-again"))
    released(treasury)
    goes_on(treasury)
    assert treasury.only(state="ready").contradiction
    for _ in range(3):
        treasury.passes(hours=1)
        compared(treasury)
    assert treasury.jobs("compare_with_bank") == [], "not for ever"


def test_what_a_county_paid_that_the_restored_books_do_not_know_is_kept_for_it(treasury: Treasury) -> None:
    paid_since(treasury, debtor_account="POOL-yudu")
    restored(treasury)
    compared(treasury)
    assert treasury.rows("SELECT tenant FROM found_credit") == [("yudu",)]
