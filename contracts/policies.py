"""What is on offer: policy documents and items."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from contracts.item import PolicyItemContent
from contracts.message import Command, Event, Id, Model, Page, PageRequest, Query, ServiceName, TenantId


class PublishPolicyItem(Command):
    """Publish an item, or a new version of it when the tenant already has one with this code."""

    owner: ClassVar[ServiceName] = "catalog"

    content: PolicyItemContent


class PolicyItemView(Model):
    item_id: Id
    tenant: TenantId
    version: int
    content: PolicyItemContent
    sentences: dict[str, str] = Field(default_factory=dict)


class PolicyPublished(Event):
    """Version 1 of an item, or a later one; running cases keep the version they were filed under."""

    aggregate: ClassVar[str] = "policy_item"

    item_id: Id
    tenant: TenantId
    item_version: int
    content: PolicyItemContent


class ListPolicies(PageRequest):
    """Published items of `tenant` and of the levels above it; without a tenant, of everybody."""

    owner: ClassVar[ServiceName] = "catalog"

    tenant: TenantId | None = None


class PolicySummary(Model):
    item_id: Id
    tenant: TenantId
    version: int
    code: str
    title: str
    mode: str
    department: str
    sample: bool


class PolicyPage(Page):
    items: tuple[PolicySummary, ...]


class GetPolicy(Query):
    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
