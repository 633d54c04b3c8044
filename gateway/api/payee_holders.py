"""For enterprises and staff: receivers that are no applicants, and the accounts that they are paid to."""

from __future__ import annotations

from starlette.responses import Response

from contracts.payee_holder_accounts import (
    ConfirmHolderAccount,
    CorrectPayeeHolder,
    GetPayeeHolder,
    ListPayeeHolders,
    RegisterHolderAccount,
    RegisterPayeeHolder,
    WithdrawHolderAccount,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("收款人 payee holders")


@routes.order("/payee-holders", RegisterPayeeHolder, status=201)
async def register_payee_holder(door: Door, command: RegisterPayeeHolder) -> Response:
    """Name a receiver that is not the applicant (收款人): a firm, an organisation or a person."""
    return await door.order(command)


@routes.ask("/payee-holders", ListPayeeHolders)
async def list_payee_holders(door: Door, query: ListPayeeHolders) -> Response:
    """The receivers that the enterprise has named; to staff all of the place, the newest first."""
    return await door.ask(query)


@routes.ask("/payee-holders/{holder_id}", GetPayeeHolder)
async def get_payee_holder(door: Door, query: GetPayeeHolder) -> Response:
    """One receiver with its accounts, masked, with who registered and who confirmed each."""
    return await door.ask(query)


@routes.order("/payee-holders/{holder_id}/correct", CorrectPayeeHolder, versioned=True)
async def correct_payee_holder(door: Door, command: CorrectPayeeHolder) -> Response:
    """Correct the holder's name by its papers (更正收款人名称)."""
    return await door.order(command)


@routes.order("/payee-holders/{holder_id}/accounts", RegisterHolderAccount, status=201)
async def register_holder_account(door: Door, command: RegisterHolderAccount) -> Response:
    """Name an account in the holder's own name (登记收款人账户)."""
    return await door.order(command)


@routes.order("/holder-accounts/{account_id}/confirm", ConfirmHolderAccount, versioned=True)
async def confirm_holder_account(door: Door, command: ConfirmHolderAccount) -> Response:
    """A second person, of the window or the bureau, confirms the account (收款人账户复核)."""
    return await door.order(command)


@routes.order("/holder-accounts/{account_id}/withdraw", WithdrawHolderAccount)
async def withdraw_holder_account(door: Door, command: WithdrawHolderAccount) -> Response:
    """Take back an account that nobody has confirmed."""
    return await door.order(command)
