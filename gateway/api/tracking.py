"""For everybody who holds a receipt: where the case is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from contracts.intake import ReceiptNumber
from contracts.oversight import TrackCase
from contracts.typed import Typed
from gateway.access import PUBLIC
from gateway.door import Door, answer
from gateway.receipts import track
from gateway.routes import Routes

routes = Routes("进度 tracking")
Anybody = Annotated[Door, Depends(PUBLIC)]
QueryCode = Annotated[
    str,
    Query(min_length=4, max_length=20, pattern=r"^[A-Za-z0-9]+$"),
    Typed("查询码由字母和数字组成，请照受理通知书填写"),
]


@routes.special("GET", "/track/{receipt}", TrackCase)
async def track_case(door: Anybody, receipt: ReceiptNumber, code: QueryCode) -> Response:
    """Where the case is: its steps, its clock, and how fresh the answer is (办件进度)."""
    return answer(await track(door, receipt, code))
