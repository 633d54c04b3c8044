"""For everybody: published policy items. For departments: publishing them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.entitlements import CheckEntitlement
from contracts.message import Id
from contracts.policies import GetPolicy, ListPolicies, PublishPolicyItem
from gateway.access import Permitted
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("政策 policies")
Adviser = Annotated[Door, Depends(Permitted(CheckEntitlement))]


@routes.ask("/policies", ListPolicies)
async def list_policies(door: Door, query: ListPolicies) -> Response:
    """Published items, newest first (公开的兑现事项)."""
    return await door.ask(query)


@routes.ask("/policies/{item_id}", GetPolicy, called={"item_version": "version"})
async def get_policy(door: Door, query: GetPolicy) -> Response:
    """One item with its guide, its rules and the rules as sentences (办事指南); the newest version unless one is
    named."""
    return await door.ask(query)


@routes.order("/policies", PublishPolicyItem, status=201)
async def publish_policy_item(door: Door, command: PublishPolicyItem) -> Response:
    """Publish an item, or a new version of it (谁制定、谁更新、谁负责)."""
    return await door.order(command)


@routes.special("GET", "/policies/{item_id}/entitlement", CheckEntitlement)
async def check_entitlement(door: Adviser, item_id: Id, enterprise_id: Id | None = None) -> Response:
    """What one enterprise would get and why, as advice before caps. An enterprise asks for itself."""
    whom = door.principal.actor.enterprise_id or enterprise_id or "-"
    return await door.ask(CheckEntitlement(item_id=item_id, enterprise_id=whom))
