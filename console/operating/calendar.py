"""`./zhida calendar`: which years' working days are loaded, loading one, and which are asked for.

It goes through the gateway like any operator (operator_door.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from chassis.foundation.ids import new_id
from chassis.time.calendar import CalendarNotLoaded, announced_days
from console.operating.calendar_file import AnnouncedYear, read
from console.operating.operator_door import operator_door
from console.refusal import CommandRefusal
from contracts.calendars import NATION

SATURDAY = 5


def main(argv: list[str]) -> int:
    """Returns 0; refuses (exit code 1) for what the gateway refuses."""
    options = _parser().parse_args(argv)
    with operator_door(options.url) as (door, token, _address):
        if options.action == "list":
            _list(door.ask("/calendars", token=token, tenant=options.tenant))
        elif options.action == "missing":
            _missing(door.ask("/calendars/missing", token=token))
        elif options.action == "show":
            _show(door.ask(f"/calendars/{options.year}", token=token, tenant=options.tenant))
        else:
            view = door.order("/calendars", token=token, key=f"calendar/{new_id()}", body=_body(options))
            _show(view)
            print(f"已载入第 {view['version']} 版。各服务随即重算未办结的时限,变动逐件记录在案。")
    return 0


def _body(options: argparse.Namespace) -> dict[str, Any]:
    announced = _of_package(options.year) if options.from_package else read(Path(options.file))
    body = {
        "tenant": options.tenant,
        "year": options.year,
        "rest_days": [str(day) for day in announced.rest_days],
        "working_days": [str(day) for day in announced.working_days],
        "document_number": options.document,
        "why": options.why,
    }
    return body if options.replaces is None else {**body, "replaces": options.replaces}


def _of_package(year: int) -> AnnouncedYear:
    """The year as the chinesecalendar package has it. Refuses one that it does not know."""
    try:
        days = announced_days(year)
    except CalendarNotLoaded as error:
        raise CommandRefusal(
            f"本机的 chinesecalendar 没有 {year} 年的安排,请用 --file 载入国务院办公厅的通知。",
            f"The chinesecalendar package here does not know {year}; use --file.",
        ) from error
    return AnnouncedYear(
        rest_days=[day for day, worked in days if not worked and day.weekday() < SATURDAY],
        working_days=[day for day, worked in days if worked and day.weekday() >= SATURDAY],
    )


def _list(loaded: dict[str, Any]) -> None:
    table = Table("年份", "地区", "版本", "文号", "原因", title="已载入的工作日历 · calendars")
    for year in loaded["years"]:
        whose = "全国" if year["tenant"] == NATION else year["tenant"]
        table.add_row(str(year["year"]), whose, str(year["version"]), year["document_number"], year["why"])
    Console().print(table)
    known = loaded["known_until"]
    print(f"时限可算至 {known}。" if known else "今年的工作日历尚未载入,时限无法计算。")


def _missing(answer: dict[str, Any]) -> None:
    table = Table("年份", "地区", "时限", "自", title="待载入的年份 · years that deadlines wait for")
    clocks = {
        "review": "审核",
        "payout": "拨付",
        "contact": "变更联系手机",
        "next_year": "下一年度",
        "notice": "公示期",
    }
    for each in answer["items"]:
        table.add_row(str(each["year"]), each["tenant"], clocks.get(each["clock"], each["clock"]), each["since"])
    Console().print(table)


def _show(view: dict[str, Any]) -> None:
    whose = "全国" if view["tenant"] == NATION else view["tenant"]
    print(f"{whose} {view['year']} 年工作日历,第 {view['version']} 版 {view['document_number']}")
    print(f"放假(周一至周五):{'、'.join(view['rest_days']) or '无'}")
    print(f"上班(周末):{'、'.join(view['working_days']) or '无'}")
    if view["working_day_count"] is not None:
        print(f"全年工作日 {view['working_day_count']} 天。")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida calendar", description="工作日历 · working days")
    parser.add_argument("--url", help="网站网址,缺省为本机 · the gateway's address")
    actions = parser.add_subparsers(dest="action", title="操作 actions", metavar="", required=True)
    actions.add_parser("missing", help="哪些年份待载入 · which years deadlines wait for")
    listing = actions.add_parser("list", help="已载入哪些年份 · which years are loaded")
    show = actions.add_parser("show", help="看一年 · one year")
    load = actions.add_parser("load", help="载入一年,或某地区个别日期的不同安排 · load a year")
    for each in (listing, show, load):
        each.add_argument("--tenant", default=NATION, help="地区编号,缺省为全国 · a tenant's own")
    for each in (show, load):
        each.add_argument("--year", type=int, required=True, help="年份")
    source = load.add_mutually_exclusive_group(required=True)
    source.add_argument("--file", metavar="FILE", help="CSV 或 Excel:日期,放假|上班")
    source.add_argument("--from-package", action="store_true", help="取自 chinesecalendar 软件包")
    load.add_argument("--document", required=True, metavar="NUMBER", help="文号,如 国办发明电〔2026〕5号")
    load.add_argument("--why", required=True, metavar="WHY", help="原因")
    load.add_argument("--replaces", type=int, metavar="VERSION", help="更正时:所替换的版本")
    return parser
