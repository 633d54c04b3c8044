"""Earlier awards from a table (导入历次奖补): the table is sent here, and what could not be taken is read line by line."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from contracts.award_register import ImportAwards
from contracts.message import Cursor, Id, Model
from contracts.operations import GetOperation, LineResult, ListOperationLines
from contracts.refusal import Invalid
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.sent_tables import blank_table, sent_table, table_taken

pages = Pages("awards")
NEW = "/department/awards/import"
ONE = "/department/awards/imports/{operation_id}"
LINES = 100
TABLE_TAKEN = table_taken(64, "不是可以导入的表格，请另存为 xlsx 或 CSV 后重新选择")
COLUMNS = (
    "统一社会信用代码",
    "事项编码",
    "年度",
    "金额(元)",
    "拨付日期",
    "层级",
    "部分",
    "期次",
    "申报编号",
    "事项名称",
)


class SentTable(Model):
    table: tuple[str, ...] = Field(default=(), max_length=2)


class ImportAsked(Model):
    operation_id: Id
    cursor: Cursor | None = None


class NoTable(Invalid):
    code = "no_award_table"
    sentence = "请选择要导入的表格。"


@pages.show(NEW, Nothing, Permitted(ImportAwards), template="import.html")
async def new_import(_door: Door, _asked: Nothing) -> Values:
    """What a table needs, and the form by which it is sent."""
    return {"taken": TABLE_TAKEN, "columns": COLUMNS}


@pages.show(NEW + "/table.csv", Nothing, Permitted(ImportAwards), template="import.html")
async def blank_awards(_door: Door, _asked: Nothing) -> Response:
    """A table with the headings and no line."""
    return blank_table("awards", COLUMNS)


@pages.form(NEW, SentTable, Permitted(ImportAwards), on=new_import, files=TABLE_TAKEN)
async def import_awards(door: Door, said: SentTable) -> str:
    """Take the lines that are in order; the others are told with all that is wrong with them. Raises NoTable, FilesRefused."""
    table = await sent_table(door, said.table, NoTable)
    door.key = f"{door.key}/import"
    begun = await door.done(ImportAwards(**table._asdict()))
    return address(f"/department/awards/imports/{begun.operation_id}", done="import_begun")


@pages.show(ONE, ImportAsked, Permitted(ImportAwards), template="import_one.html")
async def show_import(door: Door, asked: ImportAsked) -> Values:
    """How far it is, and every line that was not taken with all that is wrong with it."""
    run = await door.told(GetOperation(operation_id=asked.operation_id), of="review")
    query = ListOperationLines(operation_id=asked.operation_id, outcome="refused", cursor=asked.cursor, limit=LINES)
    refused = await door.told(query, of="review")
    return {
        "run": run,
        "lines": list(_by_line(refused.lines).items()),
        "next_cursor": refused.next_cursor,
        "now": asked.cursor,
        "here": f"/department/awards/imports/{asked.operation_id}",
    }


def _by_line(results: tuple[LineResult, ...]) -> dict[int, list[LineResult]]:
    found: dict[int, list[LineResult]] = {}
    for each in results:
        found.setdefault(each.line, []).append(each)
    return found
