"""What a place on board has and has not, from the registers as they stand."""

from __future__ import annotations

from chassis.read.reader import Reader
from chassis.tenancy.registry import TenantUnknown
from chassis.time.clock import CHINA
from contracts.identity import TenantSettings
from contracts.onboarding import GetOnboardingChecklist, OnboardingChecklist
from gateway.identity.onboarding.domain import Found, checklist

PLACE = "SELECT name, settings FROM tenant WHERE id = :id"
FUNCTIONS = """
SELECT f AS what, count(*) AS how_many FROM department d, unnest(d.functions) AS f
WHERE d.tenant = :tenant AND (d.closed_on IS NULL OR d.closed_on > :today) GROUP BY f
"""
DUTIES = """
SELECT a.kind AS what, count(DISTINCT a.person_id) AS how_many FROM appointment a
JOIN department d ON (d.tenant, d.id) = (a.tenant, a.department_id)
WHERE a.tenant = :tenant AND a.since <= :today AND (a.until IS NULL OR a.until >= :today) AND (d.closed_on IS NULL OR d.closed_on > :today)
GROUP BY a.kind
"""
WINDOWS = "SELECT count(*) FROM service_window WHERE tenant = :tenant AND (closed_on IS NULL OR closed_on > :today)"
LOADED = "SELECT DISTINCT year FROM calendar_year WHERE complete AND tenant IN ('', :id)"


def get_onboarding_checklist(_query: GetOnboardingChecklist, reader: Reader) -> OnboardingChecklist:
    """Asked in the tenant's own name. Raises TenantUnknown."""
    tenant = reader.tenant
    place = reader.execute(PLACE, {"id": tenant}).first()
    if place is None:
        raise TenantUnknown(tenant=tenant)
    settings = TenantSettings.model_validate(place.settings)
    today = reader.now.astimezone(CHINA).date()
    asked = {"tenant": tenant, "today": today}
    found = Found(
        functions={row.what: row.how_many for row in reader.execute(FUNCTIONS, asked)},
        duties={row.what: row.how_many for row in reader.execute(DUTIES, asked)},
        windows=int(reader.execute(WINDOWS, asked).scalar_one()),
        loaded=frozenset(row.year for row in reader.execute(LOADED, {"id": tenant})),
        footer=settings.footer,
        remedies=settings.remedies is not None,
    )
    return OnboardingChecklist(tenant=tenant, name=place.name, lines=checklist(found, today))
