"""The bank's book: one execution per instruction id, and an account of everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import misbehaviour
from sandbox.bank.payments import PaymentDesk, open_desk
from sandbox.bank.wire import AccountHeld, PaymentOrder, PaymentResult, PaymentRule, ReturnOrder

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[PaymentDesk]:
    desk = open_desk(tmp_path / "bank.sqlite", clock=clock)
    yield desk
    desk.book.close()


def order(instruction_id: str = "P-1", **changes: Any) -> PaymentOrder:
    content: dict[str, Any] = {
        "instruction_id": instruction_id,
        "debtor_account": "36000001",
        "creditor_account": "62220001",
        "creditor_name": "兴国县样本机械有限公司",
        "amount_fen": 20_000_000,
        "currency": "CNY",
        "purpose": "首次入规奖励",
    }
    return PaymentOrder.model_validate(content | changes)


def present(desk: PaymentDesk, *orders: PaymentOrder) -> list[PaymentResult | None]:
    presented = desk.book.write(lambda connection: desk.present(connection, orders)).result()
    return [PaymentResult.of(row) if row else None for row in presented.rows]


def pay(desk: PaymentDesk, payment: PaymentOrder) -> PaymentResult:
    result = present(desk, payment)[0]
    assert result is not None
    return result


def hold_account(desk: PaymentDesk, number: str, **held: str) -> None:
    account = AccountHeld.model_validate(held)
    desk.book.write(lambda connection: desk.hold_account(connection, number, account)).result()


def misbehave(desk: PaymentDesk, *rules: dict[str, Any]) -> None:
    kinds = [PaymentRule.model_validate(rule) for rule in rules]
    desk.book.write(lambda connection: misbehaviour.replace(connection, kinds)).result()


def send_back(desk: PaymentDesk, instruction_id: str, code: str = "account_closed") -> str | None:
    give_back = ReturnOrder(reason_code=code)
    row = desk.book.write(lambda c: desk.send_back(c, instruction_id, give_back)).result()
    return row["status"] if row else None


def credits_of(desk: PaymentDesk) -> dict[str, tuple[str, int]]:
    credits = desk.book.read(partial(desk.credits, after="", limit=1000)).result().credits
    return {credit.instruction_id: (credit.status, credit.attempts_seen) for credit in credits}


def test_a_payment_is_settled_with_the_banks_reference_and_time(desk: PaymentDesk) -> None:
    result = pay(desk, order())

    assert result.status == "settled"
    assert result.bank_reference == "SBK000000000001"
    assert result.settled_at == "2026-11-20T04:00:00.000000+00:00"


def test_the_same_instruction_twice_is_executed_once_and_answered_alike(desk: PaymentDesk, clock: Clock) -> None:
    first = pay(desk, order())
    clock.now += timedelta(hours=1)

    assert pay(desk, order()) == first
    assert credits_of(desk) == {"P-1": ("settled", 2)}
    assert desk.book.read(desk.totals).result().settled_fen == 20_000_000


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_fen": 20_000_001},
        {"creditor_account": "62220002"},
        {"creditor_name": "兴国县样本机械有限公司 "},
        {"debtor_account": "36000002"},
        {"purpose": "次年奖励"},
        {"value_date": "2026-11-23"},
    ],
)
def test_the_same_instruction_with_other_content_is_a_conflict_and_changes_nothing(
    desk: PaymentDesk, changed: dict[str, Any]
) -> None:
    first = pay(desk, order())

    assert present(desk, order(**changed)) == [None]
    assert pay(desk, order()) == first
    assert credits_of(desk) == {"P-1": ("settled", 3)}


def test_a_name_that_is_not_the_accounts_fails_and_stays_failed_under_that_instruction(
    desk: PaymentDesk,
) -> None:
    hold_account(desk, "62220001", name="赣州市样本电子有限公司")
    refused = pay(desk, order())
    hold_account(desk, "62220001", name="兴国县样本机械有限公司")

    assert (refused.status, refused.reason_code) == ("failed", "creditor_name_mismatch")
    assert pay(desk, order()) == refused
    assert pay(desk, order("P-2")).status == "settled", "a new instruction is judged anew"


@pytest.mark.parametrize("held", ["兴国县样本机械有限公司 ", "兴国县样本机械(有限)公司", "兴国县样本机械"])
def test_a_name_that_differs_by_a_character_is_not_the_accounts(desk: PaymentDesk, held: str) -> None:
    hold_account(desk, "62220001", name=held)

    assert pay(desk, order()).reason_code == "creditor_name_mismatch"


@pytest.mark.parametrize("status", ["closed", "frozen"])
def test_an_account_that_is_not_open_takes_no_money(desk: PaymentDesk, status: str) -> None:
    hold_account(desk, "62220001", name="兴国县样本机械有限公司", status=status)

    result = pay(desk, order())

    assert (result.status, result.reason_code) == ("failed", f"account_{status}")
    assert credits_of(desk) == {}


def test_an_unknown_account_is_another_banks_unless_the_bank_knows_them_all(tmp_path: Path) -> None:
    strict = open_desk(tmp_path / "strict.sqlite", knows_every_account=True)
    try:
        assert pay(strict, order()).reason_code == "account_unknown"
    finally:
        strict.book.close()


def test_a_batch_is_answered_line_by_line(desk: PaymentDesk) -> None:
    hold_account(desk, "62220009", name="某某公司", status="closed")
    pay(desk, order("old"))

    batch = [order("a"), order("b", creditor_account="62220009"), order("old", amount_fen=1), order("a")]
    a, b, old, a_again = present(desk, *batch)

    assert a is not None
    assert b is not None
    assert (a.status, b.reason_code) == ("settled", "account_closed")
    assert old is None
    assert a_again == a
    assert credits_of(desk) == {"old": ("settled", 2), "a": ("settled", 2)}


def test_a_returned_payment_is_listed_once_and_counts_as_settled_no_more(desk: PaymentDesk) -> None:
    pay(desk, order())

    assert send_back(desk, "P-1") == "returned"
    assert send_back(desk, "P-1", "another_reason") == "returned"

    page = desk.book.read(lambda c: desk.returns(c, 0, 10)).result()
    assert [(r.instruction_id, r.amount_fen, r.reason_code) for r in page.returns] == [
        ("P-1", 20_000_000, "account_closed")
    ]
    assert desk.book.read(lambda c: desk.returns(c, page.next_after, 10)).result().returns == []
    totals = desk.book.read(desk.totals).result()
    assert (totals.settled_count, totals.settled_fen) == (0, 0)
    assert (totals.returned_count, totals.returned_fen) == (1, 20_000_000)
    assert totals.by_debtor["36000001"].returned_fen == 20_000_000


def test_a_returned_payment_presented_again_is_not_executed_again(desk: PaymentDesk) -> None:
    pay(desk, order())
    send_back(desk, "P-1")

    assert pay(desk, order()).status == "returned"
    assert credits_of(desk) == {"P-1": ("returned", 2)}


def test_only_what_was_settled_can_be_returned(desk: PaymentDesk) -> None:
    misbehave(desk, {"behaviour": "fail"})
    pay(desk, order())

    assert send_back(desk, "P-1") == "failed"
    assert send_back(desk, "unheard-of") is None


def test_a_pending_payment_settles_when_its_time_has_come(desk: PaymentDesk, clock: Clock) -> None:
    misbehave(desk, {"behaviour": "pending_then_settle", "seconds": 60, "next": 1})

    assert pay(desk, order()).status == "pending"
    assert credits_of(desk) == {}
    clock.now += timedelta(seconds=59)
    assert pay(desk, order()).status == "pending"
    clock.now += timedelta(hours=5)
    settled = pay(desk, order())

    assert settled.status == "settled"
    assert settled.settled_at == "2026-11-20T04:01:00.000000+00:00", "when it was due, not when it was asked"
    assert credits_of(desk) == {"P-1": ("settled", 3)}


def test_rules_match_by_account_amount_and_prefix_and_are_spent_after_n(desk: PaymentDesk) -> None:
    misbehave(
        desk,
        {"behaviour": "fail", "creditor_account": "62220002", "reason_code": "by_account"},
        {"behaviour": "fail", "amount_fen": 7, "reason_code": "by_amount"},
        {"behaviour": "fail", "instruction_prefix": "X-", "next": 2, "reason_code": "by_prefix"},
    )

    answers = present(
        desk,
        order("1", creditor_account="62220002"),
        order("2", amount_fen=7),
        order("X-3"),
        order("X-4"),
        order("X-5"),
        order("6"),
    )

    codes = [result.reason_code for result in answers if result]
    assert codes == ["by_account", "by_amount", "by_prefix", "by_prefix", None, None]


def test_a_rule_about_the_outcome_is_not_spent_on_a_payment_that_has_one(desk: PaymentDesk) -> None:
    pay(desk, order())
    misbehave(desk, {"behaviour": "fail", "next": 1})

    assert pay(desk, order()).status == "settled"
    assert pay(desk, order("P-2")).status == "failed"


@pytest.mark.parametrize("behaviour", ["timeout_before", "http_500"])
def test_a_request_that_is_lost_before_books_nothing_of_it_but_is_counted(desk: PaymentDesk, behaviour: str) -> None:
    misbehave(
        desk,
        {"behaviour": "fail", "instruction_prefix": "a", "next": 1},
        {"behaviour": behaviour, "instruction_prefix": "b", "next": 1},
    )

    assert present(desk, order("a"), order("b"), order("c")) == []
    assert desk.book.read(lambda c: desk.find(c, "c")).result() is None
    again = present(desk, order("a"), order("b"), order("c"))

    assert [result.status for result in again if result] == ["failed", "settled", "settled"]
    assert credits_of(desk) == {"b": ("settled", 2), "c": ("settled", 2)}


def test_paid_and_then_silent_books_the_payment(desk: PaymentDesk) -> None:
    misbehave(desk, {"behaviour": "pay_then_timeout", "next": 1})

    first = desk.book.write(lambda connection: desk.present(connection, [order()])).result()
    second = desk.book.write(lambda connection: desk.present(connection, [order()])).result()

    assert first.fault is not None
    assert first.fault.behaviour == "pay_then_timeout"
    assert second.fault is None
    assert credits_of(desk) == {"P-1": ("settled", 2)}


@pytest.mark.parametrize("behaviour", ["timeout_before", "pay_then_timeout", "http_500"])
def test_a_fault_of_the_whole_request_is_spent_once_however_many_lines_it_covers(
    desk: PaymentDesk, behaviour: str
) -> None:
    misbehave(desk, {"behaviour": behaviour, "next": 2})

    def fault_of_a_batch() -> str | None:
        lines = [order(f"P-{n}") for n in range(5)]
        rule = desk.book.write(lambda connection: desk.present(connection, lines)).result().fault
        return rule.behaviour if rule else None

    assert [fault_of_a_batch() for _ in range(3)] == [behaviour, behaviour, None]


def test_pages_of_one_status_follow_each_other_without_a_gap(desk: PaymentDesk) -> None:
    misbehave(desk, {"behaviour": "fail", "amount_fen": 1})
    present(desk, *(order(f"P-{n}", amount_fen=1 if n % 2 else 2) for n in range(10)))

    def settled_after(position: int) -> list[sqlite3.Row]:
        return desk.book.read(lambda c: desk.page(c, {"status": "settled"}, position, 2)).result()

    seen, after = [], 0
    while rows := settled_after(after):
        seen += [row["instruction_id"] for row in rows]
        after = rows[-1]["seq"]

    assert seen == ["P-0", "P-2", "P-4", "P-6", "P-8"]


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM payments",
        "DELETE FROM returns",
        "REPLACE INTO payments SELECT * FROM payments",
        "UPDATE returns SET reason_code = 'other'",
        "UPDATE payments SET amount_fen = 1",
        "UPDATE payments SET creditor_account = '1'",
        "UPDATE payments SET status = 'pending', done_at = NULL, due_at = '2026' WHERE status = 'settled'",
        "UPDATE payments SET status = 'settled' WHERE status = 'returned'",
    ],
)
def test_the_book_itself_refuses_to_forget_or_to_be_altered(desk: PaymentDesk, tampering: str) -> None:
    present(desk, order("P-1"), order("P-2"))
    send_back(desk, "P-2")

    with pytest.raises(sqlite3.IntegrityError):
        desk.book.write(lambda connection: connection.execute(tampering)).result()

    assert credits_of(desk) == {"P-1": ("settled", 1), "P-2": ("returned", 1)}


@given(presented=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), max_size=40))
def test_however_often_instructions_come_each_pays_its_first_amount_once(
    tmp_path_factory: pytest.TempPathFactory, presented: list[tuple[int, int]]
) -> None:
    desk = open_desk(tmp_path_factory.mktemp("book") / "bank.sqlite")
    try:
        first_amounts: dict[int, int] = {}
        for instruction, amount in presented:
            first_amounts.setdefault(instruction, amount)
        present(desk, *(order(f"P-{n}", amount_fen=amount) for n, amount in presented))

        totals = desk.book.read(desk.totals).result()
        assert totals.settled_count == len(first_amounts)
        assert totals.settled_fen == sum(first_amounts.values())
        assert sum(attempts for _, attempts in credits_of(desk).values()) == len(presented)
    finally:
        desk.book.close()
