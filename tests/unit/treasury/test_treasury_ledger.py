"""Debits equal credits, and no line ever promises more than it has: for every order in which things can happen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from chassis.testing.fakes import NOON
from services.treasury.budget.domain import (
    BooksDisagree,
    BudgetExhausted,
    BudgetLine,
    BudgetLineMissing,
    budget_year,
    line_id,
    reserve_on_first_that_fits,
)
from services.treasury.budget.ledger import MOVEMENTS, REVERSES, Entry, Posting, Unbalanced, balances

AMOUNTS = st.integers(min_value=1, max_value=10**13)


def line(amount_fen: int = 0, item: str | None = None) -> BudgetLine:
    opened = BudgetLine.open("zhanggong", year=2026, department="工信局", item_id=item, mode="quota")
    if amount_fen:
        opened.appropriate(amount_fen, mode="quota", document="虔财〔2026〕1号", at=NOON)
    return opened


class LifeOfALine(RuleBasedStateMachine):
    """Anything that can happen to a line and its disbursements, in any order."""

    reserved: Bundle[tuple[str, int]] = Bundle("reserved")
    settled: Bundle[tuple[str, int]] = Bundle("settled")

    @initialize()
    def open(self) -> None:
        self.line = line()
        self.entries: list[Entry] = []
        self.number = 0

    @rule(amount=AMOUNTS)
    def appropriate(self, amount: int) -> None:
        self.entries.append(self.line.appropriate(amount, mode="quota", document="虔财〔2026〕1号", at=NOON))
        self.line.version += 1

    @rule(target=reserved, amount=AMOUNTS)
    def reserve(self, amount: int) -> Any:
        self.number += 1
        disbursement = f"disbursement-{self.number}"
        available = self.line.available_fen
        try:
            self.entries.append(self.line.reserve(amount, disbursement, NOON))
        except BudgetExhausted:
            assert amount > available
            assert self.line.available_fen == available
            return multiple()
        return (disbursement, amount)

    @rule(promised=consumes(reserved))
    def release(self, promised: tuple[str, int]) -> None:
        self.entries.append(self.line.release(promised[1], promised[0], NOON))

    @rule(target=settled, promised=consumes(reserved))
    def settle(self, promised: tuple[str, int]) -> tuple[str, int]:
        self.entries.append(self.line.settle(promised[1], promised[0], NOON))
        return promised

    @rule(paid=consumes(settled), year=st.sampled_from([2026, 2027]))
    def take_back(self, paid: tuple[str, int], year: int) -> None:
        self.entries += self.line.take_back(paid[1], paid[0], year=year, at=NOON)

    @invariant()
    def debits_equal_credits_in_every_entry(self) -> None:
        assert all(sum(posting.amount_fen for posting in entry.postings) == 0 for entry in self.entries)

    @invariant()
    def the_line_says_what_the_ledger_says(self) -> None:
        stand, line = balances(self.entries), self.line
        assert stand.get("available", 0) == line.available_fen
        assert stand.get("reserved", 0) == line.reserved_fen
        assert stand.get("paid", 0) == line.settled_fen - line.returned_fen
        assert stand.get("swept", 0) == line.swept_fen
        assert stand.get("appropriation", 0) == -line.appropriated_fen
        assert sum(stand.values()) == 0

    @invariant()
    def nothing_is_below_zero(self) -> None:
        line = self.line
        assert min(line.available_fen, line.reserved_fen, line.swept_fen) >= 0
        assert 0 <= line.returned_fen <= line.settled_fen

    @invariant()
    def every_step_is_posted_once_and_reverses_what_it_undoes(self) -> None:
        by_id = {entry.id: entry for entry in self.entries}
        assert len(by_id) == len(self.entries)
        for entry in self.entries:
            undone = REVERSES.get(entry.kind)
            assert (entry.reverses is None) == (undone is None)
            if entry.reverses is not None:
                assert by_id[entry.reverses].kind == undone


TestLifeOfALine = LifeOfALine.TestCase
TestLifeOfALine.settings = settings(max_examples=60, stateful_step_count=40)


def test_every_movement_takes_from_one_account_what_it_puts_into_another() -> None:
    assert all(sides.debit != sides.credit for sides in MOVEMENTS.values())
    for kind, undone in REVERSES.items():
        taken, given = MOVEMENTS[kind], MOVEMENTS[undone]
        assert taken.credit == given.debit, "a reversal takes back from where the money had been put"


@pytest.mark.parametrize("postings", [(), (Posting("paid", 1),), (Posting("paid", 0), Posting("available", 0))])
def test_an_entry_that_does_not_balance_cannot_be_made(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(Unbalanced):
        Entry(id="e", tenant="t", line_id="l", kind="settle", postings=postings, at=NOON)


def test_a_line_gives_up_no_more_than_it_holds() -> None:
    poor = line(10)
    poor.reserve(10, "d", NOON)
    for impossible in (
        lambda: poor.release(11, "d", NOON),
        lambda: poor.settle(11, "d", NOON),
        lambda: poor.take_back(1, "d", year=2026, at=NOON),
    ):
        with pytest.raises(BooksDisagree):
            impossible()
    assert (poor.reserved_fen, poor.settled_fen, poor.returned_fen) == (10, 0, 0)


def test_an_amount_is_taken_whole_from_the_first_line_that_covers_it() -> None:
    small, large = line(5, item="item-1"), line(10)
    chosen, entry = reserve_on_first_that_fits([small, large], 8, "d", NOON)
    assert (chosen, entry.line_id) == (large, large.id)
    assert (small.available_fen, large.available_fen) == (5, 2)
    with pytest.raises(BudgetExhausted, match=r"需 0\.06 元，可用 0\.02 元"):
        reserve_on_first_that_fits([small, large], 6, "e", NOON)
    with pytest.raises(BudgetLineMissing):
        reserve_on_first_that_fits([], 6, "e", NOON)


def test_a_line_is_known_by_payer_year_department_and_item() -> None:
    ids = {
        line_id("t", 2026, "d", None),
        line_id("t", 2026, "d", "i"),
        line_id("t", 2026, "e", None),
        line_id("t", 2027, "d", None),
        line_id("u", 2026, "d", None),
    }
    assert len(ids) == 5


def test_the_budget_year_is_chinas_calendar_year() -> None:
    assert budget_year(NOON.replace(month=12, day=31, hour=15, minute=59)) == 2026
    assert budget_year(NOON.replace(month=12, day=31, hour=16)) == 2027
