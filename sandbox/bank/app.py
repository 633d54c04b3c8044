"""The bank's HTTP face."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from sandbox.bank.payments import PaymentDesk
from sandbox.bank.wire import (
    PAGE_LIMIT,
    AccountHeld,
    AccountNumber,
    Credits,
    Days,
    InstructionId,
    PaymentBatch,
    PaymentEntry,
    PaymentOrder,
    PaymentPage,
    PaymentQuery,
    PaymentResult,
    PaymentResults,
    ReturnOrder,
    ReturnPage,
    Status,
    Totals,
)
from sandbox.program import ProgramRefusal, answer, build_app

After = Annotated[int, Query(ge=0)]
InstructionAfter = Annotated[str, Query(max_length=64)]
Day = Annotated[str, Query(max_length=10)]
Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]

_CONFLICT_CODE = "instruction_content_differs"
_CONFLICT = "同一指令号的内容不一致，未执行 / this instruction id belongs to a payment with other content"


def bank_app(desk: PaymentDesk) -> FastAPI:
    """The bank's application over its desk."""
    routers = (_payment_routes(desk), _query_routes(desk), _return_routes(desk))
    return build_app("沙盒银行 / Sandbox bank", desk, *routers)


def _payment_routes(desk: PaymentDesk) -> APIRouter:
    router = APIRouter(tags=["payments"])

    @router.put("/accounts/{number}")
    async def hold_account(number: Annotated[AccountNumber, Path()], account: AccountHeld) -> AccountHeld:
        await desk.write(partial(desk.hold_account, number=number, account=account))
        return account

    @router.post("/payments", response_model=PaymentResult)
    async def pay(order: PaymentOrder, request: Request) -> Response:
        presented = await desk.write(partial(desk.present, orders=[order]))

        def respond() -> Response:
            row = presented.rows[0]
            if row is None:
                raise ProgramRefusal(409, _CONFLICT_CODE, _CONFLICT)
            return JSONResponse(PaymentResult.of(row).model_dump())

        return await answer(request, presented, respond)

    @router.post("/payments/batch", response_model=PaymentResults)
    async def pay_batch(batch: PaymentBatch, request: Request) -> Response:
        presented = await desk.write(partial(desk.present, orders=batch.payments))

        def respond() -> Response:
            lines = zip(batch.payments, presented.rows, strict=True)
            results = [PaymentResult.of(row) if row else _conflict(order) for order, row in lines]
            return JSONResponse(PaymentResults(results=results).model_dump())

        return await answer(request, presented, respond)

    return router


def _query_routes(desk: PaymentDesk) -> APIRouter:
    router = APIRouter(tags=["queries"])

    @router.post("/payments/query")
    async def query(wanted: PaymentQuery) -> PaymentResults:
        results = await desk.read(partial(desk.results, ids=wanted.instruction_ids))
        return PaymentResults(results=results)

    @router.get("/payments/{instruction_id}")
    async def payment(instruction_id: Annotated[InstructionId, Path()]) -> PaymentResult:
        row = await desk.read(partial(desk.find, order_id=instruction_id))
        if row is None:
            raise _not_found()
        return PaymentResult.of(row)

    @router.get("/payments")
    async def payments(status: Status | None = None, after: After = 0, limit: Limit = 100) -> PaymentPage:
        rows = await desk.read(partial(desk.page, where={"status": status}, after=after, limit=limit))
        next_after = rows[-1]["seq"] if rows else after
        return PaymentPage(payments=[PaymentEntry.of(row) for row in rows], next_after=next_after)

    @router.get("/totals")
    async def totals() -> Totals:
        return await desk.read(desk.totals)

    @router.get("/credits", response_model=Credits)
    async def credits(after: InstructionAfter = "", limit: Limit = PAGE_LIMIT, day: Day | None = None) -> Response:
        # Serialised here once: the framework would check every line a second time.
        page = await desk.read(partial(desk.credits, after=after, limit=limit, day=day))
        return Response(page.model_dump_json(), media_type="application/json")

    @router.post("/credits/query")
    async def credits_of(wanted: PaymentQuery) -> Credits:
        return await desk.read(partial(desk.credits_of, ids=wanted.instruction_ids))

    @router.get("/days")
    async def days(after: Day = "", limit: Limit = PAGE_LIMIT) -> Days:
        return await desk.read(partial(desk.days, after=after, limit=limit))

    return router


def _return_routes(desk: PaymentDesk) -> APIRouter:
    router = APIRouter(tags=["returns"])

    @router.post("/control/return/{instruction_id}")
    async def send_back(instruction_id: Annotated[InstructionId, Path()], order: ReturnOrder) -> PaymentResult:
        row = await desk.write(partial(desk.send_back, instruction_id=instruction_id, order=order))
        if row is None:
            raise _not_found()
        if row["status"] != "returned" and not (row["status"] == "settled" and order.lags_seconds is not None):
            raise ProgramRefusal(409, "payment_not_settled", "未结算的付款不能退汇 / only a settled payment returns")
        return PaymentResult.of(row)

    @router.get("/returns")
    async def returns(after: After = 0, limit: Limit = 100) -> ReturnPage:
        return await desk.read(partial(desk.returns, after=after, limit=limit))

    return router


def _conflict(order: PaymentOrder) -> PaymentResult:
    return PaymentResult(
        instruction_id=order.instruction_id, status="conflict", reason_code=_CONFLICT_CODE, reason=_CONFLICT
    )


def _not_found() -> ProgramRefusal:
    return ProgramRefusal(404, "payment_not_found", "没有这笔付款 / no such payment")
