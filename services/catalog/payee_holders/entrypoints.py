"""Holders and their accounts on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.payee_holder_accounts import (
    ConfirmHolderAccount,
    CorrectPayeeHolder,
    GetPayeeHolder,
    HolderAccountView,
    ListPayeeHolders,
    PayeeHolderPage,
    PayeeHolderSheet,
    PayeeHolderView,
    RegisterHolderAccount,
    RegisterPayeeHolder,
    WithdrawHolderAccount,
)
from services.catalog.payee_holders import use_cases, views


class PayeeHolderEntrypoints(Room):
    """Receivers that are no applicants, and the accounts that they are paid to."""

    @command
    def register_payee_holder(self, cmd: RegisterPayeeHolder, uow: UnitOfWork) -> PayeeHolderView:
        return use_cases.register_payee_holder(cmd, uow, self.frame.cipher)

    @command
    def correct_payee_holder(self, cmd: CorrectPayeeHolder, uow: UnitOfWork) -> PayeeHolderView:
        return use_cases.correct_payee_holder(cmd, uow)

    @command
    def register_holder_account(self, cmd: RegisterHolderAccount, uow: UnitOfWork) -> HolderAccountView:
        return use_cases.register_holder_account(cmd, uow, self.frame.cipher)

    @command
    def confirm_holder_account(self, cmd: ConfirmHolderAccount, uow: UnitOfWork) -> HolderAccountView:
        return use_cases.confirm_holder_account(cmd, uow)

    @command
    def withdraw_holder_account(self, cmd: WithdrawHolderAccount, uow: UnitOfWork) -> HolderAccountView:
        return use_cases.withdraw_holder_account(cmd, uow)

    @query
    def list_payee_holders(self, query: ListPayeeHolders, reader: Reader) -> PayeeHolderPage:
        return views.list_payee_holders(query, reader)

    @query
    def get_payee_holder(self, query: GetPayeeHolder, reader: Reader) -> PayeeHolderSheet:
        return views.get_payee_holder(query, reader)
