"""Whose registers a page shows: those of the place that its address names, or the administrator's own."""

from __future__ import annotations

from typing import Any

from contracts.identity import PLATFORM, TenantView
from contracts.message import TenantId
from contracts.tenants import ListTenants
from gateway.door import Door
from gateway.identity.tenants.views import list_tenants

PAGE = 200
PLATFORM_NAME = "平台"


async def everywhere(door: Door) -> tuple[TenantView, ...]:
    """All places, for whoever runs the platform; nobody else chooses among them."""
    if door.principal.tenant != PLATFORM:
        return ()
    found: list[TenantView] = []
    query = ListTenants(limit=PAGE)
    while True:
        page = await door.found(query, list_tenants)
        found += page.items
        if page.next_cursor is None:
            return tuple(found)
        query = query.model_copy(update={"cursor": page.next_cursor})


async def place_values(door: Door, asked: TenantId | None) -> dict[str, Any]:
    """`place` is the tenant that is shown, `place_name` what it is called where that is known, `places` what there is
    to choose from as (id, name)."""
    place = asked or door.principal.tenant
    known = await everywhere(door)
    names = {PLATFORM: PLATFORM_NAME, **{each.id: each.name for each in known}}
    return {"place": place, "place_name": names.get(place, ""), "places": tuple(names.items()) if known else ()}
