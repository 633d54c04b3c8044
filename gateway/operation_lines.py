"""What became of each line of long work, as one table that spreadsheets open; shared by the JSON routes and the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.message import WorkerName
from contracts.operations import LineResult, LineResultPage, ListOperationLines
from gateway.door import Door, Wire, answer
from gateway.errors import Faulted
from gateway.line_sheet import XLSX, as_csv, as_workbook
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

PAGE = 1000


async def lines_as_table(
    door: Door, query: ListOperationLines, service: WorkerName, kind: Literal["csv", "xlsx"] = "csv"
) -> Response:
    """All of them from the query's cursor on; what is refused before the first line as it is. A CSV comes piece by piece, a
    workbook when it is whole."""
    query = query.model_copy(update={"limit": PAGE})
    first = await door.reply_to(query, of=service)
    if "ok" not in first:
        return answer(first)
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    headers = {"Content-Disposition": f'attachment; filename="operation-{query.operation_id}.{kind}"'}
    pages = _pages(door, query, first, service)
    if kind == "csv":
        return Streamed(_pieces(pages), reader, headers=headers, media_type="text/csv; charset=utf-8")
    with PLACES.taken(reader):
        lines = [line async for part in pages for line in part]
        book = await run_in_threadpool(as_workbook, lines)
    return Response(book, headers=headers, media_type=XLSX)


async def _pieces(pages: AsyncIterator[tuple[LineResult, ...]]) -> AsyncIterator[str]:
    yield as_csv((), heading=True)
    async for lines in pages:
        yield as_csv(lines)


async def _pages(
    door: Door, query: ListOperationLines, page: Wire, service: WorkerName
) -> AsyncIterator[tuple[LineResult, ...]]:
    """The page and all that follow it."""
    while True:
        if "ok" not in page:
            raise Faulted(True)  # half a table must not look like a whole one: the connection breaks
        found = LineResultPage.model_validate(page["ok"])
        yield found.lines
        if found.next_cursor is None:
            return
        query = query.model_copy(update={"cursor": found.next_cursor})
        page = await door.reply_to(query, of=service)
