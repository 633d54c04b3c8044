"""The sample city's table (docs/imports.md) in the two other shapes that can be imported: a workbook, a feed."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from chassis.time.clock import CHINA
from contracts.typed import is_digits

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?")
RECORDS_AT_ONCE = 5_000
SCHEMAS = "http://schemas.openxmlformats.org"
MAIN = f"{SCHEMAS}/spreadsheetml/2006/main"
PACKAGE, OFFICE = f"{SCHEMAS}/package/2006", f"{SCHEMAS}/officeDocument/2006/relationships"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SMALL_PARTS = {
    "[Content_Types].xml": f'''<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{EXCEL}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{EXCEL}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{EXCEL}.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{EXCEL}.sharedStrings+xml"/></Types>''',
    "_rels/.rels": f'''<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>''',
    "xl/_rels/workbook.xml.rels": f'''<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/>
<Relationship Id="r3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>''',
    "xl/workbook.xml": f'''<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="企业" sheetId="1" r:id="r1"/></sheets></workbook>''',
    "xl/styles.xml": f'''<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>''',
}
"""All but the sheet and its texts. The second style is a date's."""


def write_workbook(table: Path, workbook: Path) -> None:
    """The table as Excel keeps it: numbers and dates as such, texts in the workbook's list of texts.

    By hand, since libraries would be at it for minutes.
    """
    places: dict[str, int] = {}
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        for name, content in SMALL_PARTS.items():
            parts.writestr(name, content)
        with table.open(encoding="utf-8", newline="") as lines, parts.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.writelines(row.encode() for row in _sheet_rows(lines, places))
            sheet.write(b"</sheetData></worksheet>")
        with parts.open("xl/sharedStrings.xml", "w") as texts:
            texts.write(f'<sst xmlns="{MAIN}" uniqueCount="{len(places)}">'.encode())
            texts.writelines(f"<si><t>{escape(text)}</t></si>".encode() for text in places)
            texts.write(b"</sst>")


def _sheet_rows(lines: Iterator[str], places: dict[str, int]) -> Iterator[str]:
    letters: list[str] = []
    dates: set[int] = set()
    for number, cells in enumerate(csv.reader(lines), 1):
        if not letters:
            letters = [get_column_letter(column) for column in range(1, len(cells) + 1)]
            dates = {place for place, heading in enumerate(cells) if heading.endswith(":日期")}
        written = []
        for place, (letter, text) in enumerate(zip(letters, cells, strict=True)):
            if not text:
                continue
            if place in dates and number > 1 and is_digits(text[:4]):
                written.append(f'<c r="{letter}{number}" s="1"><v>{to_excel(date.fromisoformat(text)):.0f}</v></c>')
            elif NUMBER.fullmatch(text):
                written.append(f'<c r="{letter}{number}"><v>{text}</v></c>')
            else:
                written.append(f'<c r="{letter}{number}" t="s"><v>{places.setdefault(text, len(places))}</v></c>')
        yield f'<row r="{number}">{"".join(written)}</row>\n'


def fill_feed(table: Path, exchange: httpx.Client, feed: str, source: str) -> None:
    """The table's lines as records of a feed, all of it told by `source` today."""
    today = datetime.now(CHINA).date().isoformat()
    with table.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        headings = next(rows)
        facts = [_fact_of(heading) | {"source": source, "as_of": today} for heading in headings[4:]]
        records: list[str] = []
        for cells in rows:
            records.append(json.dumps(_record(cells, facts), ensure_ascii=False))
            if len(records) == RECORDS_AT_ONCE:
                _add(exchange, feed, records)
                records = []
        if records:
            _add(exchange, feed, records)


def _add(exchange: httpx.Client, feed: str, records: list[str]) -> None:
    exchange.post(f"/feeds/{feed}/records", content="\n".join(records).encode()).raise_for_status()


def _fact_of(heading: str) -> dict[str, str]:
    name, period, word = heading.split(":")
    kind = {"是否": "flag", "代码": "code", "日期": "date"}.get(word, "number")
    return {
        "name": name,
        "kind": kind,
        **({"period": period} if period else {}),
        **({"unit": word} if kind == "number" else {}),
    }


def _record(cells: list[str], facts: list[dict[str, str]]) -> Mapping[str, Any]:
    uscc, name, industry, mobile, *values = cells
    flags = {"是": True, "否": False}
    told = [
        {**fact, "value": flags[text] if fact["kind"] == "flag" and text in flags else text}
        for fact, text in zip(facts, values, strict=True)
        if text
    ]
    return {"uscc": uscc, "name": name, "industry": industry, "contact_mobile": mobile, "facts": told}
