"""People, their duties and mandates. The gateway keeps them itself; people belong to the platform, duties to a tenant."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.identity import PLATFORM
from contracts.people import (
    AppointPerson,
    ChangePerson,
    EndAppointment,
    EndMandate,
    GetPerson,
    GrantMandate,
    IdentifyPerson,
    ListAppointments,
    ListCapacities,
    ListMandates,
    ListPeople,
    NameStandIn,
    RegisterPerson,
)
from gateway.door import Door
from gateway.identity.people import use_cases, views
from gateway.routes import Routes
from gateway.session_cookie import origin_of

routes = Routes("人员与任职 people")


@routes.order("/people", RegisterPerson, status=201)
async def register_person(door: Door, command: RegisterPerson) -> Response:
    """Enter a person (登记人员). Whoever is known by the same resident id is that person."""
    handle = partial(use_cases.register_person, cipher=door.frame.cipher)
    return await door.decide(command, handle, tenant=PLATFORM)


@routes.ask("/people", ListPeople)
async def list_people(door: Door, query: ListPeople) -> Response:
    """People by name."""
    return await door.look_up(query, views.list_people, tenant=PLATFORM)


@routes.ask("/people/{person_id}", GetPerson)
async def get_person(door: Door, query: GetPerson) -> Response:
    """One person. ETag is the version."""
    return await door.look_up(query, views.get_person, tenant=PLATFORM)


@routes.ask("/people/{person_id}/capacities", ListCapacities)
async def list_capacities(door: Door, query: ListCapacities) -> Response:
    """What one may act as today, wherever (可用身份)."""
    return await door.look_up(query, views.list_capacities, tenant=PLATFORM)


@routes.order("/people/{person_id}/identify", IdentifyPerson, versioned=True)
async def identify_person(door: Door, command: IdentifyPerson) -> Response:
    """Say who a person is that was entered without a resident id (补登身份号码)."""
    handle = partial(use_cases.identify_person, cipher=door.frame.cipher)
    return await door.decide(command, handle, tenant=PLATFORM)


@routes.order("/people/{person_id}", ChangePerson, method="PUT", versioned=True)
async def change_person(door: Door, command: ChangePerson) -> Response:
    """Another name or telephone of the same person (变更人员信息)."""
    handle = partial(use_cases.change_person, cipher=door.frame.cipher)
    return await door.decide(command, handle, tenant=PLATFORM)


@routes.order("/appointments", AppointPerson, status=201)
async def appoint_person(door: Door, command: AppointPerson) -> Response:
    """Give a person a duty in a department from a day to a day (授予岗位)."""
    return await door.decide(command, partial(use_cases.appoint_person, origin=origin_of(door.request.scope)))


@routes.ask("/appointments", ListAppointments)
async def list_appointments(door: Door, query: ListAppointments) -> Response:
    """Who holds which duty."""
    return await door.look_up(query, views.list_appointments)


@routes.order("/appointments/{appointment_id}/end", EndAppointment, versioned=True)
async def end_appointment(door: Door, command: EndAppointment) -> Response:
    """The last day on which the duty is held (免去岗位)."""
    return await door.decide(command, partial(use_cases.end_appointment, origin=origin_of(door.request.scope)))


@routes.order("/appointments/{appointment_id}/stand-ins", NameStandIn, status=201)
async def name_stand_in(door: Door, command: NameStandIn) -> Response:
    """Who holds the duty while its holder is away (委托代办)."""
    return await door.decide(command, partial(use_cases.name_stand_in, origin=origin_of(door.request.scope)))


@routes.order("/mandates", GrantMandate, status=201)
async def grant_mandate(door: Door, command: GrantMandate) -> Response:
    """Let a person act for an enterprise (企业授权办事人)."""
    return await door.decide(command, use_cases.grant_mandate)


@routes.ask("/mandates", ListMandates)
async def list_mandates(door: Door, query: ListMandates) -> Response:
    """Who acts for an enterprise."""
    return await door.look_up(query, views.list_mandates)


@routes.order("/mandates/{mandate_id}/end", EndMandate, versioned=True)
async def end_mandate(door: Door, command: EndMandate) -> Response:
    """The last day on which the person acts for the enterprise (终止委托)."""
    return await door.decide(command, use_cases.end_mandate)
