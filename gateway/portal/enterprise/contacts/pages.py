"""Whom to reach in the enterprise (联系人): changed here, told to the number until now."""

from __future__ import annotations

import asyncio

from contracts.enterprises import ChangeContact, GetEnterprise, ListContactChanges
from gateway.door import Door
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")


@pages.show("/my/contacts", ListContactChanges, template="contacts.html", own_enterprise=True)
async def show_contacts(door: Door, query: ListContactChanges) -> Values:
    """The contact as it is, the form that changes it for whoever may, and every change there was."""
    changes, own = await asyncio.gather(door.told(query), door.told(GetEnterprise(enterprise_id=query.enterprise_id)))
    return framed(door, own=own, changes=changes.items)


@pages.form("/my/contacts", ChangeContact, on=show_contacts, versioned=True, own_enterprise=True)
async def change_contact(door: Door, command: ChangeContact) -> str:
    """From now on somebody else, or at another number."""
    await door.done(command)
    return "/my/contacts?done=contact_changed"
