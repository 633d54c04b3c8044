"""Enterprises on the bus."""

from __future__ import annotations

from chassis.entrypoints import Service, command, query
from chassis.reader import Reader
from chassis.uow import UnitOfWork
from contracts.enterprises import (
    ConfirmPayeeAccount,
    EnterpriseView,
    GetEnterprise,
    PayeeAccountView,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from services.catalog.enterprises import use_cases, views


class EnterpriseEntrypoints(Service):
    """Enterprises' files: opened, filled, read."""

    @command
    def register_enterprise(self, cmd: RegisterEnterprise, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.register_enterprise(cmd, uow, self.frame.cipher)

    @command
    def record_facts(self, cmd: RecordFacts, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.record_facts(cmd, uow)

    @command
    def register_payee_account(self, cmd: RegisterPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.register_payee_account(cmd, uow, self.frame.cipher)

    @command
    def confirm_payee_account(self, cmd: ConfirmPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
        return use_cases.confirm_payee_account(cmd, uow)

    @query
    def get_enterprise(self, query: GetEnterprise, reader: Reader) -> EnterpriseView:
        return views.get_enterprise(query, reader)
