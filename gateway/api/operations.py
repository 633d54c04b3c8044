"""Long work: how far it is, what became of each line, stopping it and letting it go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.message import Cursor, Id, WorkerName
from contracts.operations import (
    CancelOperation,
    GetOperation,
    LineOutcome,
    LineResult,
    LineResultPage,
    ListOperationLines,
    ResumeOperation,
)
from gateway.access import Permitted
from gateway.door import Door, Wire, answer
from gateway.errors import Faulted
from gateway.line_sheet import XLSX, as_csv, as_workbook
from gateway.routes import Routes
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

routes = Routes("批量任务 operations")
CSV_PAGE = 1000


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
    query = query.model_copy(update={"limit": CSV_PAGE})
    first = await door.reply_to(query, of=service)
    if "ok" not in first:
        return answer(first)
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    headers = {"Content-Disposition": f'attachment; filename="operation-{operation_id}.{format}"'}
    if format == "xlsx":
        return Response(await _workbook(door, query, first, service), headers=headers, media_type=XLSX)
    table = _table(door, query, first, service)
    return Streamed(table, reader, headers=headers, media_type="text/csv; charset=utf-8")


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


async def _table(door: Door, query: ListOperationLines, page: Wire, service: WorkerName) -> AsyncIterator[str]:
    """The page and all that follow it."""
    yield as_csv((), heading=True)
    async for lines in _pages(door, query, page, service):
        yield as_csv(lines)


async def _workbook(door: Door, query: ListOperationLines, page: Wire, service: WorkerName) -> bytes:
    """The same as one Excel file: as long as a person can still read, which a list of 50,000 lines is."""
    lines = [line async for part in _pages(door, query, page, service) for line in part]
    return await run_in_threadpool(as_workbook, lines)


async def _pages(
    door: Door, query: ListOperationLines, page: Wire, service: WorkerName
) -> AsyncIterator[tuple[LineResult, ...]]:
    while True:
        if "ok" not in page:
            raise Faulted(True)  # half a table must not look like a whole one: the connection breaks
        found = LineResultPage.model_validate(page["ok"])
        yield found.lines
        if found.next_cursor is None:
            return
        query = query.model_copy(update={"cursor": found.next_cursor})
        page = await door.reply_to(query, of=service)
