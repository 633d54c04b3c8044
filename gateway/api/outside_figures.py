"""For everybody: the outside figures that items rest on. For departments and the approval bureau: entering them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.message import Id, TenantId
from contracts.outside_figures import ListOutsideFigures, RecordOutsideFigures, WithdrawOutsideFigure
from contracts.rule.facts import Code, FactName
from gateway.access import PUBLIC, Only
from gateway.door import answer, ask, command_of, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["外部参数 outside figures"])
RecordOutsideFiguresForm = form(RecordOutsideFigures)
WithdrawOutsideFigureForm = form(WithdrawOutsideFigure, without=("figure_id",))

Keeper = Annotated[Principal, Depends(Only("department", "bureau"))]


@router.get("/outside-figures", dependencies=[Depends(PUBLIC)])
async def list_outside_figures(
    request: Request,
    tenant: TenantId | None = None,
    name: FactName | None = None,
    key: Code | None = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """What was entered, the newest first, withdrawn ones marked (外部参数：LPR、行业平均、汇率)."""
    query = ListOutsideFigures(tenant=tenant, name=name, key=key, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=None))


@router.post("/outside-figures", status_code=201)
async def record_outside_figures(
    request: Request,
    body: RecordOutsideFiguresForm,  # type: ignore[valid-type]
    principal: Keeper,
) -> Response:
    """Enter figures with their source, all or none; a correction is a newer word (录入)."""
    return await order(request, principal, command_of(RecordOutsideFigures, body), status=201)


@router.post("/outside-figures/{figure_id}/withdraw")
async def withdraw_outside_figure(
    request: Request,
    figure_id: Id,
    body: WithdrawOutsideFigureForm,  # type: ignore[valid-type]
    principal: Keeper,
) -> Response:
    """Take back what should never have been entered; it stays readable, marked (撤回)."""
    return await order(request, principal, command_of(WithdrawOutsideFigure, body, figure_id=figure_id))
