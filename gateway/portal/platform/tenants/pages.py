"""Places on board (地区): all of them, a new one, one with its settings, and how it came to have them."""

from __future__ import annotations

from contracts.identity import TenantSettings, TenantView
from contracts.message import TenantId
from contracts.onboarding import OnboardCounty
from contracts.refusal import Refusal
from contracts.rule.plan import Mode
from contracts.rule.shares import Level
from contracts.tenants import ChangeTenant, GetTenant, GetTenantVersions, ListTenants
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.identity.onboarding.use_cases import onboard_county
from gateway.identity.tenants import use_cases, views
from gateway.portal.platform.places import everywhere
from gateway.portal.platform.registered import departments_of
from gateway.portal.platform.tenants.changes import changes_of
from gateway.portal.platform.tenants.department_lines import EXAMPLE, beside_the_lines
from gateway.portal.platform.tenants.new_county import NewCounty, with_names
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
OPERATOR = Permitted(OnboardCounty)
READER = Permitted(GetTenantVersions)
"""All three administrators of the platform read; the one for the system changes."""

CLOSED_LISTS: Values = {
    "levels": [each.value for each in Level if each is not Level.NATIONAL],
    "modes": [each.value for each in Mode],
    "usual": TenantSettings(),
}


@pages.show("/platform/tenants", ListTenants, READER, template="tenants.html", nav=("platform.nav.tenants", 10))
async def show_tenants(door: Door, query: ListTenants) -> Values:
    """All places, or those under one."""
    page = await door.found(query, views.list_tenants)
    names = {each.id: each.name for each in await everywhere(door)}
    return {"page": page, "query": query, "names": names, "may_open": may(door, OnboardCounty)}


@pages.show("/platform/tenants/new", Nothing, OPERATOR, template="new.html")
async def new_tenant(door: Door, _asked: Nothing) -> Values:
    """The one page on which a place comes on board."""
    return {"parents": _choice(await everywhere(door)), "example": EXAMPLE, **CLOSED_LISTS}


@pages.form("/platform/tenants/new", NewCounty, OPERATOR, on=new_tenant)
async def onboard(door: Door, said: NewCounty) -> str:
    """Open the house to it, departments and all (整体开通)."""
    command = said.command()
    try:
        await door.decided(command, onboard_county, tenant=command.id)
    except RefusedThere as refused:
        raise RefusedThere(_beside_the_lines(refused.refusal())) from refused
    return f"/platform/tenants/{command.id}/checklist?done=onboarded"


@pages.show("/platform/tenants/{id}", GetTenant, READER, template="tenant.html")
async def show_tenant(door: Door, query: GetTenant) -> Values:
    """One place with its settings, to be changed by whoever may."""
    tenant = await door.found(query, views.get_tenant, tenant=query.id)
    known = await everywhere(door)
    parents = _choice(tuple(each for each in known if each.id != tenant.id))
    names = {each.id: each.name for each in known}
    may_change = may(door, ChangeTenant)
    return {
        "tenant": tenant,
        "names": names,
        "parents": parents,
        "may_change": may_change,
        "departments": await departments_of(door, tenant.id) if may_change else [],
        **CLOSED_LISTS,
    }


@pages.form("/platform/tenants/{id}/change", ChangeTenant, on=show_tenant, versioned=True)
async def change_tenant(door: Door, command: ChangeTenant) -> str:
    """All of it as it is to be from now on, with the reason (变更地区)."""
    command = command.model_copy(update={"settings": with_names(command.settings)})
    await door.decided(command, use_cases.change_tenant, tenant=command.id)
    return address(f"/platform/tenants/{command.id}", done="tenant_changed")


@pages.show("/platform/tenants/{id}/versions", GetTenantVersions, template="versions.html")
async def show_versions(door: Door, query: GetTenantVersions) -> Values:
    """Every version with who changed what, when and why (变更记录)."""
    page = await door.found(query, views.get_tenant_versions, tenant=query.id)
    return {"page": page, "id": query.id, "query": query, "changes": changes_of(page.items)}


def _choice(tenants: tuple[TenantView, ...]) -> list[tuple[TenantId, str]]:
    return [(each.id, f"{each.name}（{each.id}）") for each in tenants]


def _beside_the_lines(refusal: Refusal) -> Refusal:
    return refusal.model_copy(update={"reasons": beside_the_lines(refusal.reasons)})
