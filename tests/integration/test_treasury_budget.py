"""Money is promised once, whole, and in order of approval, whoever races for it: on a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from treasury_database import Treasury

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.message import Actor
from contracts.treasury import AppropriateBudget
from services.treasury.budget.books import Books
from tests.unit.treasury.treasury_kit import DEPARTMENT, FINANCE, ITEM, LAKH, approved, claim

YUAN = 100


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Treasury:
    dsns, clock = service_database("treasury"), FixedClock(NOON)
    return Treasury(service_frame("treasury", dsns=dsns, clock=clock), dsns, clock).prepared()


def states(treasury: Treasury) -> dict[str, str]:
    return dict(treasury.rows("SELECT case_id, state FROM disbursement"))


@pytest.mark.parametrize("yuan", [1, 150])
def test_two_hundred_claims_racing_for_the_last_yuan_leave_zero_and_the_losers_wait_in_order(
    treasury: Treasury, yuan: int
) -> None:
    treasury.appropriates(yuan * YUAN)
    orders = [received(approved(f"case-{n:03d}", at=NOON + timedelta(seconds=n), amount_fen=YUAN)) for n in range(200)]
    batches = [orders[n::8] for n in range(8)]
    start = threading.Barrier(len(batches))

    def race(n: int) -> None:
        start.wait()
        treasury.inbox.apply(batches[n])

    with ThreadPoolExecutor(len(batches)) as workers:
        for outcome in [workers.submit(race, n) for n in range(len(batches))]:
            outcome.result()
    line = treasury.line()
    assert (line.available_fen, line.reserved_fen) == (0, yuan * YUAN)
    losers = sorted(case for case, state in states(treasury).items() if state == "held")
    assert len(losers) == 200 - yuan
    reasons = treasury.rows("SELECT DISTINCT reason FROM disbursement WHERE state = 'held'")
    assert reasons == [("预算余额不足：需 1.00 元，可用 0.00 元，待追加预算后按批准先后兑付。",)]
    assert treasury.faults_in_the_books() == []

    assert treasury.does("release_held") == 2
    assert len(treasury.disbursements(state="held")) == 200 - yuan, "there is no money for them yet"
    treasury.appropriates(20 * YUAN)
    treasury.does("release_held")
    now = states(treasury)
    assert [case for case in losers if now[case] == "ready"] == losers[:20]
    assert treasury.line().available_fen == 0
    assert treasury.faults_in_the_books() == []


def test_within_a_batch_the_earlier_approval_is_served_first(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved("late", at=NOON), approved("early", at=NOON - timedelta(hours=1)))
    assert states(treasury) == {"early": "ready", "late": "held"}


def test_nobody_is_part_paid_and_a_smaller_claim_behind_may_still_fit(treasury: Treasury) -> None:
    treasury.appropriates(LAKH - 1)
    treasury.hears(approved("large", at=NOON - timedelta(hours=1)), approved("small", amount_fen=LAKH // 2))
    assert states(treasury) == {"large": "held", "small": "ready"}
    assert treasury.line().reserved_fen == LAKH // 2


def test_who_has_been_waiting_is_served_before_a_newcomer_when_money_arrives(treasury: Treasury) -> None:
    treasury.hears(approved("waiting", at=NOON - timedelta(hours=1)))
    treasury.appropriates(LAKH)
    treasury.hears(approved("newcomer"))
    assert states(treasury) == {"waiting": "ready", "newcomer": "held"}
    treasury.does("release_held")
    assert treasury.faults_in_the_books() == []


def test_the_items_own_line_is_drawn_on_first_and_the_departments_after_it(treasury: Treasury) -> None:
    treasury.appropriates(LAKH, item=ITEM)
    treasury.appropriates(LAKH)
    treasury.hears(*(approved(f"case-{n}", at=NOON + timedelta(seconds=n)) for n in range(3)))
    drawn = treasury.rows(
        "SELECT d.case_id, l.item_id FROM disbursement d LEFT JOIN budget_line l ON l.id = d.line_id ORDER BY 1"
    )
    assert drawn == [("case-0", ITEM), ("case-1", None), ("case-2", None)]
    assert states(treasury)["case-2"] == "held"
    other = claim("case-9", item_id="item-2")
    treasury.appropriates(LAKH, item=ITEM)
    treasury.hears(approved("case-9", about=other))
    assert states(treasury)["case-9"] == "held", "another item's line is not for it"


def test_without_a_line_it_waits_and_says_so_and_starts_when_finance_opens_one(treasury: Treasury) -> None:
    treasury.hears(approved())
    waiting = treasury.only()
    assert (waiting.state, waiting.reason) == ("held", "本年度尚未下达对应的预算指标，待下达后按批准先后兑付。")
    treasury.appropriates(LAKH)
    treasury.does("release_held")
    ready = treasury.only()
    assert (ready.state, ready.reason) == ("ready", None)
    assert treasury.told() == ["DisbursementHeld", "DisbursementReady"]


def test_an_approval_is_not_forgotten_that_does_not_see_the_line_which_is_just_being_opened(
    treasury: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = Books.close

    def opened_meanwhile(self: Books) -> None:
        monkeypatch.setattr(Books, "close", close)
        treasury.appropriates(LAKH)
        assert treasury.does("release_held") == 1
        close(self)

    monkeypatch.setattr(Books, "close", opened_meanwhile)
    treasury.hears(approved())
    assert treasury.only().state == "held"
    assert treasury.does("release_held") == 2
    assert treasury.only().state == "ready"


def test_a_replayed_approval_is_the_same_disbursement(treasury: Treasury) -> None:
    treasury.appropriates(3 * LAKH)
    for _ in range(3):
        treasury.hears(approved())
    assert treasury.line().reserved_fen == LAKH
    assert len(treasury.disbursements()) == 1
    assert treasury.told() == ["DisbursementReady"]


def test_each_payer_and_each_instalment_is_paid_for_itself(treasury: Treasury) -> None:
    treasury.appropriates(2 * LAKH)
    treasury.appropriates(LAKH, tenant="ganzhou")
    treasury.hears(approved(), approved(instalment=2))
    treasury.hears(approved(payer="ganzhou"), tenant="ganzhou")
    assert [each.state for each in treasury.disbursements()] == ["ready", "ready"]
    assert treasury.only(tenant="ganzhou").state == "ready"
    assert treasury.line(tenant="ganzhou").reserved_fen == LAKH


@pytest.mark.parametrize("release", [False, True])
def test_a_later_approval_supersedes_an_earlier_one_that_was_not_sent(treasury: Treasury, release: bool) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    if release:
        treasury.authorises(treasury.only())
    treasury.hears(approved(revision=2, amount_fen=LAKH // 4))
    assert sorted((each.state, each.amount_fen) for each in treasury.disbursements()) == [
        ("cancelled", LAKH),
        ("ready", LAKH // 4),
    ]
    assert treasury.line().reserved_fen == LAKH // 4
    treasury.does("send_disbursement")
    assert treasury.bank.calls == []
    treasury.hears(approved())
    assert len(treasury.disbursements()) == 2, "the earlier one does not come back"
    assert treasury.faults_in_the_books() == []


def test_a_later_approval_waits_while_the_earlier_payment_is_at_the_bank_and_then_asks_for_no_more_than_the_difference(
    treasury: Treasury,
) -> None:
    treasury.appropriates(2 * LAKH)
    treasury.hears(approved())
    treasury.authorises(treasury.only())
    treasury.bank.loses = frozenset({"answer"})
    treasury.does("send_disbursement")
    (event,) = treasury.hears(approved(revision=2))
    assert event.cause == "not_yet"
    treasury.passes(minutes=1)
    treasury.does("ask_bank")
    assert treasury.only().state == "settled"
    treasury.passes(minutes=1)
    treasury.sweeps()
    assert treasury.rows("SELECT state, cause FROM parked") == []
    assert treasury.only().state == "settled", "of the same amount nothing more is paid"
    assert treasury.line().reserved_fen == 0


def test_orders_that_cannot_be_carried_out_are_set_aside_alone(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    wrong, nothing, good = treasury.hears(
        approved("wrong", payer="ganzhou"), approved("nothing", amount_fen=0), approved("good")
    )
    assert (wrong.cause, nothing.cause, good.cause) == ("refused", "refused", None)
    assert "payer_mismatch" in wrong.reason
    assert "nothing_to_pay" in nothing.reason
    assert states(treasury) == {"good": "ready"}


def test_a_payer_that_is_not_onboarded_here_yet_is_waited_for(treasury: Treasury) -> None:
    (event,) = treasury.hears(approved(payer="nowhere"), tenant="nowhere")
    assert event.cause == "not_yet"


def test_only_finance_appropriates_and_a_line_keeps_its_mode(treasury: Treasury) -> None:
    order = AppropriateBudget(year=2026, department=DEPARTMENT, amount_fen=1, document_number="虔财〔2026〕1号")
    refused = treasury.ordered(order, actor=Actor(id="bureau-1", roles=frozenset({"bureau"})))
    assert refused["refused"]["code"] == "role_required"
    assert treasury.ordered(order, actor=FINANCE)["ok"]["available_fen"] == 1
    another = order.model_copy(update={"document_number": "虔财〔2026〕2号"})
    again = treasury.ordered(another.model_copy(update={"mode": "revolving"}), actor=FINANCE)
    assert again["refused"]["code"] == "budget_mode_differs"
    assert treasury.ordered(another, actor=FINANCE)["ok"]["available_fen"] == 2


def test_one_document_puts_money_on_a_line_once_unless_finance_says_that_it_is_a_further_amount(
    treasury: Treasury,
) -> None:
    def ordered(document: str, *, further: bool = False, item: str | None = None) -> str:
        order = AppropriateBudget(
            year=2026,
            department=DEPARTMENT,
            item_id=item,
            amount_fen=5,
            document_number=document,
            further_of_document=further,
        )
        answer = treasury.ordered(order, actor=FINANCE)
        return answer["refused"]["code"] if "refused" in answer else str(answer["ok"]["appropriated_fen"])

    assert ordered("虔财〔2026〕1号", further=True) == "not_further_of_document"
    assert ordered("虔财〔2026〕1号") == "5"
    for again in ("虔财〔2026〕1号", "虔财[2026]1号", "虔财（2026） 1号", "虔财【２０２６】１号"):
        assert ordered(again) == "document_used_already"
    assert ordered("虔财〔2026〕11号") == "10"
    assert ordered("虔财〔2026〕1号", item="item-1") == "5", "another line of the same document"
    assert ordered("虔财[2026]1号", further=True) == "15"
    said = treasury.rows(
        "SELECT body::json #>> '{data,further_of_document}' FROM outbox"
        " WHERE type = 'BudgetAppropriated' ORDER BY position"
    )
    assert said == [("false",), ("false",), ("false",), ("true",)]
    sealed = "SELECT count(*) FROM audit_fact WHERE aggregate_type = 'ledger_entry' AND body::json ->> 'further_of_document' = 'true'"
    assert treasury.rows(sealed) == [(1,)]
    assert treasury.faults_in_the_books() == []


def test_a_line_holds_no_more_than_any_budget_does(treasury: Treasury) -> None:
    order = AppropriateBudget(year=2026, department=DEPARTMENT, amount_fen=10**15, document_number="虔财〔2026〕1号")
    assert "ok" in treasury.ordered(order, actor=FINANCE)
    more = order.model_copy(update={"amount_fen": 1, "document_number": "虔财〔2026〕2号"})
    assert treasury.ordered(more, actor=FINANCE)["refused"]["code"] == "budget_too_large"
    assert treasury.line().appropriated_fen == 10**15


def test_two_first_appropriations_of_a_line_at_once_lose_nothing(treasury: Treasury) -> None:
    start = threading.Barrier(2)

    def appropriate(_: int) -> dict[str, object]:
        start.wait()
        order = AppropriateBudget(year=2026, department=DEPARTMENT, amount_fen=5, document_number="虔财〔2026〕1号")
        return treasury.ordered(order, actor=FINANCE)

    with ThreadPoolExecutor(2) as workers:
        answers = list(workers.map(appropriate, range(2)))
    accepted = [answer for answer in answers if "ok" in answer]
    assert treasury.line().appropriated_fen == 5 * len(accepted)
    # Whoever comes just behind finds the line, and its document used.
    codes = {answer["refused"]["code"] for answer in answers if "refused" in answer}  # type: ignore[index]
    assert codes <= {"stale_version", "document_used_already"}
    assert treasury.faults_in_the_books() == []


# -- what the database itself refuses ---------------------------------------------------------------------


def as_service(treasury: Treasury, *statements: str) -> None:
    """Run statements in one transaction as the service's own role."""
    with treasury.frame.unit(["zhanggong"], action="test") as uow:
        for statement in statements:
            uow.execute(statement)


