"""What a place has registered, as fields offer it: (id, name)."""

from __future__ import annotations

from contracts.departments import DutyView, ListDepartments, ListDuties
from contracts.duties import DUTY_KINDS, DUTY_NAMES
from contracts.identity import PLATFORM
from contracts.message import TenantId
from gateway.door import Door
from gateway.identity.departments import views

PAGE = 200
Choice = list[tuple[str, str]]


async def departments_of(door: Door, tenant: TenantId | None) -> Choice:
    """The departments that act, by name."""
    found: Choice = []
    query = ListDepartments(tenant=tenant, limit=PAGE)
    while True:
        page = await door.found(query, views.list_departments)
        found += [(each.department_id, each.name) for each in page.items]
        if page.next_cursor is None:
            return found
        query = query.model_copy(update={"cursor": page.next_cursor})


async def duties_of(door: Door, tenant: TenantId | None) -> Choice:
    """The duties, in the order of their kinds. On the platform, where nobody was onboarded, one of each administrator's is
    there from the beginning."""
    registered = (await door.found(ListDuties(tenant=tenant, limit=PAGE), views.list_duties)).items
    known = {each.duty_id for each in registered}
    standard = DUTY_KINDS[:3] if (tenant or door.principal.tenant) == PLATFORM else ()
    named = [(each.duty_id, each.name, each.kind) for each in sorted(registered, key=_place)]
    named = [*((kind, DUTY_NAMES[kind], kind) for kind in standard if kind not in known), *named]
    return [(id, name if name == DUTY_NAMES[kind] else f"{name}（{DUTY_NAMES[kind]}）") for id, name, kind in named]


def _place(duty: DutyView) -> int:
    return DUTY_KINDS.index(duty.kind)
