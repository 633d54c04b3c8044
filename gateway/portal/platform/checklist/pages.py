"""What a place still lacks before the main job can be done in it (开通核对单): each line leads to where it is mended."""

from __future__ import annotations

from itertools import groupby

from contracts.departments import FUNCTION_NAMES
from contracts.duties import DUTY_NAMES
from contracts.message import TenantId
from contracts.onboarding import ChecklistSubject, GetOnboardingChecklist
from contracts.people import ListPeople
from contracts.plan_terms import ListUnmappedTerms
from gateway.access import Permitted
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.identity.onboarding.views import get_onboarding_checklist
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")


@pages.show("/platform/tenants/{tenant}/checklist", GetOnboardingChecklist, template="checklist.html")
async def show_checklist(door: Door, query: GetOnboardingChecklist) -> Values:
    """Departments, people, windows, calendars, the words of plans and the foot of the site."""
    checklist = await door.found(query, get_onboarding_checklist)
    security = Permitted(ListPeople).admits(door.principal)
    groups = [(subject, list(lines)) for subject, lines in groupby(checklist.lines, key=lambda line: line.subject)]
    return {
        "checklist": checklist,
        "groups": groups,
        "missing": [each for each in checklist.lines if each.needed and not each.there],
        "ways": {subject: way_to(subject, checklist.tenant, security=security) for subject, _lines in groups},
        "names": {"department": FUNCTION_NAMES, "duty": DUTY_NAMES},
        "unmapped": await unmapped_terms(door, checklist.tenant),
    }


def way_to(subject: ChecklistSubject, tenant: TenantId, *, security: bool) -> str | None:
    """Where a line of that kind is mended; None for what another administrator does (三员分立)."""
    if (subject == "duty") != security:
        return None
    return {
        "department": address("/platform/departments", tenant=tenant),
        "duty": address("/security/appointments", tenant=tenant),
        "window": address("/platform/windows", tenant=tenant),
        "calendar": address("/platform/calendars", tenant=tenant),
        "site": f"/platform/tenants/{tenant}",
        "remedies": f"/platform/tenants/{tenant}#remedies",
    }[subject]


async def unmapped_terms(door: Door, tenant: TenantId) -> int | None:
    """How many words of plans mean nothing there; None while the catalogue does not answer."""
    try:
        return len((await door.told(ListUnmappedTerms(tenant=tenant, limit=200))).items)
    except (BusError, Faulted):
        return None
