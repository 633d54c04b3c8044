"""Threads that are kept: as many as work at once, none lost to a fault, all done at the end."""

from __future__ import annotations

import threading

from chassis.edge.hands import Hands
from chassis.testing.waiting import eventually


def test_work_that_comes_after_each_other_is_done_by_one_thread() -> None:
    done: list[tuple[int, int]] = []
    hands: Hands[int] = Hands(lambda number: done.append((number, threading.get_ident())))
    for number in range(20):
        hands.give(number + 1)
        eventually(lambda number=number: len(done) == number + 1 and len(hands._idle) == 1)
    assert [number for number, _ in done] == list(range(1, 21))
    assert len({thread for _, thread in done}) == 1
    hands.finish()


def test_work_that_comes_at_once_is_done_at_once() -> None:
    together = threading.Barrier(4, timeout=10)
    hands: Hands[int] = Hands(lambda _: together.wait() and None)
    for _ in range(3):
        hands.give(1)
    together.wait()
    hands.finish()


def test_a_fault_costs_no_thread_and_no_other_work() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        done.append(number)
        if number == 1:
            raise ZeroDivisionError

    hands: Hands[int] = Hands(work)
    hands.give(1)
    eventually(lambda: hands._idle)
    hands.give(2)
    hands.finish()
    assert done == [1, 2]
    assert len(hands._threads) == 1


def test_to_finish_is_to_wait_for_what_is_in_hand() -> None:
    entered, leave, done = threading.Event(), threading.Event(), []

    def work(number: int) -> None:
        entered.set()
        leave.wait(10)
        done.append(number)

    hands: Hands[int] = Hands(work)
    hands.give(1)
    entered.wait(10)
    finishing = threading.Thread(target=hands.finish)
    finishing.start()
    assert finishing.is_alive()
    assert done == []
    leave.set()
    finishing.join(10)
    assert done == [1]
