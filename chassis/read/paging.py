"""Keyset pagination: a page starts after the last row seen, never at an offset. Cursors are opaque."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import RowMapping

from chassis.read.reader import Reader
from contracts.message import PagedQuery
from contracts.refusal import Invalid

R = TypeVar("R")
WIDEST = 2**31
YEARS = range(1900, 2201)


class CursorInvalid(Invalid):
    """The cursor was not given out by this list."""

    code = "cursor_invalid"
    sentence = "分页标记无效，请从第一页重新查询。"


def encode_cursor(*keys: Any) -> str:
    """The position after a row, from the values of the columns that the list is ordered by."""
    return base64.urlsafe_b64encode(orjson.dumps(keys, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type | None) -> tuple[Any, ...] | None:
    """The key values of a cursor, one of each kind; None for the first page. Raises CursorInvalid.

    A kind is `str`, `int` (of a column of 32 bits), `bool`, `date` or `datetime` (with its zone); None is any of JSON's
    own, which the caller looks at. What is of another kind was not given out by this list, and the server would fail at it.
    """
    if cursor is None:
        return None
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid() from error
    if not isinstance(keys, list) or len(keys) != len(kinds):
        raise CursorInvalid()
    return tuple(_key(each, kind) for each, kind in zip(keys, kinds, strict=True))


def _key(value: Any, kind: type | None) -> Any:
    if kind in (date, datetime) and isinstance(value, str):
        try:
            value = kind.fromisoformat(value)
        except ValueError as error:
            raise CursorInvalid() from error
        if value.year not in YEARS:
            raise CursorInvalid()
    if kind is not None and type(value) is not kind:
        raise CursorInvalid()
    if isinstance(value, str) and "\0" in value:
        raise CursorInvalid()  # no value of a column has it
    if isinstance(value, datetime) and value.tzinfo is None:
        raise CursorInvalid()
    if kind is int and not -WIDEST <= value < WIDEST:
        raise CursorInvalid()
    return value


def cut_page(rows: Sequence[R], limit: int) -> tuple[Sequence[R], bool]:
    """From `limit + 1` rows asked for: those of this page, and whether there are more."""
    return rows[:limit], len(rows) > limit


def newest_page(
    reader: Reader, selected: str, asked: Mapping[str, Any], query: PagedQuery[Any]
) -> tuple[Sequence[RowMapping], str | None]:
    """A page of what `selected` finds (a SELECT that ends in its conditions), by id, the newest first; and the cursor of the
    next one. Raises CursorInvalid.
    """
    before = decode_cursor(query.cursor, str)
    found = reader.execute(
        f"{selected} AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
        {**asked, "before": before[0] if before else None, "limit": query.limit + 1},
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    return rows, encode_cursor(rows[-1]["id"]) if more else None
