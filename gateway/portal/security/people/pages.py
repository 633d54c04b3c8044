"""People (人员): found by name, registered, and one of them with what they may do and how they sign in."""

from __future__ import annotations

from functools import partial

from contracts.accounts import ListAccounts
from contracts.identity import PLATFORM
from contracts.people import ChangePerson, GetPerson, IdentifyPerson, ListCapacities, ListPeople, RegisterPerson
from gateway.door import Door
from gateway.identity.accounts.views import list_accounts
from gateway.identity.people import use_cases, views
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("security")


@pages.show("/security/people", ListPeople, template="people.html", nav=("security.nav.people", 110))
async def show_people(door: Door, query: ListPeople) -> Values:
    """Whose name begins so; everybody without one."""
    return {"page": await door.found(query, views.list_people, tenant=PLATFORM), "query": query}


@pages.form("/security/people", RegisterPerson, on=show_people, without=("person_id",))
async def register_person(door: Door, command: RegisterPerson) -> str:
    """Enter a person; whoever is known by the same resident id is that person (登记人员)."""
    handle = partial(use_cases.register_person, cipher=door.frame.cipher)
    person = await door.decided(command, handle, tenant=PLATFORM)
    return address(f"/security/people/{person.person_id}", done="person_registered")


@pages.show("/security/people/{person_id}", GetPerson, template="person.html")
async def show_person(door: Door, query: GetPerson) -> Values:
    """One person: in what they may act today, and the accounts by which they sign in."""
    person = await door.found(query, views.get_person, tenant=PLATFORM)
    held = ListCapacities(person_id=query.person_id)
    capacities = (await door.found(held, views.list_capacities, tenant=PLATFORM)).items
    accounts = ListAccounts(person_id=query.person_id, limit=200)
    return {
        "person": person,
        "capacities": capacities,
        "accounts": (await door.found(accounts, list_accounts)).items,
        "held": [(each.key, each.label) for each in capacities],
    }


@pages.form("/security/people/{person_id}/change", ChangePerson, on=show_person, versioned=True)
async def change_person(door: Door, command: ChangePerson) -> str:
    """Another name or telephone of the same person (变更人员信息)."""
    handle = partial(use_cases.change_person, cipher=door.frame.cipher)
    await door.decided(command, handle, tenant=PLATFORM)
    return address(f"/security/people/{command.person_id}", done="person_changed")


@pages.form("/security/people/{person_id}/identify", IdentifyPerson, on=show_person, versioned=True)
async def identify_person(door: Door, command: IdentifyPerson) -> str:
    """Say who a person is that was entered without a resident id (补登身份号码)."""
    handle = partial(use_cases.identify_person, cipher=door.frame.cipher)
    await door.decided(command, handle, tenant=PLATFORM)
    return address(f"/security/people/{command.person_id}", done="person_identified")
