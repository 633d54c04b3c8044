"""For enterprises: their own dossier in words, an item's form, whom to reach, who acts for them, the banks."""

from __future__ import annotations

from starlette.responses import Response

from contracts.application_forms import GetApplicationForm
from contracts.credentials import ListPartnerBanks
from contracts.enterprises import ChangeContact, GetDossierSheet, ListContactChanges
from contracts.people import NameAgent
from gateway import agents
from gateway.door import Door, answer
from gateway.identity.credentials import views
from gateway.routes import Routes

routes = Routes("企业自助 own affairs")


@routes.ask("/my/dossier", GetDossierSheet, own_enterprise=True)
async def get_dossier_sheet(door: Door, query: GetDossierSheet) -> Response:
    """The enterprise's own dossier with its facts in words (我的企业档案)."""
    return await door.ask(query)


@routes.ask("/my/application-forms/{item_id}", GetApplicationForm, own_enterprise=True, without=("declared",))
async def get_application_form(door: Door, query: GetApplicationForm) -> Response:
    """What the item's form asks for, what the dossier says already, and what may be pledged (申报表)."""
    return await door.ask(query)


@routes.ask("/my/application-forms/{item_id}", GetApplicationForm, method="POST", own_enterprise=True)
async def work_out_application_form(door: Door, query: GetApplicationForm) -> Response:
    """The same, worked out with what has been filled in so far (边填边算)."""
    return await door.ask(query)


@routes.order("/my/contact", ChangeContact, method="PUT", versioned=True, own_enterprise=True)
async def change_contact(door: Door, command: ChangeContact) -> Response:
    """Whom to reach from now on (变更联系人). If-Match: the dossier's version that was read."""
    return await door.order(command)


@routes.ask("/enterprises/{enterprise_id}/contact-changes", ListContactChanges)
async def list_contact_changes(door: Door, query: ListContactChanges) -> Response:
    """The changes of the enterprise's contact, the newest first, numbers masked."""
    return await door.ask(query)


@routes.order("/my/agents", NameAgent, status=201, own_enterprise=True)
async def name_agent(door: Door, command: NameAgent) -> Response:
    """For the representative: let somebody act for the enterprise, for a time (委托经办人)."""
    mandate = await agents.name_agent(command, door)
    return answer({"ok": mandate.model_dump(mode="json")}, 201)


@routes.ask("/my/partner-banks", ListPartnerBanks)
async def list_partner_banks(door: Door, query: ListPartnerBanks) -> Response:
    """The banks to which a consent can be given (合作银行)."""
    return await door.look_up(query, views.list_partner_banks)
