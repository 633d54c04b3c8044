"""Long work: how far it is, what became of each line, stopping it and letting it go on."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from contracts.message import Id, ServiceName
from contracts.operations import (
    CancelOperation,
    GetOperation,
    LineOutcome,
    ListOperationLines,
    ResumeOperation,
)
from gateway.access import Only
from gateway.door import answer, ask, order
from gateway.errors import Faulted
from gateway.identity.views import Principal

router = APIRouter(tags=["批量任务 operations"])
Worker = Literal["catalog", "intake", "review", "treasury", "notify", "oversight"]
Staff = Annotated[Principal, Depends(Only("bureau", "department"))]
CSV_PAGE = 1000
HEADINGS = ("行号", "列", "结果", "代码", "说明", "对象编号")
OUTCOMES = {"accepted": "已接受", "unchanged": "无变化", "refused": "未接受"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""


@router.get("/operations/{service}/{operation_id}")
async def get_operation(request: Request, service: Worker, operation_id: Id, principal: Staff) -> Response:
    """How far long work is (批量任务进度)."""
    query = GetOperation(operation_id=operation_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal, of=service))


@router.get("/operations/{service}/{operation_id}/lines")
async def list_operation_lines(
    request: Request,
    service: Worker,
    operation_id: Id,
    principal: Staff,
    outcome: LineOutcome | None = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    format: Literal["json", "csv"] = "json",
) -> Response:
    """What became of each line (逐行结果); `format=csv` downloads all of them from `cursor` on as one table."""
    query = ListOperationLines(operation_id=operation_id, outcome=outcome, cursor=cursor, limit=limit)
    if format == "json":
        return answer(await ask(request, query, tenant=principal.tenant, principal=principal, of=service))
    query = query.model_copy(update={"limit": CSV_PAGE})
    first = await ask(request, query, tenant=principal.tenant, principal=principal, of=service)
    if "ok" not in first:
        return answer(first)
    name = f"operation-{operation_id}.csv"
    return StreamingResponse(
        _table(request, query, first, principal, service),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/operations/{service}/{operation_id}/cancel")
async def cancel_operation(request: Request, service: Worker, operation_id: Id, principal: Staff) -> Response:
    """Stop after the chunk in hand (取消); what has been done stays done."""
    return await order(request, principal, CancelOperation(operation_id=operation_id), of=service)


@router.post("/operations/{service}/{operation_id}/resume")
async def resume_operation(request: Request, service: Worker, operation_id: Id, principal: Staff) -> Response:
    """Let failed work go on where it stopped (继续)."""
    return await order(request, principal, ResumeOperation(operation_id=operation_id), of=service)


async def _table(
    request: Request, query: ListOperationLines, page: dict[str, Any], principal: Principal, service: ServiceName
) -> AsyncIterator[str]:
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
        page = await ask(request, query, tenant=principal.tenant, principal=principal, of=service)


def _cells(line: dict[str, Any]) -> tuple[Any, ...]:
    words = (line["column"], OUTCOMES[line["outcome"]], line["code"], line["message"], line["subject_id"])
    return (line["line"], *(_plain(word) for word in words))


def _plain(word: str | None) -> str:
    """A cell that no spreadsheet will calculate with: what a source's heading says is not ours."""
    return f"'{word}" if word and word.startswith(FORMULA) else word or ""


def _rows(rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
