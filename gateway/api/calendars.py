"""Working days: loaded by the platform's operators, seen by everybody. The gateway carries it out itself."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.calendars import GetCalendar, ListCalendars, ListMissingCalendars, PublishCalendar
from contracts.flow import SERVICES
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.calendars import use_cases, views
from gateway.routes import Routes

routes = Routes("工作日历 calendars")


@routes.order("/calendars", PublishCalendar, status=201)
async def publish_calendar(door: Door, command: PublishCalendar) -> Response:
    """Load a year's working days for the nation, or what a tenant does otherwise (载入工作日历). Open deadlines follow."""
    return await door.decide(command, use_cases.publish_calendar, tenant=command.tenant)


@routes.ask("/calendars", ListCalendars)
async def list_calendars(door: Door, query: ListCalendars) -> Response:
    """Which years are loaded, and up to when deadlines can be computed."""
    return await door.look_up(query, views.list_calendars)


@routes.special("GET", "/calendars/missing", ListMissingCalendars)
async def list_missing_calendars(door: Annotated[Door, Depends(Permitted(ListMissingCalendars))]) -> Response:
    """The years that deadlines wait for, by tenant (待载入的年份); what all services say of their own clocks."""
    answers = await asyncio.gather(*(door.reply_to(ListMissingCalendars(), of=service) for service in SERVICES))
    silent = next((wire for wire in answers if "ok" not in wire), None)
    if silent is not None:
        return door.answer(silent)
    return door.answer({"ok": {"items": [each for wire in answers for each in wire["ok"]["items"]]}})


@routes.ask("/calendars/{year}", GetCalendar)
async def get_calendar(door: Door, query: GetCalendar) -> Response:
    """One year's working days, the nation's or as they hold for one tenant (某年工作日历)."""
    return await door.look_up(query, views.get_calendar)
