"""Enterprises on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.enterprises import (
    ConfirmPayeeAccount,
    EnterpriseView,
    GetEnterprise,
    ListPayeeAccounts,
    PayeeAccountList,
    PayeeAccountView,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from contracts.fact_records import FactHistory, GetFactHistory, WithdrawFacts
from services.catalog.enterprises import use_cases, views


class EnterpriseEntrypoints(Room):
    """Enterprises' files: opened, filled, read."""

    @command
    def register_enterprise(self, cmd: RegisterEnterprise, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.register_enterprise(cmd, uow, self.frame.cipher)

    @command
    def record_facts(self, cmd: RecordFacts, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.record_facts(cmd, uow)

    @command
    def withdraw_facts(self, cmd: WithdrawFacts, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.withdraw_facts(cmd, uow)

    @command
    def register_payee_account(self, cmd: RegisterPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.register_payee_account(cmd, uow, self.frame.cipher)

    @command
    def confirm_payee_account(self, cmd: ConfirmPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.confirm_payee_account(cmd, uow)

    @query
    def get_enterprise(self, query: GetEnterprise, reader: Reader) -> EnterpriseView:
        return views.get_enterprise(query, reader)

    @command
    def withdraw_payee_account(self, cmd: WithdrawPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.withdraw_payee_account(cmd, uow)

    @query
    def get_fact_history(self, query: GetFactHistory, reader: Reader) -> FactHistory:
        return views.get_fact_history(query, reader)

    @query
    def list_payee_accounts(self, query: ListPayeeAccounts, reader: Reader) -> PayeeAccountList:
        return views.list_payee_accounts(query, reader)
