"""Long work: how far it is, what became of each line, stopping it and letting it go on."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from starlette.responses import Response

from contracts import status_labels
from contracts.message import Cursor, Id, WorkerName
from contracts.operations import (
    CancelOperation,
    GetOperation,
    LineOutcome,
    ListOperationLines,
    ResumeOperation,
)
from gateway.access import Permitted
from gateway.door import Door, Wire, answer
from gateway.errors import Faulted
from gateway.routes import Routes
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

routes = Routes("批量任务 operations")
CSV_PAGE = 1000
HEADINGS = ("行号", "列", "结果", "代码", "说明", "对象编号")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""


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
    format: Literal["json", "csv"] = "json",
) -> Response:
    """What became of each line (逐行结果); `format=csv` downloads all of them from `cursor` on as one table."""
    query = ListOperationLines(operation_id=operation_id, outcome=outcome, cursor=cursor, limit=limit)
    if format == "json":
        return await door.ask(query, of=service)
    query = query.model_copy(update={"limit": CSV_PAGE})
    first = await door.reply_to(query, of=service)
    if "ok" not in first:
        return answer(first)
    name = f"operation-{operation_id}.csv"
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
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
    """The page and all that follow it. The first character tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + _rows([HEADINGS])
    while True:
        if "ok" not in page:
            raise Faulted(True)  # half a table must not look like a whole one: the connection breaks
        yield _rows([_cells(line) for line in page["ok"].get("lines", ())])
        cursor = page["ok"].get("next_cursor")
        if cursor is None:
            return
        query = query.model_copy(update={"cursor": cursor})
        page = await door.reply_to(query, of=service)


def _cells(line: dict[str, Any]) -> tuple[Any, ...]:
    words = (
        line["column"],
        status_labels.LINE[line["outcome"]].staff_zh,
        line["code"],
        line["message"],
        line["subject_id"],
    )
    return (line["line"], *(_plain(word) for word in words))


def _plain(word: str | None) -> str:
    """A cell that no spreadsheet will calculate with: what a source's heading says is not ours."""
    return f"'{word}" if word and word.startswith(FORMULA) else word or ""


def _rows(rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
