"""For the finance bureau: budgets. For the approval bureau: releasing payments."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.message import Id
from contracts.treasury import (
    AppropriateBudget,
    AuthoriseDisbursement,
    DisbursementState,
    GetDisbursement,
    GetLedgerTotals,
    ListBudgetLines,
    ListDisbursements,
)
from gateway.access import Only
from gateway.door import answer, ask, command_of, expected_version, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["资金 money"])
AppropriateBudgetForm = form(AppropriateBudget)

Seeing = Annotated[Principal, Depends(Only("bureau", "finance", "supervisor"))]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post("/budgets", status_code=201)
async def appropriate_budget(
    request: Request,
    body: AppropriateBudgetForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("finance"))],
) -> Response:
    """Put money on a budget line (下达预算指标)."""
    return await order(request, principal, command_of(AppropriateBudget, body), status=201)


@router.get("/budgets")
async def list_budget_lines(
    request: Request, principal: Seeing, year: int | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    query = ListBudgetLines(year=year, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/ledger/totals")
async def get_ledger_totals(request: Request, principal: Seeing) -> Response:
    """Balances by account; they sum to zero."""
    return answer(await ask(request, GetLedgerTotals(), tenant=principal.tenant, principal=principal))


@router.get("/disbursements")
async def list_disbursements(
    request: Request,
    principal: Seeing,
    state: DisbursementState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Disbursements, oldest first."""
    query = ListDisbursements(state=state, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/disbursements/{disbursement_id}")
async def get_disbursement(request: Request, disbursement_id: Id, principal: Seeing) -> Response:
    query = GetDisbursement(disbursement_id=disbursement_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/disbursements/{disbursement_id}/authorise")
async def authorise_disbursement(
    request: Request,
    disbursement_id: Id,
    principal: Annotated[Principal, Depends(Only("bureau"))],
) -> Response:
    """复核: a second person releases the payment. If-Match: the version that was read."""
    command = AuthoriseDisbursement(disbursement_id=disbursement_id, expected_version=expected_version(request))
    return await order(request, principal, command)
