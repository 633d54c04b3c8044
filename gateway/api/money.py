"""For the finance bureau: budgets. For the approval bureau: releasing payments."""

from __future__ import annotations

from starlette.responses import Response

from contracts.treasury import (
    AppropriateBudget,
    AuthoriseDisbursement,
    GetDisbursement,
    GetLedgerTotals,
    ListBudgetLines,
    ListDisbursements,
)
from gateway.access import Only
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("资金 money")
SEEING = Only("bureau", "finance", "supervisor")


@routes.order("/budgets", AppropriateBudget, Only("finance"), status=201)
async def appropriate_budget(door: Door, command: AppropriateBudget) -> Response:
    """Put money on a budget line (下达预算指标)."""
    return await door.order(command)


@routes.ask("/budgets", ListBudgetLines, SEEING, without=("department",))
async def list_budget_lines(door: Door, query: ListBudgetLines) -> Response:
    return await door.ask(query)


@routes.ask("/ledger/totals", GetLedgerTotals, SEEING)
async def get_ledger_totals(door: Door, query: GetLedgerTotals) -> Response:
    """Balances by account; they sum to zero."""
    return await door.ask(query)


@routes.ask("/disbursements", ListDisbursements, SEEING)
async def list_disbursements(door: Door, query: ListDisbursements) -> Response:
    """Disbursements, oldest first."""
    return await door.ask(query)


@routes.ask("/disbursements/{disbursement_id}", GetDisbursement, SEEING)
async def get_disbursement(door: Door, query: GetDisbursement) -> Response:
    return await door.ask(query)


@routes.order("/disbursements/{disbursement_id}/authorise", AuthoriseDisbursement, Only("bureau"), versioned=True)
async def authorise_disbursement(door: Door, command: AuthoriseDisbursement) -> Response:
    """复核: a second person releases the payment. If-Match: the version that was read."""
    return await door.order(command)
