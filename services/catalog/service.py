"""The catalogue on the bus."""

from __future__ import annotations

from chassis.entrypoints import Service, command, query
from chassis.reader import Reader
from chassis.uow import UnitOfWork
from contracts.catalog import (
    CheckEntitlement,
    ConfirmPayeeAccount,
    EnterpriseView,
    EntitlementView,
    GetEnterprise,
    GetPolicy,
    ListPolicies,
    PayeeAccountView,
    PolicyItemView,
    PolicyPage,
    PublishPolicyItem,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from services.catalog import use_cases, views


class CatalogService(Service):
    """What is on offer and to whom."""

    name = "catalog"

    @command
    def publish_policy_item(self, cmd: PublishPolicyItem, uow: UnitOfWork) -> PolicyItemView:
        return use_cases.publish_policy_item(cmd, uow)

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
    def list_policies(self, query: ListPolicies, reader: Reader) -> PolicyPage:
        return views.list_policies(query, reader)

    @query
    def get_policy(self, query: GetPolicy, reader: Reader) -> PolicyItemView:
        return views.get_policy(query, reader)

    @query
    def get_enterprise(self, query: GetEnterprise, reader: Reader) -> EnterpriseView:
        return views.get_enterprise(query, reader)

    @query
    def check_entitlement(self, query: CheckEntitlement, reader: Reader) -> EntitlementView:
        return views.check_entitlement(query, reader)
