"""Places for calls: questions and commands have their own, so that neither waits for the other.

All calls of a service come through one queue, and the broker hands out only so many at once. So what is fetched must
never be questions alone: those that find neither a place nor room in the line are answered at once that they should
come again, and a command always gets in.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from chassis.edge.hands import Hands
from chassis.observability.metrics import CALLS_RUNNING, CALLS_WAITING
from chassis.observability.telemetry import get_logger

log = get_logger(__name__)


class Call(NamedTuple):
    """One RPC message and what it asks for. Nobody waits for its answer after `expires_at` (monotonic seconds)."""

    message: Any
    method: str
    envelope: Any
    traceparent: str | None
    redelivered: bool
    expires_at: float | None = None

    @property
    def abandoned(self) -> bool:
        """Whether whoever called has given up by now, as the broker would have judged had it not been fetched yet."""
        return self.expires_at is not None and time.monotonic() >= self.expires_at


C = TypeVar("C", bound=Call)


class Lane(Generic[C]):
    """At most `places` calls at once, `each` of them of one method, and `line` more that wait; without a limit if None.

    What waits is taken in its order, but for those whose method has all the places that it may have.
    """

    def __init__(
        self,
        service: str,
        name: str,
        carry_out: Callable[[C], None],
        *,
        places: int,
        line: int | None = None,
        each: int | None = None,
    ) -> None:
        self._carry_out = carry_out
        self._places = places
        self._longest = line
        self._each = each or places
        self._hands: Hands[C] = Hands(self._work)
        self._running: Counter[str] = Counter()
        self._waiting: deque[C] = deque()
        self._changing = threading.Lock()
        CALLS_RUNNING.labels(service, name).set_function(self._running.total)
        CALLS_WAITING.labels(service, name).set_function(self._waiting.__len__)

    def take(self, call: C) -> bool:
        """Have it carried out, at once or in its turn; False if there is no room left."""
        with self._changing:
            if not self._has_place(call):
                if self._longest is not None and len(self._waiting) >= self._longest:
                    return False
                self._waiting.append(call)
                return True
            self._running[call.method] += 1
        self._hands.give(call)
        return True

    def finish(self) -> None:
        """Returns once every call that was taken is carried out."""
        self._hands.finish()

    def _has_place(self, call: C) -> bool:
        return self._running.total() < self._places and self._running[call.method] < self._each

    def _work(self, call: C) -> None:
        """Carry it out, then those that waited for its place, each before the place is given up."""
        following: C | None = call
        while following is not None:
            done = following
            try:
                self._carry_out(done)
            except Exception:
                log.exception("a call failed and its place goes on", method=done.method)
            following = self._next(done)

    def _next(self, done: C) -> C | None:
        with self._changing:
            self._running[done.method] -= 1
            for place, call in enumerate(self._waiting):
                if self._has_place(call):
                    del self._waiting[place]
                    self._running[call.method] += 1
                    return call
        return None
