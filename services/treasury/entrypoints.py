"""Treasury on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import PayeeAccountChanged
from contracts.review import CaseApproved
from contracts.treasury import (
    AppropriateBudget,
    AuthoriseDisbursement,
    BudgetLinePage,
    BudgetLineView,
    DisbursementPage,
    DisbursementView,
    GetDisbursement,
    GetLedgerTotals,
    LedgerTotals,
    ListBudgetLines,
    ListDisbursements,
)
from services.treasury import (
    books,
    dispatch,
    payee_accounts,
    payout_clock,
    returns,
    settlement,
    use_cases,
    views,
)
from services.treasury.bank import BATCH_LIMIT
from services.treasury.bank_client import BankClient


class TreasuryEntrypoints(Room):
    """From an order to pay to money in the account."""

    bank = Port(BankClient.from_env)
    patience = Port(settlement.Patience.from_env)

    @command
    def appropriate_budget(self, cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLineView:
        return use_cases.appropriate_budget(cmd, uow)

    @command
    def authorise_disbursement(self, cmd: AuthoriseDisbursement, uow: UnitOfWork) -> DisbursementView:
        return use_cases.authorise_disbursement(cmd, uow)

    @query
    def get_disbursement(self, query: GetDisbursement, reader: Reader) -> DisbursementView:
        return views.get_disbursement(query, reader)

    @query
    def list_disbursements(self, query: ListDisbursements, reader: Reader) -> DisbursementPage:
        return views.list_disbursements(query, reader)

    @query
    def list_budget_lines(self, query: ListBudgetLines, reader: Reader) -> BudgetLinePage:
        return views.list_budget_lines(query, reader)

    @query
    def get_ledger_totals(self, query: GetLedgerTotals, reader: Reader) -> LedgerTotals:
        return views.get_ledger_totals(query, reader)

    @on(CaseApproved)
    def case_approved(self, events: list[Received[CaseApproved]], uow: UnitOfWork) -> None:
        use_cases.receive_approvals(events, uow)

    @on(PayeeAccountChanged)
    def payee_account_changed(self, events: list[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
        payee_accounts.keep_accounts(events, uow)

    @due(dispatch.SEND, batch=BATCH_LIMIT)
    def send_disbursements(self, jobs: list[Job], unit: UnitMaker) -> None:
        dispatch.send(jobs, unit, self.bank, self.frame.cipher, self.patience)

    @due(settlement.ASK, batch=BATCH_LIMIT)
    def ask_bank(self, jobs: list[Job], unit: UnitMaker) -> None:
        dispatch.ask(jobs, unit, self.bank, self.frame.cipher, self.patience)

    @due(returns.FETCH_RETURNS)
    def fetch_returns(self, jobs: list[Job], unit: UnitMaker) -> None:
        returns.fetch_returns(jobs, unit, self.bank, self.patience)

    @due(settlement.RENEW)
    def renew_attempts(self, jobs: list[Job], unit: UnitMaker) -> None:
        payee_accounts.renew_attempts(jobs, unit, self.patience)

    @due(books.RELEASE_HELD)
    def release_held(self, jobs: list[Job], unit: UnitMaker) -> None:
        books.release_held(jobs, unit)

    @due(payout_clock.ALARM)
    def raise_payout_alarms(self, jobs: list[Job], unit: UnitMaker) -> None:
        payout_clock.raise_alarms(jobs, unit)
