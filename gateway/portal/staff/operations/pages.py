"""What became of each line of long work (批量任务), as a table to be taken home: whoever begins such work may have it."""

from __future__ import annotations

from starlette.responses import Response

from contracts.message import Id, Model, WorkerName
from contracts.operations import LineOutcome, ListOperationLines
from gateway.access import Permitted
from gateway.door import Door
from gateway.operation_lines import lines_as_table
from gateway.portal.shell.pages import Pages

pages = Pages("staff")


class LinesAsked(Model):
    service: WorkerName
    operation_id: Id
    outcome: LineOutcome | None = None


@pages.show(
    "/desk/operations/{service}/{operation_id}/lines.csv",
    LinesAsked,
    Permitted(ListOperationLines),
    template="/shell/problem.html",
)
async def download_lines(door: Door, asked: LinesAsked) -> Response:
    """All lines, or those of one outcome, with why."""
    query = ListOperationLines(operation_id=asked.operation_id, outcome=asked.outcome)
    return await lines_as_table(door, query, asked.service)


@pages.show(
    "/desk/operations/{service}/{operation_id}/lines.xlsx",
    LinesAsked,
    Permitted(ListOperationLines),
    template="/shell/problem.html",
)
async def download_workbook(door: Door, asked: LinesAsked) -> Response:
    """The same as an Excel file."""
    query = ListOperationLines(operation_id=asked.operation_id, outcome=asked.outcome)
    return await lines_as_table(door, query, asked.service, "xlsx")
