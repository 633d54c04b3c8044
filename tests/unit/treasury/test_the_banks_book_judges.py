"""Lost orders, late executions, returns that lag, accounts that change, merges: whatever comes in whatever order, the bank's
own book says that one instalment was paid once, and in the end our books say what it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.jobs import Job
from services.treasury.account_copies.domain import CurrentAccount, PayeeOwner
from services.treasury.account_copies.store import PayeeAccountCopies
from services.treasury.budget.domain import BudgetLine
from services.treasury.budget.ledger import Entry, balances
from services.treasury.budget.store import BudgetLines, Ledger
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import OVER, UNSENT
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.use_cases import SEND
from services.treasury.payee_accounts.renewal import renew_attempts
from services.treasury.payee_accounts.use_cases import FOLLOW_ACCOUNT, follow_accounts
from services.treasury.rails import dispatch, returns
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import CONFIRM_RETURN, FETCH_RETURNS, InstructionOwner, ReturnCursor
from services.treasury.rails.settlement import ASK, RENEW
from tests.unit.treasury.treasury_kit import (
    CHECKER,
    DEPARTMENT,
    LAKH,
    NEVER_RESTORED,
    NEVER_REVISED,
    FakeBank,
    OpenCipher,
    payee,
    received_disbursement,
)

WITHIN = timedelta(hours=3)
PATIENCE = Patience(definite_noes=3, may_execute_within=WITHIN)


class Attempts(MemoryStore[Disbursement]):
    def look_at(self, ids: Collection[str]) -> list[Disbursement]:
        return list(self.get_many(ids).values())

    def of_cases(self, case_ids: Collection[str], *, lock: bool = True) -> list[Disbursement]:
        return [each for each in self.rows.values() if each.case_id in case_ids]

    def waiting_for(self, line: BudgetLine, limit: int) -> list[str]:
        return [
            each.id for each in self.rows.values() if each.state == "held" and each.amount_fen <= line.available_fen
        ]

    def unsent_of(self, payers: Collection[str], enterprises: Collection[PayeeOwner]) -> list[str]:
        return [each.id for each in self.rows.values() if each.state in UNSENT]

    def by_instruction(self, instruction_ids: Collection[str]) -> dict[str, str]:
        return {
            str(each.instruction_id): each.id for each in self.rows.values() if each.instruction_id in instruction_ids
        }


class Entries:
    def __init__(self) -> None:
        self.kept: list[Entry] = []

    def append(self, entries: Sequence[Entry]) -> None:
        self.kept += entries


class Reading:
    def __init__(self, attempts: Attempts) -> None:
        self.position: int | None = None
        self.attempts = attempts

    def start(self) -> bool:
        is_new, self.position = self.position is None, self.position or 0
        return is_new

    def after(self) -> int:
        return self.position or 0

    def advance(self, after: int) -> None:
        self.position = after

    def owners(self, instruction_ids: Collection[str]) -> dict[str, InstructionOwner]:
        found = self.attempts.by_instruction(instruction_ids)
        return {instruction: InstructionOwner("zhanggong", id) for instruction, id in found.items()}


class Accounts:
    """What the enterprise, or the one that it was merged into, has named last."""

    def __init__(self) -> None:
        self.owner, self.version, self.absorbed = "enterprise-1", 1, frozenset[str]()

    def current(self, owners: Iterable[PayeeOwner]) -> dict[PayeeOwner, CurrentAccount]:
        account = payee(self.version, sealed=f"sealed:{self.owner}-{self.version}")
        return {owner: CurrentAccount(self.owner, account, self.absorbed) for owner in owners}


class BanksBook(RuleBasedStateMachine):
    """One instalment, its line, and a bank that keeps its promise: what it has queued it executes within the time or never."""

    def __init__(self) -> None:
        super().__init__()
        line = BudgetLine.open("zhanggong", year=2026, department=DEPARTMENT, item_id=None, mode="quota")
        entry = line.appropriate(3 * LAKH, mode="quota", document="虔财〔2026〕1号", at=NOON)
        first = received_disbursement()
        reserved = line.reserve(LAKH, first.id, NOON)
        first.make_ready(line.id)
        for each in (line, first):
            each.version, each.pending = 1, []
        self.line, self.attempts, self.ledger, self.accounts = line, Attempts(first), Entries(), Accounts()
        self.ledger.append([entry, reserved])
        self.bank = FakeBank()
        self.queued_at: dict[str, Any] = {}
        self.lagging: list[str] = []
        self.unit = FakeUnit(
            stores={
                **NEVER_RESTORED,
                **NEVER_REVISED,
                Disbursements: self.attempts,
                BudgetLines: MemoryStore(line),
                Ledger: self.ledger,
                ReturnCursor: Reading(self.attempts),
                PayeeAccountCopies: self.accounts,
            }
        )
        self.handlers = {
            SEND: lambda jobs: dispatch.send(jobs, self._unit, self.bank, OpenCipher(), PATIENCE),
            ASK: lambda jobs: dispatch.ask(jobs, self._unit, self.bank, OpenCipher(), PATIENCE),
            FETCH_RETURNS: lambda jobs: returns.fetch_returns(jobs, self._unit, self.bank, PATIENCE),
            CONFIRM_RETURN: lambda jobs: returns.confirm_returns(jobs, self._unit, self.bank, PATIENCE),
            RENEW: lambda jobs: renew_attempts(jobs, self._unit, PATIENCE),
            FOLLOW_ACCOUNT: lambda jobs: follow_accounts(jobs, self._unit),
        }

    def _unit(self, _tenants: Sequence[str]) -> Any:
        return self.unit

    def time_passes(self, minutes: int) -> None:
        for _ in range(minutes // 10):
            self.unit.now += timedelta(minutes=10)
            self.works()

    def works(self) -> None:
        """Whatever is due is done, as the timers do it."""
        lost = set(self.bank.lost)
        for (tenant, kind, subject), at in sorted(self.unit.jobs.items()):
            if kind in self.handlers and at <= self.unit.now and (tenant, kind, subject) in self.unit.jobs:
                self.handlers[kind]([Job(tenant, kind, subject, at)])
        for instruction in set(self.bank.lost) - lost:
            self.queued_at[instruction] = self.unit.now

    # -- what people and timers do ------------------------------------------------------------------------

    @rule()
    def a_second_person_releases_what_is_ready(self) -> None:
        self.releases()

    def releases(self) -> None:
        for each in self.attempts.rows.values():
            if each.state == "ready" and each.contradiction is None:
                each.authorise(by=CHECKER.id, at=self.unit.now)
                self.attempts.save(each)
                self.unit.schedule(SEND, each.id, at=self.unit.now, tenant=each.tenant)
        self.works()

    @rule(minutes=st.sampled_from([30, 200]))
    def somebody_waits(self, minutes: int) -> None:
        self.time_passes(minutes)

    @rule()
    def the_enterprise_has_another_account(self) -> None:
        self.accounts.version += 1
        self.unit.schedule(FOLLOW_ACCOUNT, self.accounts.owner, at=self.unit.now, tenant="zhanggong")
        self.works()

    @precondition(lambda self: not self.accounts.absorbed)
    @rule()
    def the_enterprise_is_merged_into_another(self) -> None:
        self.accounts.owner, self.accounts.version = "survivor", 1
        self.accounts.absorbed = frozenset({"enterprise-1"})
        self.unit.schedule(FOLLOW_ACCOUNT, "survivor", at=self.unit.now, tenant="zhanggong")

    # -- what the bank does --------------------------------------------------------------------------------

    @rule(how=st.sampled_from(["sound", "order", "answer"]))
    def the_way_to_the_bank_is(self, how: str) -> None:
        self.bank.loses = frozenset({how} - {"sound"})

    @rule()
    def what_is_released_now_is_lost_on_its_way(self) -> None:
        before, self.bank.loses = self.bank.loses, frozenset({"order"})
        self.releases()
        self.time_passes(30)
        self.bank.loses = before

    @rule()
    def the_bank_refuses_what_comes_next(self) -> None:
        self.bank.answers_with = "failed" if self.bank.answers_with == "settled" else "settled"

    @rule()
    def the_bank_executes_what_it_has_queued(self) -> None:
        self.bank.answers_with = "settled"
        for instruction, payment in sorted(self.bank.lost.items()):
            if instruction not in self.bank.book and self.unit.now <= self.queued_at[instruction] + WITHIN:
                self.bank.book[instruction] = (payment, self.bank._word(instruction, "settled"))

    @rule(lags=st.booleans())
    def the_bank_sends_back_what_it_has_paid(self, lags: bool) -> None:
        for instruction, (_, word) in sorted(self.bank.book.items()):
            if word.status == "settled" and instruction not in self.bank.sent_back:
                if lags:
                    self.bank.sent_back.append(instruction)
                    self.lagging.append(instruction)
                else:
                    self.bank.comes_to(instruction, "returned", "账户已销户")

    @precondition(lambda self: self.lagging)
    @rule()
    def the_banks_answers_catch_up_with_its_list(self) -> None:
        for instruction in self.lagging:
            self.bank.comes_to(instruction, "returned", "账户已销户")
            self.bank.sent_back.pop()
        self.lagging.clear()

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        assert len(self.bank.credits()) <= 1

    @invariant()
    def the_line_adds_up(self) -> None:
        line = self.line
        sums = balances(self.ledger.kept)
        assert sum(sums.values()) == 0
        assert line.available_fen == sums.get("available", 0) >= 0
        assert line.reserved_fen == sums.get("reserved", 0)

    @invariant()
    def what_ended_is_followed_waited_for_or_told(self) -> None:
        for each in self.attempts.rows.values():
            followed = any(other.attempt > each.attempt for other in self.attempts.rows.values())
            waited = ("zhanggong", RENEW, each.id) in self.unit.jobs
            assert each.state not in ("failed", "returned") or followed or waited or each.contradiction

    def teardown(self) -> None:
        """Let all that is under way come to its end: then the books say what the bank's book says."""
        if self.lagging:
            self.the_banks_answers_catch_up_with_its_list()
        self.bank.loses, self.bank.answers_with = frozenset(), "settled"
        for _ in range(30):
            self.unit.now += timedelta(hours=1)
            self.works()
        ours = {each.instruction_id: each.state for each in self.attempts.rows.values() if each.instruction_id}
        banks = {instruction: word.status for instruction, (_, word) in self.bank.book.items()}
        assert {id: state for id, state in ours.items() if state in ("settled", "returned")} == {
            id: status for id, status in banks.items() if status in ("settled", "returned")
        }
        assert not any(each.contradiction for each in self.attempts.rows.values()), "the bank has kept its promise"
        assert len([each for each in self.attempts.rows.values() if each.state not in OVER]) <= 1


TestTheBanksBook = BanksBook.TestCase
TestTheBanksBook.settings = settings(
    max_examples=120, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
