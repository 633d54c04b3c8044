"""Sending and asking, without a database: what is called, in which order, and what becomes of each word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.jobs import Job
from services.treasury.account_copies.domain import CurrentAccount, PayeeOwner
from services.treasury.account_copies.store import PayeeAccountCopies
from services.treasury.budget.domain import BudgetLine
from services.treasury.budget.ledger import Entry
from services.treasury.budget.store import BudgetLines, Ledger
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.use_cases import SEND
from services.treasury.rails import dispatch
from services.treasury.rails.dispatch import LONGEST_STALL, Stalled
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import ReturnCursor
from services.treasury.rails.settlement import take_answers
from tests.unit.treasury.treasury_kit import (
    CHECKER,
    DEPARTMENT,
    LAKH,
    NEVER_RESTORED,
    FakeBank,
    OpenCipher,
    received_disbursement,
)


class MemoryDisbursements(MemoryStore[Disbursement]):
    def look_at(self, ids: Collection[str]) -> list[Disbursement]:
        return list(self.get_many(ids).values())

    def of_cases(self, case_ids: Collection[str], *, lock: bool) -> list[Disbursement]:
        return [each for each in self.rows.values() if each.case_id in case_ids]


class MemoryLedger:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, entries: Sequence[Entry]) -> None:
        self.entries += entries


class MemoryCursor:
    def __init__(self) -> None:
        self.begun = False

    def start(self) -> bool:
        is_new, self.begun = not self.begun, True
        return is_new


class NoOtherAccounts:
    def current(self, owners: Iterable[PayeeOwner]) -> dict[PayeeOwner, CurrentAccount]:
        return {}


class Desk:
    """A budget line, one authorised disbursement on it, and a bank."""

    def __init__(self) -> None:
        line = BudgetLine.open("zhanggong", year=2026, department=DEPARTMENT, item_id=None, mode="quota")
        line.appropriate(LAKH, mode="quota", document="虔财〔2026〕1号", at=NOON)
        self.line = line
        self.disbursement = received_disbursement()
        line.reserve(LAKH, self.disbursement.id, NOON)
        self.disbursement.make_ready(line.id)
        self.disbursement.authorise(by=CHECKER.id, at=NOON)
        for each in (line, self.disbursement):
            each.version, each.pending = 1, []
        self.ledger = MemoryLedger()
        self.bank = FakeBank()
        self.unit = FakeUnit(
            stores={
                **NEVER_RESTORED,
                Disbursements: MemoryDisbursements(self.disbursement),
                BudgetLines: MemoryStore(line),
                Ledger: self.ledger,
                ReturnCursor: MemoryCursor(),
                PayeeAccountCopies: NoOtherAccounts(),
            }
        )

    def sends(self) -> None:
        dispatch.send([self._job(SEND)], self._unit, self.bank, OpenCipher(), Patience())

    def asks(self) -> None:
        dispatch.ask([self._job("ask_bank")], self._unit, self.bank, OpenCipher(), Patience())

    def jobs(self) -> set[str]:
        return {kind for _, kind, _ in self.unit.jobs}

    def _unit(self, _tenants: Sequence[str]) -> Any:
        return self.unit

    def _job(self, kind: str) -> Job:
        return Job("zhanggong", kind, self.disbursement.id, NOON)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_sent_disbursement_is_never_sent_again_when_the_bank_times_out(desk: Desk) -> None:
    desk.bank.loses = frozenset({"answer"})
    desk.sends()
    assert desk.disbursement.state == "unknown"
    desk.sends()
    assert desk.bank.calls == ["pay"]
    desk.asks()
    assert desk.disbursement.state == "settled"
    assert list(desk.bank.presented.values()) == [1]


@pytest.mark.parametrize("given", ["示例(集团)有限公司", "示例（集团）有限公司", "ABC  Trading Ltd", "阿依•古丽商行"])
def test_the_bank_is_told_the_holders_name_sign_by_sign_as_it_was_given(desk: Desk, given: str) -> None:
    desk.disbursement.payee = desk.disbursement.payee.model_copy(update={"account_name": given})
    desk.sends()
    ((payment, _),) = desk.bank.book.values()
    assert payment.creditor_name == given


def test_an_instruction_that_went_astray_is_presented_again_only_after_two_enterprise_noes(desk: Desk) -> None:
    desk.bank.loses = frozenset({"order"})
    desk.sends()
    desk.bank.loses = frozenset()
    desk.asks()
    assert (desk.disbursement.state, desk.bank.calls) == ("unknown", ["pay", "ask"])
    desk.asks()
    assert (desk.disbursement.state, desk.bank.calls) == ("settled", ["pay", "ask", "ask", "pay"])
    assert list(desk.bank.presented.values()) == [2]
    assert len(desk.bank.credits()) == 1


def test_a_disbursement_found_sent_is_asked_about_before_anything_else(desk: Desk) -> None:
    desk.disbursement.send(NOON)
    desk.sends()
    assert desk.bank.calls == ["ask", "pay"]
    assert desk.disbursement.state == "settled"


def test_settling_moves_the_money_from_reserved_to_paid_and_starts_the_watch_for_returns(desk: Desk) -> None:
    desk.sends()
    assert [entry.kind for entry in desk.ledger.entries] == ["settle"]
    assert (desk.line.reserved_fen, desk.line.settled_fen) == (0, LAKH)
    assert desk.jobs() == {"fetch_returns"}


def test_a_word_that_comes_twice_is_applied_once(desk: Desk) -> None:
    desk.sends()
    word = desk.bank.ask([str(desk.disbursement.instruction_id)])
    said = len(desk.unit.events)
    take_answers(desk.unit, {desk.disbursement.id: next(iter(word.values()))}, Patience())  # type: ignore[arg-type]
    assert len(desk.unit.events) == said
    assert len(desk.ledger.entries) == 1


def test_failing_frees_the_money_and_looks_for_a_corrected_account(desk: Desk) -> None:
    desk.bank.answers_with = "failed"
    desk.sends()
    assert (desk.disbursement.state, desk.disbursement.reason) == ("failed", "银行未说明原因")
    assert [(entry.kind, entry.reverses is not None) for entry in desk.ledger.entries] == [("release", True)]
    assert desk.jobs() == {"release_held", "renew_attempt"}


def test_a_failed_payment_that_the_bank_claims_to_have_made_is_not_silently_believed(desk: Desk) -> None:
    desk.bank.answers_with = "failed"
    desk.sends()
    instruction = str(desk.disbursement.instruction_id)
    desk.bank.comes_to(instruction, "settled")
    word = desk.bank.ask([instruction])[instruction]
    take_answers(desk.unit, {desk.disbursement.id: word}, Patience())  # type: ignore[arg-type]
    assert desk.disbursement.state == "failed"
    assert desk.line.settled_fen == 0


def test_a_worker_that_stood_still_presents_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, LONGEST_STALL + 1])
    monkeypatch.setattr(dispatch.time, "monotonic", lambda: next(ticks))
    with pytest.raises(Stalled):
        desk.sends()
    assert desk.bank.calls == []
    assert desk.disbursement.state == "sent"


def test_patience_is_a_setting() -> None:
    patience = Patience.from_env({"BANK_DEFINITE_NOES": "5", "BANK_RETURNS_SECONDS": "0.5"})
    assert (patience.definite_noes, patience.returns_every.total_seconds()) == (5, 0.5)
    assert Patience.from_env({}) == Patience()
