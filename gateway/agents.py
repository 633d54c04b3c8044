"""An enterprise's representative names an agent: the person belongs to the platform, the mandate to the tenant."""

from __future__ import annotations

from functools import partial

from chassis.time.clock import CHINA
from contracts.identity import PLATFORM
from contracts.message import Id
from contracts.people import GrantMandate, ListMandates, MandateView, NameAgent, RegisterPerson
from gateway.door import Door
from gateway.identity.people import use_cases, views
from gateway.identity.people.domain import RepresentativeNotYours


async def own_representation(door: Door, enterprise_id: Id) -> MandateView | None:
    """The mandate by which the caller is the enterprise's representative today, if it is."""
    asked = ListMandates(enterprise_id=enterprise_id, person_id=door.principal.actor.id)
    held = await door.found(asked, views.list_mandates)
    today = door.frame.clock.now().astimezone(CHINA).date()
    found = (each for each in held.items if each.kind == "legal_representative" and each.since <= today)
    return next(found, None)


async def name_agent(command: NameAgent, door: Door) -> MandateView:
    """Enter the person, if nobody is known by the resident id, and let them act. Raises what either refuses.

    Nobody is entered for somebody who may not name agents.
    """
    own = await own_representation(door, command.enterprise_id)
    if own is None:
        raise RepresentativeNotYours()
    person = RegisterPerson(name=command.name, resident_id=command.resident_id, mobile=command.mobile)
    enter = partial(use_cases.register_person, cipher=door.frame.cipher)
    known = await door.decided(person, enter, tenant=PLATFORM)
    mandate = GrantMandate(
        person_id=known.person_id,
        enterprise_id=command.enterprise_id,
        enterprise_name=own.enterprise_name,
        kind="agent",
        scope=command.scope,
        since=command.since,
        until=command.until,
    )
    return await door.decided(mandate, use_cases.grant_mandate)
