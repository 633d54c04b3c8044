"""Payee accounts on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.enterprises import (
    ConfirmPayeeAccount,
    ListPayeeAccounts,
    PayeeAccountList,
    PayeeAccountView,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from services.catalog.payee_accounts import use_cases, views


class PayeeAccountEntrypoints(Room):
    """Accounts that money goes to: registered by one person, confirmed by another."""

    @command
    def register_payee_account(self, cmd: RegisterPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.register_payee_account(cmd, uow, self.frame.cipher)

    @command
    def confirm_payee_account(self, cmd: ConfirmPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.confirm_payee_account(cmd, uow)

    @command
    def withdraw_payee_account(self, cmd: WithdrawPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.withdraw_payee_account(cmd, uow)

    @query
    def list_payee_accounts(self, query: ListPayeeAccounts, reader: Reader) -> PayeeAccountList:
        return views.list_payee_accounts(query, reader)
