"""Whenever a backup is taken and whenever it is restored, whatever the bank did in between: one instalment is paid once."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import precondition, rule

from chassis.testing.fakes import NOON
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.treasury import ClearContradiction
from services.treasury.bank_book.domain import FoundCredit
from services.treasury.bank_book.store import BANK, BankComparison, ComparisonProgress, FoundCredits
from services.treasury.budget.domain import BudgetLine
from services.treasury.budget.store import BudgetLines
from services.treasury.disbursements.identity import instruction_of
from services.treasury.disbursements.use_cases import TAKE_UP
from services.treasury.rails import comparison
from services.treasury.rails.bank import BankAnswer, Payment
from services.treasury.rails.clearing_up import clear_contradiction
from services.treasury.rails.return_cursor import ReturnCursor
from tests.unit.treasury.test_the_banks_book_judges import PATIENCE, Attempts, BanksBook
from tests.unit.treasury.treasury_kit import CHECKER, DEPARTMENT, LAKH, FakeBank, OpenCipher, received_disbursement

PAID_OUT = ("settled", "pending")


class StrictBank(FakeBank):
    """It executes an instruction once, and says so where it comes again with another content."""

    def pay(self, payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        other = {
            each.instruction_id: BankAnswer(instruction_id=each.instruction_id, status="conflict")
            for each in payments
            if each.instruction_id in self.book and self.book[each.instruction_id][0] != each
        }
        return super().pay([each for each in payments if each.instruction_id not in other]) | other


class MemoryComparison:
    def __init__(self) -> None:
        self.stands: ComparisonProgress | None = None

    def under_way(self) -> bool:
        return self.stands is not None and not self.stands.ended

    def progress(self) -> ComparisonProgress | None:
        return self.stands

    def advance(self, after: int, *, over: bool) -> None:
        assert self.stands is not None
        self.stands = ComparisonProgress(self.stands.begun_at, after, self.stands.ended or over)


class MemoryCredits:
    def __init__(self, attempts: Attempts) -> None:
        self.attempts = attempts
        self.found: dict[str, FoundCredit] = {}
        self.asked: set[tuple[str, str]] = set()

    def keep(self, credits: Iterable[FoundCredit], cipher: object) -> None:
        self.found = {each.instruction_id: each for each in credits} | self.found

    def open(self, tenants: Collection[str], cipher: object) -> list[FoundCredit]:
        known = self.attempts.by_instruction(self.found)
        return [each for id, each in sorted(self.found.items()) if id not in known]

    def ask_once(self, tenant: str, disbursement_id: str, instruction_ids: Sequence[str]) -> bool:
        fresh = {(disbursement_id, each) for each in instruction_ids} - self.asked
        self.asked |= fresh
        return bool(fresh)


class RestoredBooks(BanksBook):
    """The same instalment and the same bank; our books go back to an earlier hour, and the bank's do not."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = StrictBank()
        self.comparison, self.credits = MemoryComparison(), MemoryCredits(self.attempts)
        self.lines, self.reading = self.unit.of(BudgetLines), self.unit.of(ReturnCursor)
        self.unit._stores |= {BankComparison: self.comparison, FoundCredits: self.credits}
        self.handlers |= {
            comparison.COMPARE: lambda jobs: comparison.compare(jobs, self._unit, self.bank, OpenCipher(), PATIENCE),
            TAKE_UP: lambda jobs: comparison.take_up(jobs, self._unit, OpenCipher()),
        }
        self.backup: Any = None
        self.restored = False

    @property
    def ours(self) -> list[tuple[Any, str]]:
        """Everything that a backup holds: whose it is, and under which name."""
        return [
            (self.attempts, "rows"),
            (self.attempts, "versions"),
            (self.lines, "rows"),
            (self.lines, "versions"),
            (self.ledger, "kept"),
            (self.accounts, "owner"),
            (self.accounts, "version"),
            (self.accounts, "absorbed"),
            (self.reading, "position"),
            (self.unit, "jobs"),
            (self.unit, "alarms"),
            (self.comparison, "stands"),
            (self.credits, "found"),
            (self.credits, "asked"),
        ]

    @precondition(lambda self: self.backup is None)
    @rule()
    def a_backup_is_taken(self) -> None:
        self.backup = copy.deepcopy([getattr(owner, name) for owner, name in self.ours])

    @precondition(lambda self: self.backup is None)
    @rule()
    def the_last_backup_is_of_before_the_claim_was_filed(self) -> None:
        line = BudgetLine.open("zhanggong", year=2026, department=DEPARTMENT, item_id=None, mode="quota")
        entry = line.appropriate(3 * LAKH, mode="quota", document="虔财〔2026〕1号", at=NOON)
        line.version, line.pending = 1, []
        stands: list[Any] = [{}, {}, {line.id: line}, {line.id: 1}, [entry], "enterprise-1", 1, frozenset()]
        self.backup = [*stands, None, {}, set(), None, {}, set()]

    @precondition(lambda self: self.restored and not self.attempts.rows)
    @rule()
    def the_claim_is_filed_and_granted_anew(self) -> None:
        self.works()
        if not self.comparison.under_way():
            self._is_granted("case-anew", 1)

    @precondition(lambda self: [each.state for each in self.attempts.rows.values()] in (["ready"], ["authorised"]))
    @rule()
    def a_later_approval_takes_the_place_of_what_is_not_sent(self) -> None:
        (former,) = self.attempts.rows.values()
        found = {each.instruction_id for each in self.credits.open(["zhanggong"], None)}
        if self.comparison.under_way() or former.contradiction or instruction_of(former.id, former.attempt) in found:
            return
        self.ledger.append([self.line.release(former.amount_fen, former.id, self.unit.now)])
        former.cancel("已被新的批准取代")
        self.attempts.save(former)
        self._is_granted(former.case_id, former.revision + 1)

    def _is_granted(self, case: str, revision: int) -> None:
        new = received_disbursement(case=case, revision=revision)
        self.ledger.append([self.line.reserve(new.amount_fen, new.id, self.unit.now)])
        new.make_ready(self.line.id)
        self.attempts.save(new)
        self.line.pending = []
        if instruction_of(new.id, new.attempt) in {each.instruction_id for each in self.credits.open([], None)}:
            self.unit.schedule(TAKE_UP, new.id, at=self.unit.now, tenant=new.tenant)

    @precondition(lambda self: self.backup is not None)
    @rule()
    def everything_is_lost_and_restored(self) -> None:
        """What the bank still has in a queue of its own it executes first: of a claim that is lost as well nobody could know
        that it will (docs/decisions/0017)."""
        self.the_bank_executes_what_it_has_queued()
        self.bank.lost.clear()
        for (owner, name), kept in zip(self.ours, copy.deepcopy(self.backup), strict=True):
            setattr(owner, name, kept)
        (self.line,) = self.lines.rows.values()
        self.comparison.stands = ComparisonProgress(self.unit.now, 0, ended=False)
        self.unit.schedule(comparison.COMPARE, BANK, at=self.unit.now, tenant="zhanggong")
        self.restored = True

    @rule()
    def somebody_compares_what_has_stopped_with_the_banks_receipts(self) -> None:
        """Who knows what the bank has paid says so; where it is another account than the books', it stays stopped."""
        paid = [payment.instruction_id for payment, word in self.bank.book.values() if word.status in PAID_OUT]
        queued = [each for each in self.bank.lost if each not in self.bank.book]
        for each in list(self.attempts.rows.values()):
            if each.contradiction is None or each.state != "ready" or queued:
                continue
            self.unit.actor = Actor(id=CHECKER.id, roles=frozenset({"bureau"}), name="复核岗")
            order = ClearContradiction(
                disbursement_id=each.id,
                conclusion="与银行回单核对",
                paid_by=paid[0] if paid else None,
                expected_version=each.version,
            )
            try:
                clear_contradiction(order, self.unit, OpenCipher())  # type: ignore[arg-type]
            except Refused as refused:
                if refused.code not in ("credit_differs", "credit_not_found"):
                    raise
        self.works()

    def teardown(self) -> None:
        if not self.restored:
            return super().teardown()
        if self.lagging:
            self.the_banks_answers_catch_up_with_its_list()
        self.bank.loses, self.bank.answers_with = frozenset(), "settled"
        for _ in range(30):
            self.time_passes(60)
            self.nothing_is_paid_twice()
        known = {each.instruction_id for each in self.attempts.rows.values() if each.state == "settled"}
        credits = {payment.instruction_id for payment in self.bank.credits()}
        stopped = any(each.contradiction for each in self.attempts.rows.values())
        named = {each.instruction_id for each in self.credits.open(["zhanggong"], None)}
        assert stopped or known | named >= credits, "what the bank has paid is known or found, or somebody is called"
        return None


TestARestore = RestoredBooks.TestCase
TestARestore.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
