"""Places for calls: each lane has its own, no method has all of them, and what finds none is told so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from chassis.edge.lanes import Call, Lane
from chassis.testing.waiting import eventually


class Work:
    """Calls that stay until they are let go."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self._leave = threading.Semaphore(0)

    def carry_out(self, call: Call) -> None:
        self.entered.append(call.envelope)
        self._leave.acquire(timeout=10)
        if call.envelope == "bad":
            raise ZeroDivisionError

    def let_go(self, count: int = 1) -> None:
        self._leave.release(count)


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.let_go(100)


def call(name: str, method: str = "ask") -> Call:
    return Call(None, method, name, None, False)


def test_what_finds_a_place_begins_what_finds_room_waits_and_the_rest_is_sent_away(work: Work) -> None:
    lane = Lane("s", "l", work.carry_out, places=2, line=1)
    assert [lane.take(call(name)) for name in "abcd"] == [True, True, True, False]
    eventually(lambda: sorted(work.entered) == ["a", "b"])
    work.let_go()
    eventually(lambda: work.entered[2:] == ["c"])
    work.let_go(2)
    lane.finish()
    assert sorted(work.entered) == ["a", "b", "c"]


def test_a_lane_without_a_limit_sends_nobody_away_and_keeps_the_order(work: Work) -> None:
    lane = Lane("s", "l", work.carry_out, places=1)
    assert all(lane.take(call(str(number))) for number in range(50))
    work.let_go(50)
    lane.finish()
    assert work.entered == [str(number) for number in range(50)]


def test_one_method_never_has_all_places_and_those_behind_it_go_past(work: Work) -> None:
    lane = Lane("s", "l", work.carry_out, places=3, line=9, each=2)
    for name in ("slow 1", "slow 2", "slow 3"):
        lane.take(call(name, "slow"))
    lane.take(call("quick 1", "quick"))
    lane.take(call("quick 2", "quick"))
    eventually(lambda: sorted(work.entered) == ["quick 1", "slow 1", "slow 2"])
    work.let_go(5)
    lane.finish()
    assert sorted(work.entered) == ["quick 1", "quick 2", "slow 1", "slow 2", "slow 3"]


def test_a_fault_costs_no_place(work: Work) -> None:
    lane = Lane("s", "l", work.carry_out, places=1, line=9)
    for name in ("bad", "good"):
        lane.take(call(name))
    work.let_go(2)
    eventually(lambda: work.entered == ["bad", "good"])
    eventually(lambda: lane._running.total() == 0)
    assert lane.take(call("later"))
    work.let_go()
    lane.finish()
    assert work.entered[-1] == "later"


def test_a_call_is_abandoned_once_nobody_waits_for_its_answer() -> None:
    now = time.monotonic()
    assert call("a")._replace(expires_at=now - 0.01).abandoned
    assert not call("a")._replace(expires_at=now + 10).abandoned
    assert not call("a").abandoned
