"""The contact number in the open (查看完整号码): for a reason that is kept, after a proof of who looks, and once."""

from __future__ import annotations

from starlette.responses import Response

from contracts.consents import ReadContact, RevealContact
from contracts.enterprises import GetEnterprise
from gateway.door import Door
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Shown
from gateway.portal.sign_in.step_up import proved_for
from gateway.portal.window.enterprises.pages import pages, show_enterprise


@pages.form("/window/enterprises/{enterprise_id}/contact-looks", RevealContact, on=show_enterprise)
async def reveal_contact(door: Door, command: RevealContact) -> Response:
    """The enterprise and the auditor see who looked and why; the page is kept by nobody."""
    await proved_for(door, RevealContact)
    look = await door.done(command)
    read = await door.told(ReadContact(disclosure_id=look.disclosure_id))
    enterprise = await door.told(GetEnterprise(enterprise_id=command.enterprise_id))
    shown = {"enterprise": enterprise, "number": read.contact_mobile, "reason": command.reason}
    return await asked_once_more(door, Shown(shown, template="contact.html"))
