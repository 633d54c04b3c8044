"""The register of duties (岗位): what each is called here from when on. Its kind says what it permits."""

from __future__ import annotations

from datetime import date

from contracts.departments import DutyView, ListDuties, RegisterDuty, RenameDuty
from contracts.duties import DUTY_KINDS, DUTY_NAMES
from contracts.onboarding import GetOnboardingChecklist
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.departments import use_cases, views
from gateway.portal.platform.places import place_values
from gateway.portal.platform.today import today
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
ADMINISTRATORS = Permitted(GetOnboardingChecklist)
"""Both who run the platform and who give out duties look at them here; the names are the latter's business."""

KINDS = list(DUTY_NAMES.items())


@pages.show("/platform/duties", ListDuties, ADMINISTRATORS, template="duties.html", nav=("platform.nav.duties", 50))
async def show_duties(door: Door, query: ListDuties) -> Values:
    """The duties of one place with their names, the kinds in their order."""
    page = await door.found(query, views.list_duties)
    named = Permitted(RegisterDuty).admits(door.principal)
    place = await place_values(door, query.tenant)
    known = {"kinds": KINDS, "kind_names": DUTY_NAMES, "may_name": named, "today": today(door)}
    return {"page": page, "duties": sorted(page.items, key=_place), "query": query, **known, **place}


@pages.form("/platform/duties", RegisterDuty, on=show_duties)
async def register_duty(door: Door, command: RegisterDuty) -> str:
    """Another duty of a kind (登记岗位)."""
    await door.decided(command, use_cases.register_duty)
    return address("/platform/duties", tenant=command.tenant, done="duty_registered")


@pages.form("/platform/duties/{duty_id}/rename", RenameDuty, on=show_duties, versioned=True)
async def rename_duty(door: Door, command: RenameDuty) -> str:
    """Another name from a day on (岗位更名)."""
    await door.decided(command, use_cases.rename_duty)
    return address("/platform/duties", tenant=command.tenant, done="duty_renamed")


def _place(duty: DutyView) -> tuple[int, date]:
    return DUTY_KINDS.index(duty.kind), duty.names[0].since
