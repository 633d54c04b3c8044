"""How long a loop lets work gather."""

from __future__ import annotations

import pytest

from chassis.events import pace
from chassis.events.pace import GATHER, MOST, SHARE, Pace


class Hand:
    """The hand of a clock that a test moves."""

    at = 100.0

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    moved = Hand()
    monkeypatch.setattr(pace, "time", moved)
    return moved


def turned(hand: Hand, took: float) -> Pace:
    """After one turn that took so many seconds."""
    found = Pace()
    found.turn()
    hand.at += took
    found.done()
    return found


def test_a_loop_that_has_done_nothing_begins_at_once(hand: Hand) -> None:
    assert Pace().left() == 0.0


def test_a_quick_turn_lets_work_gather_for_the_shortest_time(hand: Hand) -> None:
    assert turned(hand, 0.001).left() == pytest.approx(GATHER - 0.001)


def test_a_loop_works_a_share_of_its_time_when_its_turns_are_slow(hand: Hand) -> None:
    assert turned(hand, 0.05).left() == pytest.approx(0.05 / SHARE - 0.05)


def test_no_turn_keeps_work_waiting_longer_than_the_most(hand: Hand) -> None:
    assert turned(hand, MOST / 2).left() == pytest.approx(MOST / 2)
    assert turned(hand, 60.0).left() == 0.0


def test_a_turn_that_failed_holds_nobody_up_for_longer_than_a_quick_one(hand: Hand) -> None:
    failed = Pace()
    failed.turn()
    assert failed.left() == pytest.approx(GATHER)
