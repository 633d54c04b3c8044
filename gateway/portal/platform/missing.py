"""The years whose working days deadlines wait for, as all services say of their own clocks."""

from __future__ import annotations

import asyncio
from typing import Any

from contracts.calendars import ListMissingCalendars, MissingCalendar
from contracts.flow import SERVICES
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted


async def missing_years(door: Door) -> tuple[MissingCalendar, ...]:
    """The years that deadlines wait for; of services that do not answer nothing is known."""

    async def of(service: Any) -> tuple[MissingCalendar, ...]:
        try:
            return (await door.told(ListMissingCalendars(), of=service)).items
        except (BusError, Faulted):
            return ()

    return tuple(each for found in await asyncio.gather(*(of(service) for service in SERVICES)) for each in found)
