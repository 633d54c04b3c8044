"""For the finance bureau: budgets. For the approval bureau: releasing payments."""

from __future__ import annotations

from starlette.responses import Response

from contracts.deadlines import ListPayoutDeadlineMoves
from contracts.forecasts import GetForecast
from contracts.recoveries import ListRecoveries, SetWithheldTax
from contracts.treasury import (
    AppropriateBudget,
    AuthoriseDisbursement,
    ClearContradiction,
    GetBudgetTotals,
    GetDisbursement,
    GetLedgerTotals,
    ListBudgetLines,
    ListDisbursements,
    SummariseDisbursements,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("资金 money")


@routes.order("/budgets", AppropriateBudget, status=201)
async def appropriate_budget(door: Door, command: AppropriateBudget) -> Response:
    """Put money on a budget line (下达预算指标)."""
    return await door.order(command)


@routes.ask("/budgets", ListBudgetLines, without=("department", "line_id"))
async def list_budget_lines(door: Door, query: ListBudgetLines) -> Response:
    """Budget lines by year and department: appropriated, reserved, paid, available (预算指标)."""
    return await door.ask(query)


@routes.ask("/budgets/totals", GetBudgetTotals, without=("department", "line_id"))
async def get_budget_totals(door: Door, query: GetBudgetTotals) -> Response:
    """What all lines, or those of a year, come to together."""
    return await door.ask(query)


@routes.ask("/budgets/forecast", GetForecast)
async def get_forecast(door: Door, query: GetForecast) -> Response:
    """What may have to be paid, by year, department and item; nothing is reserved for it (预计支出)."""
    return await door.ask(query)


@routes.ask("/ledger/totals", GetLedgerTotals)
async def get_ledger_totals(door: Door, query: GetLedgerTotals) -> Response:
    """Balances by account; they sum to zero."""
    return await door.ask(query)


@routes.ask("/disbursements", ListDisbursements)
async def list_disbursements(door: Door, query: ListDisbursements) -> Response:
    """Disbursements, oldest first."""
    return await door.ask(query)


@routes.ask("/disbursements/summary", SummariseDisbursements)
async def summarise_disbursements(door: Door, query: SummariseDisbursements) -> Response:
    """How many disbursements the filter leaves, what they come to, and the three largest."""
    return await door.ask(query)


@routes.ask("/disbursements/{disbursement_id}", GetDisbursement)
async def get_disbursement(door: Door, query: GetDisbursement) -> Response:
    """One attempt to pay, with its state, its reason and whom it goes to (兑付详情)."""
    return await door.ask(query)


@routes.ask("/disbursements/{disbursement_id}/deadline-moves", ListPayoutDeadlineMoves)
async def list_payout_deadline_moves(door: Door, query: ListPayoutDeadlineMoves) -> Response:
    """From when to when its payout limit was moved, and on the ground of which calendars (时限变化)."""
    return await door.ask(query)


@routes.order("/disbursements/{disbursement_id}/authorise", AuthoriseDisbursement, versioned=True)
async def authorise_disbursement(door: Door, command: AuthoriseDisbursement) -> Response:
    """复核: a second person releases the payment. If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/disbursements/{disbursement_id}/withheld-tax", SetWithheldTax, versioned=True)
async def set_withheld_tax(door: Door, command: SetWithheldTax) -> Response:
    """Enter the income tax that the payer withholds (代扣个人所得税). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/disbursements/{disbursement_id}/clear", ClearContradiction, versioned=True)
async def clear_contradiction(door: Door, command: ClearContradiction) -> Response:
    """Say how a contradiction was cleared up with the bank (核实结论). If-Match: the version that was read."""
    return await door.order(command)


@routes.ask("/recoveries", ListRecoveries)
async def list_recoveries(door: Door, query: ListRecoveries) -> Response:
    """What was paid and has to come back, because a later approval grants less (待追回款项)."""
    return await door.ask(query)
