"""Keyset pagination: a page starts after the last row seen, never at an offset. Cursors are opaque."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson

from contracts.refusal import Invalid

R = TypeVar("R")


class CursorInvalid(Invalid):
    """The cursor was not given out by this list."""

    code = "cursor_invalid"
    sentence = "分页标记无效，请从第一页重新查询。"


def encode_cursor(*keys: Any) -> str:
    """The position after a row, from the values of the columns that the list is ordered by."""
    return base64.urlsafe_b64encode(orjson.dumps(keys, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, count: int) -> tuple[Any, ...] | None:
    """The key values of a cursor; None for the first page. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid() from error
    if not isinstance(keys, list) or len(keys) != count or any(isinstance(key, str) and "\0" in key for key in keys):
        raise CursorInvalid()  # NUL: no value of a column has it, and the server would fail at it
    return tuple(keys)


def cut_page(rows: Sequence[R], limit: int) -> tuple[Sequence[R], bool]:
    """From `limit + 1` rows asked for: those of this page, and whether there are more."""
    return rows[:limit], len(rows) > limit
