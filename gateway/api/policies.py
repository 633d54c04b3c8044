"""For everybody: published policy items. For departments: publishing them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.entitlements import CheckEntitlement
from contracts.message import Id, TenantId
from contracts.policies import GetPolicy, ListPolicies, PublishPolicyItem
from gateway.access import PUBLIC, Only
from gateway.door import answer, ask, command_of, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["政策 policies"])
PublishPolicyItemForm = form(PublishPolicyItem)


@router.get("/policies", dependencies=[Depends(PUBLIC)])
async def list_policies(
    request: Request,
    tenant: TenantId | None = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Published items, newest first (公开的兑现事项)."""
    query = ListPolicies(tenant=tenant, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=None))


@router.get("/policies/{item_id}", dependencies=[Depends(PUBLIC)])
async def get_policy(
    request: Request, item_id: Id, version: Annotated[int | None, Query(ge=1, le=100_000)] = None
) -> Response:
    """One item with its guide, its rules and the rules as sentences (办事指南); the newest version unless one is
    named."""
    return answer(await ask(request, GetPolicy(item_id=item_id, item_version=version), tenant=None))


@router.post("/policies", status_code=201)
async def publish_policy_item(
    request: Request,
    body: PublishPolicyItemForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("department"))],
) -> Response:
    """Publish an item, or a new version of it (谁制定、谁更新、谁负责)."""
    return await order(request, principal, command_of(PublishPolicyItem, body), status=201)


@router.get("/policies/{item_id}/entitlement")
async def check_entitlement(
    request: Request,
    item_id: Id,
    principal: Annotated[Principal, Depends(Only("enterprise", "department", "window"))],
    enterprise_id: Id | None = None,
) -> Response:
    """What one enterprise would get and why, as advice before caps. A firm asks for itself."""
    whom = principal.actor.enterprise_id or enterprise_id or "-"
    query = CheckEntitlement(item_id=item_id, enterprise_id=whom)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))
