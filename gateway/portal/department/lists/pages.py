"""A list of those entitled to a no-application item (推送免申即享名单): the table is sent here, and each line's outcome is read."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from contracts.authoring import ListAuthoredItems
from contracts.message import Cursor, Id, Model
from contracts.nomination_lists import ImportNominations
from contracts.operations import GetOperation, LineResult, ListOperationLines
from contracts.refusal import Invalid
from gateway.access import Permitted
from gateway.door import Door
from gateway.line_sheet import what_to_do
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.sent_tables import blank_table, sent_table, table_taken

pages = Pages("lists")
NEW = "/department/lists/new"
ONE = "/department/lists/{operation_id}"
LINES = 100
ITEMS = 200
TABLE_TAKEN = table_taken(16, "不是可以推送的名单，请另存为 xlsx 或 CSV 后重新选择")
COLUMNS = ("统一社会信用代码", "企业名称", "金额(元)")


class ListFormAsked(Model):
    item: Id | None = None


class SentList(Model):
    item_id: Id
    table: tuple[str, ...] = Field(default=(), max_length=2)


class ListOutcomeAsked(Model):
    operation_id: Id
    cursor: Cursor | None = None


class NoList(Invalid):
    code = "no_list"
    sentence = "请选择名单表格。"


@pages.show(NEW, ListFormAsked, Permitted(ImportNominations), template="new.html", nav=("lists.nav", 8))
async def new_list(door: Door, asked: ListFormAsked) -> Values:
    """For which item, what the table needs, and the form by which it is sent."""
    found = await door.told(ListAuthoredItems(state="published", limit=ITEMS))
    items = [(each.item_id, f"{each.title}（{each.code}）") for each in found.items]
    return {"taken": TABLE_TAKEN, "columns": COLUMNS, "items": items, "item": asked.item or ""}


@pages.show(NEW + "/table.csv", ListFormAsked, Permitted(ImportNominations), template="new.html")
async def blank_list(_door: Door, _asked: ListFormAsked) -> Response:
    """A table with the headings and no line."""
    return blank_table("list", COLUMNS)


@pages.form(NEW, SentList, Permitted(ImportNominations), on=new_list, files=TABLE_TAKEN)
async def push_list(door: Door, said: SentList) -> str:
    """Push it (推送). Raises NoList, FilesRefused."""
    table = await sent_table(door, said.table, NoList)
    door.key = f"{door.key}/push"
    begun = await door.done(ImportNominations(item_id=said.item_id, **table._asdict()))
    return address(f"/department/lists/{begun.operation_id}", done="pushed")


@pages.show(ONE, ListOutcomeAsked, Permitted(ImportNominations), template="one.html")
async def show_list(door: Door, asked: ListOutcomeAsked) -> Values:
    """How far it is, and every line that was not taken with what is wrong with it and what to do."""
    run = await door.told(GetOperation(operation_id=asked.operation_id), of="intake")
    query = ListOperationLines(operation_id=asked.operation_id, outcome="refused", cursor=asked.cursor, limit=LINES)
    refused = await door.told(query, of="intake")
    return {
        "run": run,
        "lines": list(_by_line(refused.lines).items()),
        "next_cursor": refused.next_cursor,
        "now": asked.cursor,
        "here": f"/department/lists/{asked.operation_id}",
        "sheet": f"/desk/operations/intake/{asked.operation_id}/lines",
    }


def _by_line(results: tuple[LineResult, ...]) -> dict[int, list[tuple[LineResult, str]]]:
    found: dict[int, list[tuple[LineResult, str]]] = {}
    for each in results:
        found.setdefault(each.line, []).append((each, what_to_do(each)))
    return found
