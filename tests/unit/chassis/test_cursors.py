"""A cursor that was not given out by the list is refused, whatever stands in it."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from chassis.read.paging import CursorInvalid, decode_cursor, encode_cursor

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keys", "kinds"),
    [
        (("a", "b"), (str, str)),
        ((True, AT, "id"), (bool, datetime, str)),
        ((date(2026, 3, 10), "id"), (date, str)),
        ((2**31 - 1, -(2**31)), (int, int)),
        (("x", 1, None, [1]), (str, None, None, None)),
    ],
)
def test_what_a_list_gives_out_it_takes_again(keys: tuple[Any, ...], kinds: tuple[type | None, ...]) -> None:
    assert decode_cursor(encode_cursor(*keys), *kinds) == keys
    assert decode_cursor(None, *kinds) is None


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ([1], str), ([None], str), ([["a"]], str), ([{}], str), ([True], str), ([1.5], str), (["a\0b"], str), (["a", "b"], str), ([], str),
        (["1"], int), ([True], int), ([1.0], int), ([2**31], int), ([-(2**31) - 1], int), ([None], int),
        ([1], bool), (["true"], bool),
        (["x"], datetime), ([1], datetime), (["2026-03-10T04:00:00"], datetime), (["9999-12-31T23:59:59+00:00"], datetime),
        (["1899-12-31T23:59:59+00:00"], datetime), ([None], datetime),
        (["2026-02-30"], date), (["2026-03-10T04:00:00Z"], date), (["0001-01-01"], date), ([20260310], date),
    ],
)  # fmt: skip
def test_keys_of_other_kinds_are_refused(keys: list[Any], kind: type) -> None:
    cursor = base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, kind)


@pytest.mark.parametrize("cursor", ["", "!", "é", "bnVsbA", "e30", "W10", "W1tbW1tb", "WyJhIl0x", "=", "a" * 401])
def test_what_is_no_cursor_at_all_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, str)
