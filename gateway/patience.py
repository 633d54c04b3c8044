"""How long the door waits for what is on its way by events, before it passes on a "no" or an answer that knows less.

It waits here, where a wait costs nothing but the caller's connection, and asks again: no place at any service is held.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from chassis.observability.telemetry import get_logger
from gateway.own_writes import WrittenWire

log = get_logger(__name__)

PAUSES = (0.1, 0.2, 0.3, 0.5, 0.8, 1.1)
"""Seconds between one try and the next: three in all. Events take a few hundredths unless somebody is held up."""

NOT_WAITED_FOR = 10.0
"""Seconds for which a service that kept somebody waiting in vain is not waited for: it is away, not late."""

LEAST_LEFT = 1.0
"""Seconds that the last try must have."""

Wire = dict[str, Any]
Send = Callable[[Sequence[WrittenWire], float], Awaitable[Wire]]
"""Puts the call, after what was written, with so many seconds to answer."""


class TimelyAnswer(NamedTuple):
    """`behind`: something that the caller wrote has not arrived where the answer comes from."""

    wire: Wire
    behind: bool = False


class DoorPatience:
    """One process's: which services are late, and for how long each call may be asked again."""

    def __init__(self, pauses: Sequence[float] = PAUSES, clock: Callable[[], float] = time.monotonic) -> None:
        self._pauses = pauses
        self._clock = clock
        self._away: dict[str, float] = {}

    async def answered(self, service: str, send: Send, after: Sequence[WrittenWire], seconds: float) -> TimelyAnswer:
        """What comes of the call within `seconds`. Raises what `send` raises."""
        began = self._clock()
        wire = await send(after, seconds)
        for pause in self._pauses:
            left = seconds - (self._clock() - began) - pause
            if not _may_change(wire) or left < LEAST_LEFT or (is_behind(wire) and self._is_away(service)):
                break
            await asyncio.sleep(pause)
            wire = await send(after, left)
        if not is_behind(wire):
            return TimelyAnswer(wire)
        if not self._is_away(service):
            log.warning("a copy did not arrive in time", service=service)
            self._away[service] = self._clock() + NOT_WAITED_FOR
        return TimelyAnswer(await send((), max(LEAST_LEFT, seconds - (self._clock() - began))), behind=True)

    def _is_away(self, service: str) -> bool:
        return self._clock() < self._away.get(service, 0.0)


def is_behind(wire: Wire) -> bool:
    """Whether nothing was begun, because something that the caller wrote is not there yet."""
    return "fault" in wire and wire["fault"].get("code") == "copy_behind"


def _may_change(wire: Wire) -> bool:
    """Whether the same call may have another answer in a moment."""
    return is_behind(wire) or ("refused" in wire and bool(wire["refused"].get("rests_on")))
