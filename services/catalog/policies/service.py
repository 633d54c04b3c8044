"""Policies on the bus."""

from __future__ import annotations

from chassis.entrypoints import Service, command, query
from chassis.reader import Reader
from chassis.uow import UnitOfWork
from contracts.policies import GetPolicy, ListPolicies, PolicyItemView, PolicyPage, PublishPolicyItem
from services.catalog.policies import use_cases, views


class PolicyEntrypoints(Service):
    """Documents and items: written, published, found."""

    @command
    def publish_policy_item(self, cmd: PublishPolicyItem, uow: UnitOfWork) -> PolicyItemView:
        return use_cases.publish_policy_item(cmd, uow)

    @query
    def list_policies(self, query: ListPolicies, reader: Reader) -> PolicyPage:
        return views.list_policies(query, reader)

    @query
    def get_policy(self, query: GetPolicy, reader: Reader) -> PolicyItemView:
        return views.get_policy(query, reader)
