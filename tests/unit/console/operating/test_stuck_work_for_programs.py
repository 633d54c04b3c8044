"""`./zhida work list --json`: what the table shows, for programs to read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

from console.operating.work import KINDS, Kind, Piece, as_json
from contracts.calendars import MissingCalendar

SINCE = datetime(2026, 12, 5, 1, 2, 3, tzinfo=UTC)


def missing_calendar() -> Piece:
    return Piece(
        kind="日历",
        service="review",
        tenant="zhanggong",
        id="calendar/zhanggong/2027/review",
        what="2027 年工作日历尚未载入",
        why="有时限须待该年工作日安排公布后确定",
        since=SINCE,
        state="待载入",
        source=MissingCalendar(tenant="zhanggong", year=2027, clock="review", since=SINCE),
    )


def test_each_piece_is_an_object_with_what_the_other_actions_take() -> None:
    (told,) = json.loads(as_json([missing_calendar()]))
    assert told == {
        "kind": "calendar",
        "service": "review",
        "tenant": "zhanggong",
        "id": "calendar/zhanggong/2027/review",
        "what": "2027 年工作日历尚未载入",
        "why": "有时限须待该年工作日安排公布后确定",
        "since": "2026-12-05T01:02:03+00:00",
        "state": "待载入",
    }


def test_nothing_stuck_is_an_empty_list() -> None:
    assert json.loads(as_json([])) == []


def test_every_kind_has_a_name_of_its_own_for_programs() -> None:
    assert set(KINDS) == set(get_args(Kind))
    assert len(set(KINDS.values())) == len(KINDS)
