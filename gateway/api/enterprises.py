"""For enterprises, the window and partner systems: dossiers of enterprises, facts, payee accounts."""

from __future__ import annotations

from starlette.responses import Response

from contracts.enterprise_lookup import FindEnterprise
from contracts.enterprises import (
    ConfirmPayeeAccount,
    GetEnterprise,
    ListPayeeAccounts,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from contracts.fact_records import GetFactHistory, WithdrawFacts
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("企业 enterprises")


@routes.order("/enterprises", RegisterEnterprise, status=201)
async def register_enterprise(door: Door, command: RegisterEnterprise) -> Response:
    """Open the dossier of an enterprise (一企一档)."""
    return await door.order(command)


@routes.ask("/enterprises/{enterprise_id}", GetEnterprise)
async def get_enterprise(door: Door, query: GetEnterprise) -> Response:
    """The dossier: facts with their sources, contact masked."""
    return await door.ask(query)


@routes.ask("/enterprise-codes/{uscc}", FindEnterprise)
async def find_enterprise(door: Door, query: FindEnterprise) -> Response:
    """Whose credit code it is: id and name, for whoever enters facts or mandates (按信用代码查企业); each look is noted."""
    return await door.ask(query)


@routes.order("/enterprises/{enterprise_id}/facts", RecordFacts)
async def record_facts(door: Door, command: RecordFacts) -> Response:
    """Add sourced facts; a correction is a newer fact."""
    return await door.order(command)


@routes.ask("/enterprises/{enterprise_id}/facts", GetFactHistory)
async def get_fact_history(door: Door, query: GetFactHistory) -> Response:
    """Every fact that was ever recorded, the newest first: who said so, who entered it, what became of it."""
    return await door.ask(query)


@routes.order("/enterprises/{enterprise_id}/facts/withdraw", WithdrawFacts)
async def withdraw_facts(door: Door, command: WithdrawFacts) -> Response:
    """Take records back, for a reason; the newest that still stands counts again."""
    return await door.order(command)


@routes.ask("/enterprises/{enterprise_id}/payee-accounts", ListPayeeAccounts)
async def list_payee_accounts(door: Door, query: ListPayeeAccounts) -> Response:
    """Every account that the enterprise has named, masked, with who registered and who confirmed it."""
    return await door.ask(query)


@routes.order("/enterprises/{enterprise_id}/payee-accounts", RegisterPayeeAccount, status=201)
async def register_payee_account(door: Door, command: RegisterPayeeAccount) -> Response:
    """Name the account that money goes to (收款账户)."""
    return await door.order(command)


@routes.order("/payee-accounts/{account_id}/confirm", ConfirmPayeeAccount, versioned=True)
async def confirm_payee_account(door: Door, command: ConfirmPayeeAccount) -> Response:
    """A second person confirms the account (收款账户复核)."""
    return await door.order(command)


@routes.order("/payee-accounts/{account_id}/withdraw", WithdrawPayeeAccount)
async def withdraw_payee_account(door: Door, command: WithdrawPayeeAccount) -> Response:
    """Take back an account that nobody has confirmed."""
    return await door.order(command)
