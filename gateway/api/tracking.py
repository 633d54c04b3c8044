"""For everybody who holds a receipt: where the case is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.oversight import TrackCase
from contracts.refusal import NotFound
from gateway.access import PUBLIC
from gateway.door import answer, ask
from gateway.identity.views import Directory

router = APIRouter(tags=["进度 tracking"])
Receipt = Annotated[str, Path(min_length=6, max_length=60, pattern=r"^[A-Za-z0-9-]+$")]
Code = Annotated[str, Query(min_length=4, max_length=20, pattern=r"^[A-Za-z0-9]+$")]


class CaseUntraceable(NotFound):
    """No case with this receipt number and query code; which of the two is wrong is not said."""

    code = "case_untraceable"
    sentence = "受理编号或查询码不正确。"


async def track(request: Request, receipt: str, code: str) -> dict[str, Any]:
    """The bus's answer for a receipt; the receipt's prefix says which tenant's case it is."""
    directory: Directory = request.app.state.directory
    tenant = directory.prefix_remembered(receipt) or await run_in_threadpool(directory.tenant_of_receipt, receipt)
    if tenant is None:
        raise CaseUntraceable()
    return await ask(request, TrackCase(receipt=receipt.upper(), query_code=code.upper()), tenant=tenant)


@router.get("/track/{receipt}", dependencies=[Depends(PUBLIC)])
async def track_case(request: Request, receipt: Receipt, code: Code) -> Response:
    """Where the case is: its steps, its clock, and how fresh the answer is (办件进度)."""
    return answer(await track(request, receipt, code))
