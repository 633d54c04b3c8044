"""What became of each line of long work, as one table that spreadsheets open; shared by the JSON routes and the pages."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response

from contracts import status_labels
from contracts.message import WorkerName
from contracts.operations import ListOperationLines
from gateway.door import Door, Wire, answer
from gateway.errors import Faulted
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

CSV_PAGE = 1000
HEADINGS = ("行号", "列", "结果", "代码", "说明", "对象编号")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""


async def lines_as_table(door: Door, query: ListOperationLines, service: WorkerName) -> Response:
    """All of them from the query's cursor on, piece by piece; what is refused before the first line as it is."""
    query = query.model_copy(update={"limit": CSV_PAGE})
    first = await door.reply_to(query, of=service)
    if "ok" not in first:
        return answer(first)
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    headers = {"Content-Disposition": f'attachment; filename="operation-{query.operation_id}.csv"'}
    pieces = _pieces(door, query, first, service)
    return Streamed(pieces, reader, headers=headers, media_type="text/csv; charset=utf-8")


async def _pieces(door: Door, query: ListOperationLines, page: Wire, service: WorkerName) -> AsyncIterator[str]:
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
