"""Whether the gateway may be given work: its database answers, and its bus is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from chassis.observability.telemetry import get_logger

PATIENCE_S = 2.0
"""How long the database may take. A probe is answered before its own limit, whatever hangs."""

log = get_logger(__name__)


class Readiness:
    """Asks the database in a thread, one question at a time: probes that come while it hangs wait for the same."""

    def __init__(self, bus_ready: Callable[[], bool], database_answers: Callable[[], None]) -> None:
        self._bus_ready = bus_ready
        self._database_answers = database_answers
        self._asked: asyncio.Task[str | None] | None = None

    async def missing(self) -> list[str]:
        """What is lacking, for the operator who reads the probe's answer; empty when all is there."""
        if self._asked is None:
            self._asked = asyncio.create_task(self._ask())
        asked = self._asked
        await asyncio.wait({asked}, timeout=PATIENCE_S)
        if asked.done():
            self._asked = None
            database = asked.result()
        else:
            database = f"database does not answer within {PATIENCE_S:g} s"
        return [each for each in (database, None if self._bus_ready() else "bus not connected") if each]

    async def _ask(self) -> str | None:
        try:
            await run_in_threadpool(self._database_answers)
        except Exception as error:  # whatever it is, the database cannot be worked with
            log.warning("the database does not answer", error=str(error)[:200])
            return f"database: {type(error).__name__}"
        return None
