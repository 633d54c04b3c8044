"""How many may be under way at once: each kind of call has places of its own, so that nobody who waits takes them from
those who need not wait (bulkheads).

A call to a service that hangs keeps its place until its caller's time is up. So each service has its own: with the tracking
away, payments go on. Within a service the public is turned away first, then whoever only reads; whoever orders comes last.
Threads are parted in the same way: those that look up who is behind a token or cookie, of somebody who was there a moment ago
and of strangers, and those that answer the public from the gateway's own registers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request

R = TypeVar("R")
PLACE = "look_ups"


class Urgency(Enum):
    """Who calls a service, the last to be turned away first."""

    ORDER = "order"
    READING = "reading"
    PUBLIC_ORDER = "public_order"
    PUBLIC = "public"

    @property
    def orders(self) -> bool:
        """Whether it changes something: what came of it may be unknown, and it is repeated under its key."""
        return self in (Urgency.ORDER, Urgency.PUBLIC_ORDER)


PLACES: Mapping[Urgency, int] = {
    Urgency.ORDER: 256,
    Urgency.READING: 192,
    Urgency.PUBLIC_ORDER: 96,
    Urgency.PUBLIC: 96,
}
"""How many calls may be in flight at one service before a call of this urgency is turned away."""


class NoPlace(Exception):
    """As many are under way as are allowed; `retry_after` is in whole seconds."""

    retry_after = 1


class Places:
    """The calls in flight of one process, by service."""

    def __init__(self, allowed: Mapping[Urgency, int] = PLACES) -> None:
        self._allowed = allowed
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, service: str, urgency: Urgency) -> Iterator[None]:
        """A place for one call. Raises NoPlace."""
        if self._taken[service] >= self._allowed[urgency]:
            raise NoPlace(f"{self._taken[service]} calls to {service} are in flight")
        self._taken[service] += 1
        try:
            yield
        finally:
            self._taken[service] -= 1


class Threads:
    """`at_once` threads for one kind of work, for which at most `waiting` wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._waiting = waiting

    async def run(self, step: Callable[[], R]) -> R:
        """What the step answers. Raises NoPlace."""
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise NoPlace("too many wait for a thread")
        return await to_thread.run_sync(step, limiter=self._limiter)


class LookUps:
    """The threads that ask who somebody is, and that answer the public."""

    def __init__(self) -> None:
        self.known = Threads(8, 1000)
        self.strangers = Threads(2, 64)
        self.public = Threads(8, 200)


def look_ups_of(request: Request) -> LookUps:
    """Those of the request's application."""
    state = request.app.state
    found: LookUps | None = getattr(state, PLACE, None)
    if found is None:
        found = LookUps()
        setattr(state, PLACE, found)
    return found
