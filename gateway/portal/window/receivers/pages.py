"""Receivers that are no applicants (收款人): those whose accounts wait for a second person stand first to be looked at."""

from __future__ import annotations

from typing import get_args

from pydantic import Field

from contracts.message import Id, Model
from contracts.names import OrganisationName
from contracts.payee_holder_accounts import (
    ConfirmHolderAccount,
    CorrectPayeeHolder,
    GetPayeeHolder,
    ListPayeeHolders,
    RegisterHolderAccount,
    RegisterPayeeHolder,
)
from contracts.payee_holders import HolderKind
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.staff.names import UNKNOWN, names_of
from gateway.portal.window.enterprises.at_the_counter import SpacedNumber

pages = Pages("window")
COUNTER = Only("window", "bureau")
HERE = "/window/receivers"
ONE = f"{HERE}/{{holder_id}}"
PAGE = 20
THE_ENTERPRISE = "企业自行登记"


class HoldersAccount(Model):
    """What stands in the holder's bank certificate. Who leaves the name out means the holder's own."""

    holder_id: Id
    account_name: OrganisationName | None = None
    account_number: SpacedNumber
    bank_name: str = Field(min_length=2, max_length=120)


class HoldersAccountShown(Model):
    """An account as it was looked at, to be confirmed."""

    holder_id: Id
    account_id: Id
    expected_version: int


@pages.show(HERE, ListPayeeHolders, COUNTER, template="list.html", nav=("window.nav.receivers", 22))
async def show_holders(door: Door, query: ListPayeeHolders) -> Values:
    """The receivers of this place, the newest first: all, or those with an account that waits."""
    found = await door.told(query.model_copy(update={"limit": PAGE}))
    return {
        "holders": found.items,
        "next_cursor": found.next_cursor,
        "now": query.cursor,
        "waiting": query.account_waits,
        "kinds": get_args(HolderKind),
        "may_register": may(door, RegisterPayeeHolder),
    }


@pages.form(HERE, RegisterPayeeHolder, on=show_holders)
async def register_holder(door: Door, command: RegisterPayeeHolder) -> str:
    """Name a receiver whose papers were seen (登记收款人)."""
    holder = await door.done(command)
    return f"{HERE}/{holder.holder_id}?done=holder_registered"


@pages.show(ONE, GetPayeeHolder, COUNTER, template="holder.html")
async def show_holder(door: Door, query: GetPayeeHolder) -> Values:
    """One receiver: who it is, and its accounts with who vouched for each."""
    found = await door.told(query)
    people = [each for account in found.accounts for each in (account.registered_by, account.confirmed_by)]
    names = await names_of(door, people)
    return {
        "holder": found.holder,
        "accounts": found.accounts,
        # Whoever names an account and holds no duty here is the enterprise's own.
        "names": {id: THE_ENTERPRISE if name == UNKNOWN else name for id, name in names.items()},
        "me": door.principal.actor.id,
        "may": {
            "confirm": may(door, ConfirmHolderAccount, "registered"),
            "register": may(door, RegisterHolderAccount),
            "correct": may(door, CorrectPayeeHolder),
        },
    }


@pages.form(f"{ONE}/correct", CorrectPayeeHolder, on=show_holder, versioned=True)
async def correct_holder(door: Door, command: CorrectPayeeHolder) -> str:
    """Correct the holder's name by its papers (更正名称)."""
    await door.done(command)
    return f"{HERE}/{command.holder_id}?done=holder_corrected"


@pages.form(f"{ONE}/accounts", HoldersAccount, Permitted(RegisterHolderAccount), on=show_holder)
async def register_holder_account(door: Door, said: HoldersAccount) -> str:
    """Enter an account of the holder (代为登记账户); somebody else confirms it."""
    known = await door.told(GetPayeeHolder(holder_id=said.holder_id))
    await door.done(
        RegisterHolderAccount(
            holder_id=said.holder_id,
            account_name=said.account_name or known.holder.name,
            account_number=said.account_number.replace(" ", "").replace("-", ""),
            bank_name=said.bank_name,
        )
    )
    return f"{HERE}/{said.holder_id}?done=account_registered"


@pages.form(
    f"{ONE}/accounts/{{account_id}}/confirm",
    HoldersAccountShown,
    Permitted(ConfirmHolderAccount),
    on=show_holder,
    versioned=True,
)
async def confirm_holder_account(door: Door, said: HoldersAccountShown) -> str:
    """Confirm the account as a second person (复核账户); from then on the holder is paid there."""
    await door.done(ConfirmHolderAccount(account_id=said.account_id, expected_version=said.expected_version))
    return f"{HERE}/{said.holder_id}?done=account_confirmed"
