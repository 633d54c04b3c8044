"""For everybody, without signing in: what is on offer, found by words and filters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.search import SearchPolicies
from gateway.access import PUBLIC
from gateway.door import answer, ask, command_of, form

router = APIRouter(tags=["公开 public"])
SearchPoliciesForm = form(SearchPolicies)

SEARCH_CACHE = "public, max-age=30"


@router.get("/policies/search", dependencies=[Depends(PUBLIC)])
async def search_policies(
    request: Request,
    asked: Annotated[SearchPoliciesForm, Query()],  # type: ignore[valid-type]
) -> Response:
    """Items on offer by words and filters, the open and the nearest first, with counts (政策搜索)."""
    query = command_of(SearchPolicies, asked)
    found = answer(await ask(request, query, tenant=None))
    found.headers["Cache-Control"] = SEARCH_CACHE
    return found
