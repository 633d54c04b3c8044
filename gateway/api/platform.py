"""For the platform's operators: tenants. The gateway carries it out itself."""

from __future__ import annotations

from starlette.responses import Response

from contracts.identity import PLATFORM, OnboardTenant
from contracts.onboarding import GetOnboardingChecklist, OnboardCounty
from contracts.tenants import ChangeTenant, GetTenant, GetTenantVersions, ListTenants
from gateway.door import Door, TenantNotYours
from gateway.identity.onboarding import use_cases
from gateway.identity.onboarding.views import get_onboarding_checklist as checklist_of
from gateway.identity.tenants import use_cases as tenants
from gateway.identity.tenants import views
from gateway.routes import Routes

routes = Routes("平台 platform")


@routes.order("/tenants", OnboardTenant, status=201)
async def onboard_tenant(door: Door, command: OnboardTenant) -> Response:
    """Onboard a city, county or zone (开通地区)."""
    return await door.decide(command, tenants.onboard_tenant, tenant=command.id)


@routes.order("/onboarding", OnboardCounty, status=201)
async def onboard_county(door: Door, command: OnboardCounty) -> Response:
    """Onboard a place with its departments, all of it or nothing (整体开通)."""
    return await door.decide(command, use_cases.onboard_county, tenant=command.id)


@routes.ask("/tenants/{tenant}/checklist", GetOnboardingChecklist)
async def get_onboarding_checklist(door: Door, query: GetOnboardingChecklist) -> Response:
    """What the tenant still lacks before the main job can be done in it (开通核对单)."""
    return await door.look_up(query, checklist_of)


@routes.ask("/tenants", ListTenants)
async def list_tenants(door: Door, query: ListTenants) -> Response:
    """Tenants, or those under one parent (地区列表): all of them for the platform, else one's own and those below."""
    return await door.look_up(query, views.list_tenants)


@routes.ask("/tenants/{id}", GetTenant)
async def get_tenant(door: Door, query: GetTenant) -> Response:
    """One's own place whole, for the platform any (地区详情): settings, former division codes. ETag is for If-Match."""
    if door.principal.tenant not in (PLATFORM, query.id):
        raise TenantNotYours(field="id")
    return await door.look_up(query, views.get_tenant, tenant=query.id)


@routes.order("/tenants/{id}", ChangeTenant, method="PUT", versioned=True)
async def change_tenant(door: Door, command: ChangeTenant) -> Response:
    """Change name, division code, parent or settings (变更地区); all of it is said, and why. Open deadlines follow."""
    return await door.decide(command, tenants.change_tenant, tenant=command.id)


@routes.ask("/tenants/{id}/versions", GetTenantVersions)
async def get_tenant_versions(door: Door, query: GetTenantVersions) -> Response:
    """Every version with who changed it, when and why (变更记录)."""
    return await door.look_up(query, views.get_tenant_versions, tenant=query.id)
