"""For everybody who holds a receipt: where the case is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.intake import ReceiptNumber
from contracts.oversight import TrackCase
from contracts.refusal import NotFound
from gateway.access import PUBLIC
from gateway.door import Door, Wire, answer
from gateway.routes import Routes

routes = Routes("进度 tracking")
Anybody = Annotated[Door, Depends(PUBLIC)]
QueryCode = Annotated[str, Query(min_length=4, max_length=20, pattern=r"^[A-Za-z0-9]+$")]


class CaseUntraceable(NotFound):
    """No case with this receipt number and query code; which of the two is wrong is not said."""

    code = "case_untraceable"
    sentence = "收件编号或查询码不正确。"


async def track(door: Door, receipt: str, code: str) -> Wire:
    """The bus's answer for a receipt; the receipt's prefix says which tenant's case it is."""
    found = door.directory.prefix_remembered(receipt)
    tenant = found or await run_in_threadpool(door.directory.tenant_of_receipt, receipt)
    if tenant is None:
        raise CaseUntraceable()
    return await door.reply_to(TrackCase(receipt=receipt.upper(), query_code=code.upper()), tenant=tenant)


@routes.special("GET", "/track/{receipt}", TrackCase)
async def track_case(door: Anybody, receipt: ReceiptNumber, code: QueryCode) -> Response:
    """Where the case is: its steps, its clock, and how fresh the answer is (办件进度)."""
    return answer(await track(door, receipt, code))
