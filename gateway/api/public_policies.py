"""For everybody, without signing in: what is on offer, found by words and filters."""

from __future__ import annotations

from starlette.responses import Response

from contracts.policy_guide import GetGuide
from contracts.search import SearchForEnterprise, SearchPolicies
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("公开 public")
SEARCH_CACHE = "public, max-age=30"
GUIDE_CACHE = "public, max-age=60"


@routes.ask("/policies/search", SearchPolicies, cache=SEARCH_CACHE)
async def search_policies(door: Door, query: SearchPolicies) -> Response:
    """Items on offer by words and filters, the open and the nearest first, with counts (政策搜索)."""
    return await door.ask(query)


@routes.ask("/my/policies/search", SearchForEnterprise, own_enterprise=True, without=("tenant",))
async def search_for_enterprise(door: Door, query: SearchForEnterprise) -> Response:
    """The same for an enterprise that has signed in: what it is entitled to comes first (企业政策搜索)."""
    return await door.ask(query)


@routes.ask("/policies/{item_id}/guide", GetGuide, called={"item_version": "version"}, cache=GUIDE_CACHE)
async def get_guide(door: Door, query: GetGuide) -> Response:
    """One item as a person reads it (办事指南); the newest version unless one is named."""
    return await door.ask(query)
