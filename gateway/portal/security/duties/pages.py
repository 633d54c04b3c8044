"""The duties of one person in a place (任职): given from a day to a day, ended, and held by another meanwhile."""

from __future__ import annotations

from datetime import date
from functools import partial

from contracts.identity import PLATFORM, InTenant
from contracts.message import Id, Why
from contracts.people import (
    AppointmentView,
    AppointPerson,
    EndAppointment,
    GetPerson,
    ListAppointments,
    ListPeople,
    NameStandIn,
    PersonName,
    PersonView,
)
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.people import use_cases, views
from gateway.identity.people.domain import AppointmentUnknown
from gateway.portal.platform.places import place_values
from gateway.portal.platform.registered import departments_of, duties_of
from gateway.portal.platform.today import today
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.session_cookie import origin_of

pages = Pages("security")
GIVER = Permitted(AppointPerson)
MANY = 200


class EndHeld(InTenant):
    """`person_id` is whose page the form stands on."""

    person_id: Id
    appointment_id: Id
    until: date
    reason: Why
    expected_version: int


class StandInAsked(InTenant):
    """For which appointment; `name` is how the names begin among which the stand-in is sought."""

    person_id: Id
    appointment_id: Id
    name: PersonName | None = None


class StandInFilled(InTenant):
    """`person_id` holds the duty, `stand_in` is to hold it meanwhile."""

    person_id: Id
    appointment_id: Id
    stand_in: Id
    since: date
    until: date
    reason: Why


@pages.show("/security/people/{person_id}/duties", ListAppointments, GIVER, template="duties.html")
async def show_duties_of(door: Door, query: ListAppointments) -> Values:
    """What the person holds there, past duties included, and what may be given."""
    held = await door.found(query.model_copy(update={"past": True, "limit": MANY}), views.list_appointments)
    person = GetPerson(person_id=query.person_id or "-")
    return {
        "person": await door.found(person, views.get_person, tenant=PLATFORM),
        "held": sorted(held.items, key=lambda each: each.since, reverse=True),
        "today": today(door),
        "departments": await departments_of(door, query.tenant),
        "duties": await duties_of(door, query.tenant),
        **await place_values(door, query.tenant),
    }


@pages.form("/security/people/{person_id}/duties", AppointPerson, on=show_duties_of)
async def appoint(door: Door, command: AppointPerson) -> str:
    """Give the person a duty in a department from a day to a day (授予岗位)."""
    await door.decided(command, partial(use_cases.appoint_person, origin=origin_of(door.request.scope)))
    return _duties(command.person_id, command.tenant, "appointed")


@pages.form(
    "/security/people/{person_id}/duties/{appointment_id}/end",
    EndHeld,
    Permitted(EndAppointment),
    on=show_duties_of,
    versioned=True,
)
async def end_duty(door: Door, filled: EndHeld) -> str:
    """The last day on which the duty is held (免去岗位)."""
    command = EndAppointment(**filled.model_dump(exclude={"person_id"}))
    await door.decided(command, partial(use_cases.end_appointment, origin=origin_of(door.request.scope)))
    return _duties(filled.person_id, filled.tenant, "duty_ended")


@pages.show(
    "/security/people/{person_id}/duties/{appointment_id}/stand-in", StandInAsked, GIVER, template="stand_in.html"
)
async def show_stand_in(door: Door, asked: StandInAsked) -> Values:
    """For whom somebody is sought, and who is found. Raises AppointmentUnknown."""
    found: tuple[PersonView, ...] = ()
    if asked.name:
        found = (await door.found(ListPeople(name=asked.name, limit=20), views.list_people, tenant=PLATFORM)).items
    held = await _held(door, asked)
    choice = [(each.person_id, each.name) for each in found if each.person_id != held.person_id]
    return {"held": held, "asked_for": asked, "choice": choice, "today": today(door), "tenant": asked.tenant}


@pages.form("/security/people/{person_id}/duties/{appointment_id}/stand-in", StandInFilled, GIVER, on=show_stand_in)
async def name_stand_in(door: Door, filled: StandInFilled) -> str:
    """Who holds the duty while its holder is away (委托代办)."""
    said = filled.model_dump(exclude={"person_id", "stand_in"})
    command = NameStandIn(person_id=filled.stand_in, **said)
    await door.decided(command, partial(use_cases.name_stand_in, origin=origin_of(door.request.scope)))
    return _duties(filled.person_id, filled.tenant, "stand_in_named")


async def _held(door: Door, asked: StandInAsked) -> AppointmentView:
    query = ListAppointments(tenant=asked.tenant, person_id=asked.person_id, past=True, limit=MANY)
    items = (await door.found(query, views.list_appointments)).items
    held = next((each for each in items if each.appointment_id == asked.appointment_id), None)
    if held is None:
        raise AppointmentUnknown()
    return held


def _duties(person_id: Id, tenant: str | None, done: str) -> str:
    return address(f"/security/people/{person_id}/duties", tenant=tenant, done=done)
