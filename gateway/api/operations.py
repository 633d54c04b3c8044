"""Long work: how far it is, what became of each line, stopping it and letting it go on."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query
from starlette.responses import Response

from contracts.message import Cursor, Id, WorkerName
from contracts.operations import (
    CancelOperation,
    GetOperation,
    LineOutcome,
    ListOperationLines,
    ResumeOperation,
)
from gateway.access import Permitted
from gateway.door import Door
from gateway.operation_lines import lines_as_table
from gateway.routes import Routes

routes = Routes("批量任务 operations")


@routes.special("GET", "/operations/{service}/{operation_id}", GetOperation)
async def get_operation(
    door: Annotated[Door, Depends(Permitted(GetOperation))], service: WorkerName, operation_id: Id
) -> Response:
    """How far long work is (批量任务进度)."""
    return await door.ask(GetOperation(operation_id=operation_id), of=service)


@routes.special("GET", "/operations/{service}/{operation_id}/lines", ListOperationLines)
async def list_operation_lines(
    door: Annotated[Door, Depends(Permitted(ListOperationLines))],
    service: WorkerName,
    operation_id: Id,
    outcome: LineOutcome | None = None,
    cursor: Cursor | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    format: Literal["json", "csv", "xlsx"] = "json",
) -> Response:
    """What became of each line (逐行结果); `format=csv` or `xlsx` downloads all of them from `cursor` on as one table: the row,
    what was wrong, what to do."""
    query = ListOperationLines(operation_id=operation_id, outcome=outcome, cursor=cursor, limit=limit)
    if format == "json":
        return await door.ask(query, of=service)
    return await lines_as_table(door, query, service, format)


@routes.special("POST", "/operations/{service}/{operation_id}/cancel", CancelOperation)
async def cancel_operation(
    door: Annotated[Door, Depends(Permitted(CancelOperation))], service: WorkerName, operation_id: Id
) -> Response:
    """Stop after the chunk in hand (取消); what has been done stays done."""
    return await door.order(CancelOperation(operation_id=operation_id), of=service)


@routes.special("POST", "/operations/{service}/{operation_id}/resume", ResumeOperation)
async def resume_operation(
    door: Annotated[Door, Depends(Permitted(ResumeOperation))], service: WorkerName, operation_id: Id
) -> Response:
    """Let failed work go on where it stopped (继续)."""
    return await door.order(ResumeOperation(operation_id=operation_id), of=service)
