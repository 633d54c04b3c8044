"""For enterprises: what they may claim and why. For departments: whom an item reaches, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.entitlements import (
    CostedPreview,
    GetItemReach,
    ListEntitlements,
    ListItemEnterprises,
    ListMatches,
    PreviewItem,
)
from contracts.message import Id
from contracts.rule import State
from contracts.treasury import ListBudgetLines
from gateway.access import Only
from gateway.bus import BusError
from gateway.door import answer, ask, composed, form
from gateway.identity.views import Principal

router = APIRouter(tags=["匹配 entitlements"])
PreviewItemForm = form(PreviewItem)

Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/my/entitlements")
async def list_own_entitlements(
    request: Request,
    principal: Annotated[Principal, Depends(Only("enterprise"))],
    state: State = State.MET,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """What the firm may claim, with reasons, the estimate and its working; or what it may not, or what is open."""
    firm = principal.actor.enterprise_id or "-"
    query = ListEntitlements(enterprise_id=firm, state=state, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/enterprises/{enterprise_id}/entitlements")
async def list_entitlements(
    request: Request,
    enterprise_id: Id,
    principal: Annotated[Principal, Depends(Only("department", "window", "bureau"))],
    state: State = State.MET,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """The same for one enterprise, at the window or in a department."""
    query = ListEntitlements(enterprise_id=enterprise_id, state=state, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/policies/{item_id}/reach")
async def get_item_reach(
    request: Request,
    item_id: Id,
    principal: Annotated[Principal, Depends(Only("department", "bureau", "finance"))],
) -> Response:
    """How many enterprises here meet the item, do not meet it, and cannot be told (覆盖企业)."""
    return answer(await ask(request, GetItemReach(item_id=item_id), tenant=principal.tenant, principal=principal))


@router.get("/policies/{item_id}/enterprises")
async def list_item_enterprises(
    request: Request,
    item_id: Id,
    principal: Annotated[Principal, Depends(Only("department", "bureau"))],
    state: State = State.MET,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Which enterprises they are."""
    query = ListItemEnterprises(item_id=item_id, state=state, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/authoring/preview")
@composed(CostedPreview)
async def preview_item(
    request: Request,
    body: PreviewItemForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("department", "finance"))],
) -> Response:
    """Before publication: how many enterprises, how much money before caps, and the department's budget beside it.

    It changes nothing.
    """
    query = PreviewItem.model_construct(content=body.content)  # type: ignore[attr-defined]
    preview = await ask(request, query, tenant=principal.tenant, principal=principal)
    if "ok" in preview:
        department = query.content.rules.plan.department
        preview = {"ok": {**preview["ok"], "budget": await _budget_of(request, principal, department)}}
    return answer(preview)


async def _budget_of(request: Request, principal: Principal, department: str) -> Sequence[object] | None:
    """This year's lines of the department in the principal's place; None while treasury cannot be asked."""
    year = request.app.state.frame.clock.now().astimezone(CHINA).year
    query = ListBudgetLines(year=year, department=department, limit=200)
    try:
        lines = await ask(request, query, tenant=principal.tenant, principal=principal)
    except BusError:
        return None
    return lines["ok"]["items"] if "ok" in lines else None


@router.get("/matches")
async def list_matches(
    request: Request,
    principal: Annotated[Principal, Depends(Only("department", "bureau", "partner"))],
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Who is newly entitled to what, oldest first; the last page's cursor leads to what comes later."""
    query = ListMatches(cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))
