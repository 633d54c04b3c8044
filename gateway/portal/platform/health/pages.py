"""How the platform is: what is ready, who answers, and what is stuck; read, and sent on its way again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import get_args

from contracts.calendars import PublishCalendar
from contracts.identity import PLATFORM, InTenant
from contracts.message import TenantId, WorkerName
from contracts.stuck_work import GetStuckWork, ListStuckWork, PieceId, RedriveStuckWork, StuckKind, StuckPiece
from gateway.access import Permitted
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.portal.platform.missing import missing_years
from gateway.portal.platform.places import place_values
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
READER = Permitted(ListStuckWork)
WORKERS: tuple[WorkerName, ...] = get_args(WorkerName)
EVERYWHERE = "全部地区"
SHOWN = 50
"""How many pieces are shown of each service: the oldest."""


@dataclass(frozen=True)
class ServiceHealth:
    """`total` pieces are stuck there; None: it does not answer."""

    name: str
    total: int | None
    items: tuple[StuckPiece, ...] = ()


class Asked(InTenant):
    """Whose stuck work; of all places where none is named."""


class OnePiece(InTenant):
    service: WorkerName
    kind: StuckKind
    id: PieceId


@pages.show("/platform/health", Asked, READER, template="health.html", nav=("platform.nav.health", 70))
async def show_health(door: Door, asked: Asked) -> Values:
    """Readiness, the services one by one, and what is stuck in them, the oldest first."""
    missing, services, awaited = await asyncio.gather(
        door.request.app.state.readiness.missing(),
        asyncio.gather(*(health_of(door, service, asked.tenant) for service in WORKERS)),
        missing_years(door),
    )
    stuck = sorted((each for service in services for each in service.items), key=lambda piece: piece.since)
    place = await place_values(door, asked.tenant)
    return {
        "missing": missing,
        "services": services,
        "silent": [each.name for each in services if each.total is None],
        "total": sum(each.total or 0 for each in services),
        "stuck": stuck,
        "awaited": sorted({each.year for each in awaited}) if may(door, PublishCalendar) else [],
        "token_left": door.principal.tenant == PLATFORM and door.directory.has_platform_token,
        **place,
        "places": [(id, EVERYWHERE if id == PLATFORM else name) for id, name in place["places"]],
    }


@pages.show("/platform/stuck/{service}/{kind}", OnePiece, Permitted(GetStuckWork), template="piece.html")
async def show_piece(door: Door, asked: OnePiece) -> Values:
    """One piece of stuck work, with the beginning of what was sent."""
    query = GetStuckWork(kind=asked.kind, id=asked.id, tenant=asked.tenant)
    return {"found": await door.told(query, of=asked.service), "asked_for": asked}


@pages.form("/platform/stuck/{service}/{kind}/redrive", OnePiece, Permitted(RedriveStuckWork), on=show_piece)
async def redrive(door: Door, said: OnePiece) -> str:
    """Try it again now, as if for the first time (重投)."""
    await door.done(RedriveStuckWork(kind=said.kind, id=said.id, tenant=said.tenant), of=said.service)
    return address("/platform/health", done="redriven")


async def health_of(door: Door, service: WorkerName, tenant: TenantId | None) -> ServiceHealth:
    """What is stuck there; a service that does not answer in time is told as that."""
    try:
        found = await door.told(ListStuckWork(tenant=tenant, limit=SHOWN), of=service)
    except (BusError, Faulted):
        return ServiceHealth(service, None)
    return ServiceHealth(service, found.total, found.items)