def test_the_database_refuses_a_line_below_zero(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    with pytest.raises(IntegrityError, match="budget_line_never_below_zero"):
        as_service(treasury, f"UPDATE budget_line SET reserved_fen = {LAKH + 1}")


ENTRY = (
    "INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)"
    " SELECT tenant, 'entry', id, 'appropriate', 'document', now() FROM budget_line"
)
POSTING = "INSERT INTO ledger_posting (tenant, entry_id, account, amount_fen) VALUES ('zhanggong', '{}', '{}', {})"


def test_the_database_refuses_an_entry_whose_debits_are_not_its_credits(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    available, appropriation = POSTING.format("entry", "available", 5), POSTING.format("entry", "appropriation", -4)
    with pytest.raises(IntegrityError, match="does not balance"):
        as_service(treasury, ENTRY, available, appropriation)
    with pytest.raises(IntegrityError, match="does not balance: no postings"):
        as_service(treasury, ENTRY)
    as_service(treasury, ENTRY, available, POSTING.format("entry", "appropriation", -5))
    with pytest.raises(IntegrityError, match="does not balance"):
        as_service(treasury, POSTING.format("entry", "paid", 1))


def test_nobody_changes_the_ledger_afterwards(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    for table in ("ledger_entry", "ledger_posting"):
        for change in (f"UPDATE {table} SET tenant = tenant", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(DBAPIError, match="permission denied"):
                as_service(treasury, change)
            with pytest.raises(psycopg.errors.RestrictViolation, match="only ever added to"):
                treasury.changes(change)


SKIPPED_STEPS = {
    "authorised_by = approved_by, authorised_at = now()": "disbursement_checker_is_not_maker",
    "state = 'sent', instruction_id = 'x', sent_at = now()": "disbursement_sent_only_when_authorised",
    "state = 'settled'": "disbursement_s",
    "line_id = NULL": "disbursement_draws_on_a_line",
    "amount_fen = 0": "disbursement_amount_fen_check",
}


def test_the_database_refuses_a_payment_that_skips_a_step(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    for change, constraint in SKIPPED_STEPS.items():
        with pytest.raises(IntegrityError, match=constraint):
            as_service(treasury, f"UPDATE disbursement SET {change}")


@pytest.mark.parametrize(
    ("state", "constraint"), [("ready", "disbursement_one_under_way"), ("settled", "disbursement_one_paid")]
)
def test_the_database_refuses_a_second_live_attempt_for_one_instalment(
    treasury: Treasury, state: str, constraint: str
) -> None:
    treasury.appropriates(2 * LAKH)
    treasury.hears(approved())
    if state == "settled":
        treasury.authorises(treasury.only())
        treasury.does("send_disbursement")
    columns = [
        name
        for (name,) in treasury.rows(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'disbursement' AND is_generated = 'NEVER'"
        )
    ]
    copied = ", ".join(
        {"id": "'other'", "attempt": "2", "instruction_id": "'other' || instruction_id"}.get(name, name)
        for name in columns
    )
    with pytest.raises(IntegrityError, match=constraint):
        as_service(treasury, f"INSERT INTO disbursement ({', '.join(columns)}) SELECT {copied} FROM disbursement")


def test_another_tenant_sees_and_touches_nothing_of_it(treasury: Treasury) -> None:
    treasury.appropriates(LAKH)
    treasury.hears(approved())
    mine = treasury.only()
    assert treasury.disbursements(tenant="xingguo") == []
    answer = treasury.authorises(mine, tenant="xingguo")
    assert answer["refused"]["code"] == "disbursement_not_found"


def test_a_held_payment_says_what_it_waits_for_today_and_not_what_it_waited_for_when_it_was_held(
    treasury: Treasury,
) -> None:
    treasury.hears(approved("case-1"))
    treasury.appropriates(LAKH // 2)
    treasury.does("release_held")
    kept = treasury.only()
    assert (kept.state, kept.reason) == (
        "held",
        "预算余额不足：需 200,000.00 元，可用 100,000.00 元，待追加预算后按批准先后兑付。",
    )
    (listed,) = treasury.disbursements(state="held")
    assert listed.reason == kept.reason
