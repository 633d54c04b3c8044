"""What uploads have left behind whose process was killed is removed from the store: at the start, and now and then."""

from __future__ import annotations

import asyncio

from chassis.files.objects import Objects
from chassis.observability.telemetry import get_logger

EVERY_SECONDS = 6 * 3600.0

log = get_logger(__name__)


async def remove_left_overs(objects: Objects, every: float = EVERY_SECONDS) -> None:
    """Does not come to an end by itself; a store that is away is tried again the next time."""
    while True:
        try:
            count = await objects.forget_left_overs()
        except Exception:
            log.exception("left-over uploads were not removed")
        else:
            if count:
                log.info("left-over uploads were removed", count=count)
        await asyncio.sleep(every)
