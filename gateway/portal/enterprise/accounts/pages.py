"""Accounts that money goes to (收款账户): named here, confirmed by somebody else, taken back while nobody has."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from contracts.enterprises import (
    GetEnterprise,
    ListPayeeAccounts,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.enterprise.accounts.new_account import NewAccount, number_of
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

NEW_NUMBER_FOR = timedelta(days=14)
"""Two working days last no longer, whatever holidays there are: so long the page says why an account may wait. Whether it
does the catalogue knows, and says the day."""


@pages.show("/my/accounts", ListPayeeAccounts, template="accounts.html", own_enterprise=True)
async def show_accounts(door: Door, query: ListPayeeAccounts) -> Values:
    """Every account that the enterprise has named, and the form for another one."""
    found, own = await asyncio.gather(door.told(query), door.told(GetEnterprise(enterprise_id=query.enterprise_id)))
    changed = own.contact_changed_at
    new_number = changed is not None and door.frame.clock.now() - changed < NEW_NUMBER_FOR
    return framed(door, accounts=found.items, own=own, new_number=new_number)


@pages.form("/my/accounts", NewAccount, Permitted(RegisterPayeeAccount, own_enterprise=True), on=show_accounts)
async def register_account(door: Door, filled: NewAccount) -> str:
    """Name another account. Raises Invalid."""
    number = number_of(filled)
    own = await door.told(GetEnterprise(enterprise_id=door.enterprise))
    await door.done(
        RegisterPayeeAccount(
            enterprise_id=door.enterprise,
            account_name=filled.account_name or own.name,
            account_number=number,
            bank_name=filled.bank_name,
        )
    )
    return "/my/accounts?done=account_registered"


@pages.form(
    "/my/accounts/{account_id}/withdraw",
    WithdrawPayeeAccount,
    Permitted(WithdrawPayeeAccount, own_enterprise=True),
    on=show_accounts,
)
async def withdraw_account(door: Door, command: WithdrawPayeeAccount) -> str:
    """Take back one that nobody has confirmed."""
    await door.done(command)
    return "/my/accounts?done=account_withdrawn"
