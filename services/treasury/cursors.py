"""Where the next page of one of treasury's lists begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.read.paging import CursorInvalid, decode_cursor


def last_seen(cursor: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The values that a cursor stands for, each brought to its kind. Raises CursorInvalid."""
    values = decode_cursor(cursor, len(kinds))
    if values is None:
        return None
    try:
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except (TypeError, ValueError) as error:
        raise CursorInvalid() from error
