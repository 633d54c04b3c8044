"""Enterprises at the counter (企业登记): found by credit code or entered; one with all that a clerk answers for."""

from __future__ import annotations

import asyncio
from typing import get_args

from pydantic import Field

from contracts.consents import RevealContact
from contracts.enterprise_lookup import FindEnterprise
from contracts.enterprises import (
    ConfirmPayeeAccount,
    GetEnterprise,
    ListPayeeAccounts,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from contracts.intake import ListApplications
from contracts.message import Id, Model
from contracts.name_changes import ConfirmNameChange, ListNameChanges, ProposeNameChange
from contracts.people import GrantMandate, ListMandates, MandateScope, MandateView
from gateway.access import Only, Permitted
from gateway.door import Door, RefusedThere
from gateway.identity.people import views
from gateway.portal.platform.today import today
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.staff.names import UNKNOWN, names_of

pages = Pages("window")
COUNTER = Only("window", "bureau")
MANY = 100
THE_ENTERPRISE = "企业自行登记"


class EnterpriseAsked(Model):
    """By which code an enterprise is looked for; without one nothing is."""

    uscc: str = Field(default="", max_length=40)


class OneAsked(Model):
    enterprise_id: Id


class AccountShown(Model):
    """An account as it was looked at, to be confirmed."""

    enterprise_id: Id
    account_id: Id
    expected_version: int


@pages.show("/window/enterprises", EnterpriseAsked, COUNTER, template="list.html", nav=("window.nav.enterprises", 20))
async def find_enterprise(door: Door, asked: EnterpriseAsked) -> Values | Shown:
    """The one with this code, and the form for one that nobody has entered yet."""
    code = asked.uscc.strip()
    if not code:
        return {"code": "", "found": None, "trouble": ""}
    try:
        found = await door.told(FindEnterprise(uscc=code))
    except RefusedThere as refused:
        refusal = refused.refusal()
        status = 200 if refusal.kind == "not_found" else 422
        return Shown({"code": code, "found": None, "trouble": refusal.message}, status)
    return {"code": code, "found": found, "trouble": ""}


@pages.form("/window/enterprises", RegisterEnterprise, on=find_enterprise)
async def register_enterprise(door: Door, command: RegisterEnterprise) -> str:
    """Enter an enterprise whose licence was seen (登记企业)."""
    enterprise = await door.done(command)
    return f"/window/enterprises/{enterprise.enterprise_id}?done=registered"


@pages.show("/window/enterprises/{enterprise_id}", OneAsked, COUNTER, template="enterprise.html")
async def show_enterprise(door: Door, asked: OneAsked) -> Values:
    """One enterprise: who it is, whom to reach, where its money goes, who acts for it."""
    enterprise, accounts, mandates, renaming = await asyncio.gather(
        door.told(GetEnterprise(enterprise_id=asked.enterprise_id)),
        door.told(ListPayeeAccounts(enterprise_id=asked.enterprise_id)),
        _mandates(door, asked.enterprise_id),
        door.told(ListNameChanges(enterprise_id=asked.enterprise_id, state="proposed", limit=1)),
    )
    people = [each for account in accounts.items for each in (account.registered_by, account.confirmed_by)]
    people += [each.proposed_by for each in renaming.items]
    names = await names_of(door, people)
    return {
        "enterprise": enterprise,
        "accounts": accounts.items,
        "mandates": mandates,
        "renaming": renaming.items[0] if renaming.items else None,
        # Whoever names an account and holds no duty here is the enterprise's own.
        "names": {id: THE_ENTERPRISE if name == UNKNOWN else name for id, name in names.items()},
        "me": door.principal.actor.id,
        "today": today(door),
        "scopes": get_args(MandateScope),
        "may": {
            "claims": may(door, ListApplications),
            "confirm": may(door, ConfirmPayeeAccount, "registered"),
            "register": may(door, RegisterPayeeAccount),
            "mandate": may(door, GrantMandate),
            "reveal": may(door, RevealContact),
            "rename": may(door, ProposeNameChange),
            "confirm_name": may(door, ConfirmNameChange, "proposed"),
        },
    }


@pages.form(
    "/window/enterprises/{enterprise_id}/accounts/{account_id}/confirm",
    AccountShown,
    Permitted(ConfirmPayeeAccount),
    on=show_enterprise,
    versioned=True,
)
async def confirm_account(door: Door, said: AccountShown) -> str:
    """Confirm the account as a second person (复核账户); from then on money goes there."""
    await door.done(ConfirmPayeeAccount(account_id=said.account_id, expected_version=said.expected_version))
    return f"/window/enterprises/{said.enterprise_id}?done=account_confirmed"


async def _mandates(door: Door, enterprise_id: Id) -> tuple[MandateView, ...]:
    """Who acts for it; nothing for whoever may not know."""
    if not may(door, ListMandates):
        return ()
    query = ListMandates(enterprise_id=enterprise_id, limit=MANY)
    return (await door.found(query, views.list_mandates)).items
