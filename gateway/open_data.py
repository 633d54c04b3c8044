"""Everything on offer as one download: lines of JSON, or a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

CHINA = ZoneInfo("Asia/Shanghai")
FORMAT = "1"
"""Part of every ETag: a change of columns is a change of the file, whatever the catalogue says."""

Item = Mapping[str, Any]

COLUMNS: Mapping[str, Callable[[Item], object]] = {
    "item_id": lambda item: item["item_id"],
    "tenant": lambda item: item["tenant"],
    "tenant_name": lambda item: item["tenant_name"],
    "division_code": lambda item: item["division_code"],
    "code": lambda item: item["content"]["code"],
    "version": lambda item: item["version"],
    "published_at": lambda item: _china_time(item["published_at"]),
    "title": lambda item: item["content"]["title"],
    "summary": lambda item: item["content"]["summary"],
    "level": lambda item: item["content"]["level"],
    "theme": lambda item: item["content"]["theme"],
    "benefit_kind": lambda item: item["content"]["benefit_kind"],
    "mode": lambda item: _plan(item)["mode"],
    "department": lambda item: _plan(item)["department"],
    "issuer": lambda item: _joined(item["content"]["issuer"].values()),
    "document_name": lambda item: item["content"]["document"]["name"],
    "document_number": lambda item: item["content"]["document"]["number"],
    "document_date": lambda item: item["content"]["document"]["date"],
    "document_status": lambda item: item["content"]["status"],
    "sample": lambda item: "true" if item["content"]["sample"] else "false",
    "opens": lambda item: _plan(item)["window"]["opens"],
    "closes": lambda item: _plan(item)["window"]["closes"],
    "max_amount_yuan": lambda item: _yuan(item["max_amount_fen"]),
    "eligibility": lambda item: item["sentences"]["eligibility"],
    "amount": lambda item: item["sentences"]["amount"],
    "beneficiaries": lambda item: item["content"]["guide"]["beneficiaries"],
    "conditions": lambda item: item["content"]["guide"]["conditions"],
    "standard": lambda item: item["content"]["guide"]["standard"],
    "steps": lambda item: "；".join(item["content"]["guide"]["steps"]),
    "materials": lambda item: "；".join(each["name"] for each in _plan(item)["materials"]),
    "time_limits": lambda item: item["content"]["guide"]["time_limits"],
    "contacts": lambda item: "；".join(
        f"{each['name']} {each['phone']}" for each in item["content"]["guide"]["contacts"]
    ),
    "complaint": lambda item: item["content"]["guide"].get("complaint"),
    "basis": lambda item: item["content"]["guide"]["basis"],
}
"""The table's columns in their order, documented in `docs/open-data.md`. New ones are added at the end."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute; such a cell gets an apostrophe in front."""


def json_lines(items: Sequence[Item]) -> bytes:
    """One item a line (NDJSON)."""
    return b"".join(orjson.dumps(item) + b"\n" for item in items)


def table_head() -> bytes:
    """The names of the columns, as the first line of the table."""
    return _rows([tuple(COLUMNS)])


def table_rows(items: Sequence[Item]) -> bytes:
    """One item a row (RFC 4180), in UTF-8 without a byte order mark."""
    return _rows([tuple(_cell(read(item)) for read in COLUMNS.values()) for item in items])


def etag(revision: str, what: str) -> str:
    """The name of one file's state: another file, or another state, has another."""
    return f'"{FORMAT}-{what}-{revision}"'


def revision_in(if_none_match: str | None, what: str) -> str | None:
    """The revision that the asker already has of this file, from the header; None for none of ours.

    Of several the first of ours is taken: whoever keeps two states of a file gets it once too often at worst.
    """
    prefix = f"{FORMAT}-{what}-"
    for tag in (if_none_match or "").split(","):
        name = tag.strip().removeprefix("W/").strip('"')
        if name.startswith(prefix):
            return name.removeprefix(prefix)[:80]
    return None


def _rows(rows: Sequence[tuple[object, ...]]) -> bytes:
    page = io.StringIO(newline="")
    csv.writer(page, lineterminator="\r\n").writerows(rows)
    return page.getvalue().encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _plan(item: Item) -> Any:
    return item["content"]["rules"]["plan"]


def _joined(parts: Any) -> str:
    return " ".join(part for part in parts if part)


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _china_time(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(CHINA).isoformat(timespec="seconds")
