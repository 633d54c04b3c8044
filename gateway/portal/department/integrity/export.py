"""Records for the credit platform (失信记录导出): by days, as a table under the names that such platforms use."""

from __future__ import annotations

from datetime import date
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.integrity_records import ListRecordLines, RecordLine
from contracts.message import Model
from contracts.refusal import Invalid
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.pages import Pages, Values
from gateway.record_sheet import as_csv, as_xlsx

pages = Pages("integrity")
EXPORT = "/department/integrity/export"
AT_ONCE = 200
MOST = 20_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class RecordsTooMany(Invalid):
    code = "records_too_many"
    sentence = "这段日期内的记录超过 {most} 条，请缩短日期范围后分次导出。"


class DaysWrongWayRound(Invalid):
    code = "days_wrong_way_round"
    sentence = "开始日期不能晚于结束日期，请改正。"


class ExportAsked(Model):
    first_day: date | None = None
    last_day: date | None = None


class FileAsked(Model):
    ending: Literal["csv", "xlsx"]
    first_day: date
    last_day: date


@pages.show(EXPORT, ExportAsked, Permitted(ListRecordLines), template="export.html")
async def show_export(door: Door, asked: ExportAsked) -> Values:
    """The first lines of what would be taken, and where to take it."""
    if asked.first_day is None or asked.last_day is None:
        return {"asked_for": asked, "rows": (), "more": False, "chosen": False}
    _in_order(asked.first_day, asked.last_day)
    page = await door.told(ListRecordLines(first_day=asked.first_day, last_day=asked.last_day, limit=AT_ONCE))
    return {"asked_for": asked, "rows": page.items, "more": page.next_cursor is not None, "chosen": True}


@pages.form(EXPORT, FileAsked, Permitted(ListRecordLines), on=show_export)
async def take_export(door: Door, asked: FileAsked) -> Response:
    """All of them as one file. Raises DaysWrongWayRound or RecordsTooMany."""
    _in_order(asked.first_day, asked.last_day)
    lines = await _all(door, ListRecordLines(first_day=asked.first_day, last_day=asked.last_day, limit=AT_ONCE))
    body = await run_in_threadpool(as_csv if asked.ending == "csv" else as_xlsx, lines)
    name = f"records-{asked.first_day:%Y%m%d}-{asked.last_day:%Y%m%d}.{asked.ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=TYPES[asked.ending], headers=headers)


async def _all(door: Door, query: ListRecordLines) -> list[RecordLine]:
    found: list[RecordLine] = []
    while True:
        page = await door.told(query)
        found += page.items
        if page.next_cursor is None:
            return found
        if len(found) >= MOST:
            raise RecordsTooMany(most=MOST)
        query = query.model_copy(update={"cursor": page.next_cursor})


def _in_order(first: date, last: date) -> None:
    if first > last:
        raise DaysWrongWayRound(field="first_day")
