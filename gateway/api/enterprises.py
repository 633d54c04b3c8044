"""For enterprises, the window and partner systems: files of enterprises, facts, payee accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

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
from contracts.message import Id
from gateway.access import Only
from gateway.door import answer, ask, command_of, expected_version, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["企业 enterprises"])
RegisterEnterpriseForm = form(RegisterEnterprise)
RecordFactsForm = form(RecordFacts, without=("enterprise_id",))
WithdrawFactsForm = form(WithdrawFacts, without=("enterprise_id",))
RegisterPayeeAccountForm = form(RegisterPayeeAccount, without=("enterprise_id",))

WithdrawPayeeAccountForm = form(WithdrawPayeeAccount, without=("account_id",))


@router.post("/enterprises", status_code=201)
async def register_enterprise(
    request: Request,
    body: RegisterEnterpriseForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("window", "bureau", "partner"))],
) -> Response:
    """Open the file of an enterprise (一企一档)."""
    return await order(request, principal, command_of(RegisterEnterprise, body), status=201)


@router.get("/enterprises/{enterprise_id}")
async def get_enterprise(
    request: Request,
    enterprise_id: Id,
    principal: Annotated[Principal, Depends(Only("enterprise", "department", "window", "bureau"))],
) -> Response:
    """The file: facts with their sources, contact masked."""
    query = GetEnterprise(enterprise_id=enterprise_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/enterprises/{enterprise_id}/facts")
async def record_facts(
    request: Request,
    enterprise_id: Id,
    body: RecordFactsForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("partner", "department"))],
) -> Response:
    """Add sourced facts; a correction is a newer fact."""
    return await order(request, principal, command_of(RecordFacts, body, enterprise_id=enterprise_id))


@router.get("/enterprises/{enterprise_id}/facts")
async def get_fact_history(
    request: Request,
    enterprise_id: Id,
    principal: Annotated[Principal, Depends(Only("enterprise", "department", "window", "bureau"))],
    name: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{1,63}$")] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Every fact that was ever recorded, the newest first: who said so, who entered it, what became of it."""
    query = GetFactHistory(enterprise_id=enterprise_id, name=name, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/enterprises/{enterprise_id}/facts/withdraw")
async def withdraw_facts(
    request: Request,
    enterprise_id: Id,
    body: WithdrawFactsForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("partner", "department", "bureau"))],
) -> Response:
    """Take records back, for a reason; the newest that still stands counts again."""
    return await order(request, principal, command_of(WithdrawFacts, body, enterprise_id=enterprise_id))


@router.get("/enterprises/{enterprise_id}/payee-accounts")
async def list_payee_accounts(
    request: Request,
    enterprise_id: Id,
    principal: Annotated[Principal, Depends(Only("enterprise", "window", "bureau", "supervisor"))],
) -> Response:
    """Every account that the firm has named, masked, with who registered and who confirmed it."""
    query = ListPayeeAccounts(enterprise_id=enterprise_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/enterprises/{enterprise_id}/payee-accounts", status_code=201)
async def register_payee_account(
    request: Request,
    enterprise_id: Id,
    body: RegisterPayeeAccountForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("enterprise", "window"))],
) -> Response:
    """Name the account that money goes to (收款账户)."""
    command = command_of(RegisterPayeeAccount, body, enterprise_id=enterprise_id)
    return await order(request, principal, command, status=201)


@router.post("/payee-accounts/{account_id}/confirm")
async def confirm_payee_account(
    request: Request,
    account_id: Id,
    principal: Annotated[Principal, Depends(Only("bureau", "window"))],
) -> Response:
    """A second person confirms the account (收款账户复核)."""
    command = ConfirmPayeeAccount(account_id=account_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/payee-accounts/{account_id}/withdraw")
async def withdraw_payee_account(
    request: Request,
    account_id: Id,
    body: WithdrawPayeeAccountForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("enterprise", "window", "bureau"))],
) -> Response:
    """Take back an account that nobody has confirmed."""
    return await order(request, principal, command_of(WithdrawPayeeAccount, body, account_id=account_id))
