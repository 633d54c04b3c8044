"""Enterprises on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.enterprise_lookup import EnterpriseFound, FindEnterprise
from contracts.enterprises import (
    EnterpriseView,
    GetEnterprise,
    RecordFacts,
    RegisterEnterprise,
)
from contracts.fact_records import FactHistory, GetFactHistory, WithdrawFacts
from services.catalog.enterprises import use_cases, views


class EnterpriseEntrypoints(Room):
    """Enterprises' dossiers: opened, filled, read."""

    @command
    def register_enterprise(self, cmd: RegisterEnterprise, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.register_enterprise(cmd, uow, self.frame.cipher)

    @command
    def record_facts(self, cmd: RecordFacts, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.record_facts(cmd, uow)

    @command
    def withdraw_facts(self, cmd: WithdrawFacts, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.withdraw_facts(cmd, uow)

    @query
    def get_enterprise(self, query: GetEnterprise, reader: Reader) -> EnterpriseView:
        return views.get_enterprise(query, reader)

    @query
    def find_enterprise(self, query: FindEnterprise, reader: Reader) -> EnterpriseFound:
        return views.find_enterprise(query, reader)

    @query
    def get_fact_history(self, query: GetFactHistory, reader: Reader) -> FactHistory:
        return views.get_fact_history(query, reader)
