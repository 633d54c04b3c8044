"""Receivers other than the enterprise itself (收款人): named here with their accounts, confirmed by the window or the bureau."""

from __future__ import annotations

from typing import get_args

from contracts.message import Id
from contracts.payee_holder_accounts import (
    GetPayeeHolder,
    ListPayeeHolders,
    RegisterHolderAccount,
    RegisterPayeeHolder,
    WithdrawHolderAccount,
)
from contracts.payee_holders import HolderKind
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.enterprise.accounts.new_account import NewAccount, number_of
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

HERE = "/my/receivers"
ONE = f"{HERE}/{{holder_id}}"
PAGE = 20


class ReceiversAccount(NewAccount):
    """An account of one receiver."""

    holder_id: Id


class AccountTakenBack(WithdrawHolderAccount):
    """The account, and whose it is: there the page leads back to."""

    holder_id: Id


@pages.show(HERE, ListPayeeHolders, template="list.html", own_enterprise=True, without=("account_waits", "limit"))
async def show_receivers(door: Door, query: ListPayeeHolders) -> Values:
    """The receivers that the enterprise has named, and the form for another one."""
    found = await door.told(query.model_copy(update={"limit": PAGE}))
    return framed(
        door,
        receivers=found.items,
        next_cursor=found.next_cursor,
        now=query.cursor,
        kinds=get_args(HolderKind),
    )


@pages.form(HERE, RegisterPayeeHolder, on=show_receivers, own_enterprise=True)
async def register_receiver(door: Door, command: RegisterPayeeHolder) -> str:
    """Name a receiver (登记收款人); its account is named on its own page."""
    holder = await door.done(command)
    return f"{HERE}/{holder.holder_id}?done=receiver_registered"


@pages.show(ONE, GetPayeeHolder, Permitted(GetPayeeHolder, own_enterprise=True), template="receiver.html")
async def show_receiver(door: Door, query: GetPayeeHolder) -> Values:
    """One receiver with the accounts that the enterprise has named, and the form for another one."""
    found = await door.told(query)
    return framed(door, receiver=found.holder, accounts=found.accounts)


@pages.form(
    f"{ONE}/accounts", ReceiversAccount, Permitted(RegisterHolderAccount, own_enterprise=True), on=show_receiver
)
async def register_receiver_account(door: Door, filled: ReceiversAccount) -> str:
    """Name an account in the receiver's own name. Raises Invalid."""
    number = number_of(filled)
    known = await door.told(GetPayeeHolder(holder_id=filled.holder_id))
    await door.done(
        RegisterHolderAccount(
            holder_id=filled.holder_id,
            account_name=filled.account_name or known.holder.name,
            account_number=number,
            bank_name=filled.bank_name,
        )
    )
    return f"{HERE}/{filled.holder_id}?done=receiver_account_registered"


@pages.form(
    f"{ONE}/accounts/{{account_id}}/withdraw",
    AccountTakenBack,
    Permitted(WithdrawHolderAccount, own_enterprise=True),
    on=show_receiver,
)
async def withdraw_receiver_account(door: Door, said: AccountTakenBack) -> str:
    """Take back one that nobody has confirmed."""
    await door.done(WithdrawHolderAccount(account_id=said.account_id, reason=said.reason))
    return f"{HERE}/{said.holder_id}?done=account_withdrawn"
