"""Policies on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.authoring import (
    AuthoredItemPage,
    CheckedItem,
    CheckPolicyItem,
    CompareItemVersions,
    DeclaredFacts,
    FindDeclaredFacts,
    GetAuthoredItem,
    GetItemHistory,
    ItemDifferences,
    ItemHistory,
    ListAuthoredItems,
)
from contracts.plan_terms import ListUnmappedTerms, UnmappedTermPage
from contracts.policies import (
    AuthoredItemView,
    GetPolicy,
    ListPolicies,
    PolicyItemView,
    PolicyPage,
    PublishPolicyItem,
    ResumePolicyItem,
    RevisePolicyItem,
    SuspendPolicyItem,
    WithdrawPolicyItem,
)
from services.catalog.policies import authored, declared_facts, use_cases, validity, views


class PolicyEntrypoints(Room):
    """Items on offer: published, changed, read, watched until their validity ends."""

    @command
    def publish_policy_item(self, cmd: PublishPolicyItem, uow: UnitOfWork) -> PolicyItemView:
        return use_cases.publish_policy_item(cmd, uow)

    @command
    def revise_policy_item(self, cmd: RevisePolicyItem, uow: UnitOfWork) -> AuthoredItemView:
        return use_cases.revise_policy_item(cmd, uow)

    @command
    def suspend_policy_item(self, cmd: SuspendPolicyItem, uow: UnitOfWork) -> AuthoredItemView:
        return use_cases.suspend_policy_item(cmd, uow)

    @command
    def resume_policy_item(self, cmd: ResumePolicyItem, uow: UnitOfWork) -> AuthoredItemView:
        return use_cases.resume_policy_item(cmd, uow)

    @command
    def withdraw_policy_item(self, cmd: WithdrawPolicyItem, uow: UnitOfWork) -> AuthoredItemView:
        return use_cases.withdraw_policy_item(cmd, uow)

    @query
    def list_policies(self, query: ListPolicies, reader: Reader) -> PolicyPage:
        return views.list_policies(query, reader)

    @query
    def get_policy(self, query: GetPolicy, reader: Reader) -> PolicyItemView:
        return views.get_policy(query, reader)

    @query
    def list_authored_items(self, query: ListAuthoredItems, reader: Reader) -> AuthoredItemPage:
        return authored.list_authored_items(query, reader)

    @query
    def get_authored_item(self, query: GetAuthoredItem, reader: Reader) -> AuthoredItemView:
        return authored.get_authored_item(query, reader)

    @query
    def get_item_history(self, query: GetItemHistory, reader: Reader) -> ItemHistory:
        return authored.get_item_history(query, reader)

    @query
    def check_policy_item(self, query: CheckPolicyItem, reader: Reader) -> CheckedItem:
        return authored.check_policy_item(query, reader)

    @query
    def compare_item_versions(self, query: CompareItemVersions, reader: Reader) -> ItemDifferences:
        return authored.compare_item_versions(query, reader)

    @query
    def find_declared_facts(self, query: FindDeclaredFacts, reader: Reader) -> DeclaredFacts:
        return declared_facts.find_declared_facts(query, reader)

    @query
    def list_unmapped_terms(self, query: ListUnmappedTerms, reader: Reader) -> UnmappedTermPage:
        return authored.list_unmapped_terms(query, reader)

    @due(validity.ITEM_VALIDITY)
    def item_validity(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            validity.look_at_validity(jobs, uow)
