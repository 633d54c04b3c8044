"""The enterprises that one person acts for (企业委托): as representative, or as an agent for a time and in some things."""

from __future__ import annotations

from datetime import date
from typing import get_args

from pydantic import Field
from starlette.responses import Response

from contracts.enterprise_lookup import FindEnterprise, TypedCreditCode
from contracts.identity import PLATFORM, InTenant
from contracts.message import Id, Why
from contracts.people import EndMandate, GetPerson, GrantMandate, ListMandates, MandateKind, MandateScope
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.people import use_cases, views
from gateway.portal.platform.places import place_values
from gateway.portal.platform.today import today
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.rendering import address

pages = Pages("security")
GIVER = Permitted(GetPerson)
"""Representatives look at their own mandates elsewhere: this page is the security administrator's."""

MANY = 200


class MandateTyped(InTenant):
    """A mandate as it is filled in: `uscc` stands on the licence that was seen. `enterprise_id` is the enterprise whose
    name was shown for it, which says that the name was looked at.
    """

    person_id: Id
    uscc: TypedCreditCode
    enterprise_id: Id | None = None
    kind: MandateKind
    scope: frozenset[MandateScope] = Field(min_length=1)
    since: date
    until: date | None = None


class EndGiven(InTenant):
    """`person_id` is whose page the form stands on."""

    person_id: Id
    mandate_id: Id
    until: date
    reason: Why
    expected_version: int


@pages.show(
    "/security/people/{person_id}/mandates",
    ListMandates,
    GIVER,
    template="mandates.html",
    without=("enterprise_id",),
)
async def show_mandates(door: Door, query: ListMandates) -> Values:
    """For whom the person acts there, past mandates included."""
    found = await door.found(query.model_copy(update={"past": True, "limit": MANY}), views.list_mandates)
    person = GetPerson(person_id=query.person_id or "-")
    return {
        "person": await door.found(person, views.get_person, tenant=PLATFORM),
        "mandates": sorted(found.items, key=lambda each: each.since, reverse=True),
        "today": today(door),
        "kinds": get_args(MandateKind),
        "scopes": get_args(MandateScope),
        **await place_values(door, query.tenant),
    }


@pages.form("/security/people/{person_id}/mandates", MandateTyped, GIVER, on=show_mandates)
async def grant_mandate(door: Door, filled: MandateTyped) -> str | Response:
    """Let the person act for an enterprise, the papers having been seen, and the name that belongs to the code (登记委托)."""
    found = await door.told(FindEnterprise(tenant=filled.tenant, uscc=filled.uscc))
    if filled.enterprise_id != found.enterprise_id:
        person = await door.found(GetPerson(person_id=filled.person_id), views.get_person, tenant=PLATFORM)
        values = {"filled": filled, "found": found, "person": person, "scopes": get_args(MandateScope)}
        place = await place_values(door, filled.tenant)
        return await asked_once_more(door, Shown({**values, **place}, template="confirm.html"))
    said = filled.model_dump(exclude={"uscc", "enterprise_id"})
    command = GrantMandate(**said, enterprise_id=found.enterprise_id, enterprise_name=found.name)
    await door.decided(command, use_cases.grant_mandate)
    return _mandates(filled.person_id, filled.tenant, "mandate_granted")


@pages.form("/security/people/{person_id}/mandates/{mandate_id}/end", EndGiven, GIVER, on=show_mandates, versioned=True)
async def end_mandate(door: Door, filled: EndGiven) -> str:
    """The last day on which the person acts for the enterprise (终止委托)."""
    command = EndMandate(**filled.model_dump(exclude={"person_id"}))
    await door.decided(command, use_cases.end_mandate)
    return _mandates(filled.person_id, filled.tenant, "mandate_ended")


def _mandates(person_id: Id, tenant: str | None, done: str) -> str:
    return address(f"/security/people/{person_id}/mandates", tenant=tenant, done=done)
