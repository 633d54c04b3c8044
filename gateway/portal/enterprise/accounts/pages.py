"""Accounts that money goes to (收款账户): named here, confirmed by somebody else, taken back while nobody has."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from pydantic import Field

from contracts.enterprises import (
    GetEnterprise,
    ListPayeeAccounts,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from contracts.message import Model
from contracts.names import OrganisationName
from contracts.refusal import Invalid, Reason
from contracts.typed import half_width
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

NUMBER = re.compile(r"[0-9]{8,32}")
SET_APART = re.compile(r"[\s-]+")


NEW_NUMBER_FOR = timedelta(days=14)
"""Two working days last no longer, whatever holidays there are: so long the page says why an account may wait. Whether it
does the catalogue knows, and says the day."""


class NewAccount(Model):
    """What a person fills in of an account: it is the enterprise's own. The holder's name is sent to the bank as it is
    written here; who leaves it out means the name in the dossier.
    """

    account_name: OrganisationName | None = None
    account_number: str = Field(min_length=1, max_length=60)
    account_number_again: str = Field(min_length=1, max_length=60)
    bank_name: str = Field(min_length=2, max_length=120)


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
    number, again = (
        SET_APART.sub("", half_width(each)) for each in (filled.account_number, filled.account_number_again)
    )
    wrong = []
    if not NUMBER.fullmatch(number):
        message = "账号应为 8 至 32 位数字，用 0 至 9 书写"
        wrong.append(Reason(code="account_number_wrong", message=message, field="account_number"))
    if again != number:
        message = "两次填写的账号不一致，请核对"
        wrong.append(Reason(code="account_numbers_differ", message=message, field="account_number_again"))
    if wrong:
        raise Invalid(*wrong)
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
