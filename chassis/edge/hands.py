"""Threads that carry out one piece of work after the other: a new thread for each costs more than many a query.

A new green thread's stack is memory that the kernel maps, clears and takes back again (docs/performance.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from chassis.observability.telemetry import get_logger

log = get_logger(__name__)

W = TypeVar("W")


class _Hand(Generic[W]):
    """One thread's place to be given work: it sleeps on a lock that whoever gives work releases."""

    def __init__(self, work: W | None) -> None:
        self.work = work
        self._given = threading.Lock()
        self._given.acquire()

    def give(self, work: W | None) -> None:
        self.work = work
        self._given.release()

    def wait(self) -> None:
        self._given.acquire()


class Hands(Generic[W]):
    """As many threads as there was ever work at once; who gives the work limits how much that is."""

    def __init__(self, do: Callable[[W], None]) -> None:
        self._do = do
        self._idle: list[_Hand[W]] = []
        self._threads: list[threading.Thread] = []
        self._closing = False

    def give(self, work: W) -> None:
        """Have it done by somebody who is free, or by somebody new. Does not wait for it."""
        if self._idle:
            self._idle.pop().give(work)
            return
        thread = threading.Thread(target=self._serve, args=(_Hand(work),), name="hand", daemon=True)
        self._threads.append(thread)
        thread.start()

    def finish(self) -> None:
        """Returns once all that was given is done."""
        self._closing = True
        while self._idle:
            self._idle.pop().give(None)
        for thread in self._threads:
            thread.join()

    def _serve(self, hand: _Hand[W]) -> None:
        while hand.work is not None:
            try:
                self._do(hand.work)
            except Exception:
                log.exception("work failed and its thread goes on")
            hand.work = None
            if self._closing:
                return
            self._idle.append(hand)
            hand.wait()
