"""Tables that are imported: what a form takes, the blank one to begin with, and what a sent one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from starlette.responses import Response

from contracts.refusal import Refused
from gateway.door import Door
from gateway.portal.shell.sent_files import MIB, FilesTaken, sent_files
from gateway.uploads import TEXT_TYPES, XLSX, media_type

TABLE = "table"
"""What the list of the sent file is called in every such form."""


def table_taken(megabytes: int, otherwise: str) -> FilesTaken:
    """What a form takes that asks for one table, in the list `table`; `otherwise` is said of what is none."""
    return FilesTaken(
        name=TABLE,
        types=frozenset({*TEXT_TYPES, XLSX}),
        kinds="Excel（xlsx）或 CSV 表格",
        accept=f".xlsx,.csv,{XLSX},text/csv",
        most=1,
        largest=megabytes * MIB,
        together=(megabytes + 1) * MIB,
        otherwise=otherwise,
    )


class TableFile(NamedTuple):
    """As orders of an import name it."""

    format: Literal["csv", "xlsx"]
    sha256: str
    file_name: str | None


def blank_table(name: str, columns: Sequence[str]) -> Response:
    """A table with these headings and no line. Spreadsheets know by the first sign that it is UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + ",".join(columns) + "\r\n", headers=headers, media_type="text/csv; charset=utf-8")


async def sent_table(door: Door, sent: Sequence[str], missing: type[Refused]) -> TableFile:
    """The table that came with a form. Raises `missing` where none did, or FilesRefused."""
    if not sent:
        raise missing(field=TABLE)
    file = sent_files(sent, TABLE)[-1]
    head = await door.objects.head(door.principal.tenant, file.sha256)
    return TableFile("xlsx" if media_type(head, "") == XLSX else "csv", file.sha256, file.file_name or None)
