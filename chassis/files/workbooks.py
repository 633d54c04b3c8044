"""A workbook as lines: turned into a CSV file by a confined process, at most a few at once.

Reading one takes whole seconds, in which a green process would do nothing else, and what it unfolds to is its sender's
choice.
"""

from __future__ import annotations

import threading
from pathlib import Path

from chassis.files import limits
from chassis.files.confinement import Ended, run_confined
from chassis.files.limits import TableTooLarge
from chassis.files.spool import Spool
from contracts.refusal import Invalid

CONVERTER = "chassis.files.spreadsheet"
EVERY = "every"
UNREADABLE, TOO_MUCH, NO_ROOM = 3, 4, 5
"""How the process ends whose last words are for the sender, and how it does when the disk is full."""

_turns = threading.Semaphore(limits.CONVERSIONS_AT_ONCE)


class WorkbookUnreadable(Invalid):
    """No Excel workbook (xlsx), or a broken one."""

    code = "workbook_unreadable"
    sentence = "Excel 文件无法读取：{why}。"


class ConversionFailed(RuntimeError):
    """Through no fault of the workbook."""


def as_csv(workbook: Path, spool: Spool, name: str, *, every_sheet: bool = False) -> Path:
    """The first sheet of a workbook as a CSV file in the spool, whose lines are the sheet's rows; made once per name.
    With `every_sheet` all of them, each line beginning with the sheet's name and the row's number in it.

    Raises WorkbookUnreadable, TableTooLarge or ConversionFailed.
    """
    name = f"{name}.{EVERY if every_sheet else 'first'}.csv"
    if (table := spool.found(name)) is not None:
        return table
    with _turns, spool.working() as folder:
        made = folder / "table.csv"
        arguments = [str(workbook.resolve()), str(made)]
        _judge(run_confined(CONVERTER, [*arguments, *([EVERY] if every_sheet else [])], folder))
        return spool.keep(made, name)


def _judge(ended: Ended) -> None:
    if ended.code == 0 and ended.in_time:
        return
    if ended.code == TOO_MUCH:
        raise TableTooLarge(why=ended.said or limits.TOO_LARGE)
    if ended.code == UNREADABLE:
        raise WorkbookUnreadable(why=ended.said or "文件已损坏")
    if ended.ran_out_of_memory:
        raise TableTooLarge(why=limits.TOO_LARGE)
    if ended.took_too_long:
        raise TableTooLarge(why=limits.TOO_LONG)
    if ended.code == NO_ROOM:
        raise ConversionFailed("there is no room for what is made of a workbook")
    raise WorkbookUnreadable(why="文件已损坏或过大")
