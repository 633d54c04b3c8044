"""Systems that do not answer, as this process has found: their checks wait without a call, and nobody waits behind them."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.message import Id

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=1)


class QuietSystems:
    """Since when each is let alone, and until when: the pause doubles as long as it stays silent."""

    def __init__(self) -> None:
        self._pauses: dict[Id, tuple[datetime, timedelta]] = {}

    def until(self, system_id: Id, now: datetime) -> datetime | None:
        """When it may be called again; None: now."""
        until, _ = self._pauses.get(system_id, (now, FIRST_PAUSE))
        return until if until > now else None

    def note(self, system_id: Id, *, silent: bool, now: datetime) -> None:
        """What the last call came to."""
        if not silent:
            self._pauses.pop(system_id, None)
            return
        _, pause = self._pauses.get(system_id, (now, FIRST_PAUSE / 2))
        pause = min(pause * 2, LONGEST_PAUSE)
        self._pauses[system_id] = (now + pause, pause)
