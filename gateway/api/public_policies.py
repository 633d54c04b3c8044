"""For everybody, without signing in: what is on offer, found by words and filters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.message import Id
from contracts.policy_guide import GetGuide
from contracts.search import SearchForEnterprise, SearchPolicies
from gateway.access import PUBLIC, Only
from gateway.door import answer, ask, command_of, form, unless_known
from gateway.identity.views import Principal

router = APIRouter(tags=["公开 public"])
SearchPoliciesForm = form(SearchPolicies)
SearchForEnterpriseForm = form(SearchForEnterprise, without=("enterprise_id", "tenant"))

SEARCH_CACHE = "public, max-age=30"
GUIDE_CACHE = "public, max-age=60"


@router.get("/policies/search", dependencies=[Depends(PUBLIC)])
async def search_policies(
    request: Request,
    asked: Annotated[SearchPoliciesForm, Query()],  # type: ignore[valid-type]
) -> Response:
    """Items on offer by words and filters, the open and the nearest first, with counts (政策搜索)."""
    query = command_of(SearchPolicies, asked)
    return unless_known(request, answer(await ask(request, query, tenant=None)), SEARCH_CACHE)


@router.get("/my/policies/search")
async def search_for_enterprise(
    request: Request,
    asked: Annotated[SearchForEnterpriseForm, Query()],  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("enterprise"))],
) -> Response:
    """The same for a firm that has signed in: what it is entitled to comes first (企业政策搜索)."""
    query = command_of(SearchForEnterprise, asked, enterprise_id=principal.actor.enterprise_id or "-")
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/policies/{item_id}/guide", dependencies=[Depends(PUBLIC)])
async def get_guide(
    request: Request, item_id: Id, version: Annotated[int | None, Query(ge=1, le=100_000)] = None
) -> Response:
    """One item as a person reads it (办事指南); the newest version unless one is named."""
    guide = answer(await ask(request, GetGuide(item_id=item_id, item_version=version), tenant=None))
    return unless_known(request, guide, GUIDE_CACHE)
