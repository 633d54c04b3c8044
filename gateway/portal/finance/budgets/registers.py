"""Departments and items by name, for those who put money on their lines."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable, Mapping

from contracts.departments import DepartmentPage, ListDepartments
from contracts.policies import GetPolicy, ListPolicies
from contracts.refusal import Refused
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.identity.departments.views import list_departments

PAGE = 200
MOST_PAGES = 3
"""More items than that nobody chooses from by reading."""

AWAY = (BusError, Faulted, Refused)


async def department_names(door: Door) -> list[str]:
    """Today's names of the tenant's departments; none while the register is away, so that a name is written instead."""
    try:
        found: DepartmentPage = await door.found(ListDepartments(function="policy", limit=PAGE), list_departments)
    except AWAY:
        return []
    return [each.name for each in found.items]


async def items_on_offer(door: Door) -> dict[str, str]:
    """Item id → title of what is on offer here; empty while the catalogue is away: then a line is for all items."""
    items: dict[str, str] = {}
    cursor: str | None = None
    try:
        for _ in range(MOST_PAGES):
            page = await door.told(ListPolicies(tenant=door.principal.tenant, cursor=cursor, limit=PAGE))
            items |= {item.item_id: item.title for item in page.items}
            cursor = page.next_cursor
            if cursor is None:
                break
    except AWAY:
        return items
    return items


async def titles_of(door: Door, item_ids: Iterable[str | None], known: Mapping[str, str]) -> dict[str, str]:
    """The same for items that are on offer no more; the id itself for one that is not found."""
    wanted = [each for each in dict.fromkeys(item_ids) if each is not None]
    missing = [each for each in wanted if each not in known]
    found = dict(zip(missing, await gather(*(_title(door, each) for each in missing)), strict=True))
    return {each: known.get(each) or found[each] for each in wanted}


async def _title(door: Door, item_id: str) -> str:
    try:
        return (await door.told(GetPolicy(item_id=item_id))).content.title
    except AWAY:
        return item_id
