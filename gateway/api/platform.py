"""For the platform's operators: onboarding tenants, giving out credentials."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.identity import IssueCredential, OnboardTenant
from gateway.access import Only
from gateway.door import answer, command_envelope, command_of, form, order_here
from gateway.identity import use_cases
from gateway.identity.views import Principal

router = APIRouter(tags=["平台 platform"])
OnboardTenantForm = form(OnboardTenant)
IssueCredentialForm = form(IssueCredential)


@router.post("/tenants", status_code=201)
async def onboard_tenant(
    request: Request,
    body: OnboardTenantForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("platform"))],
) -> Response:
    """Onboard a city, county or zone (开通地区)."""
    command = command_of(OnboardTenant, body)
    envelope = command_envelope(request, principal, command, tenant=command.id)  # type: ignore[attr-defined]
    return answer(await order_here(request, envelope, OnboardTenant, use_cases.onboard_tenant), 201)


@router.post("/credentials", status_code=201)
async def issue_credential(
    request: Request,
    body: IssueCredentialForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("platform"))],
) -> Response:
    """Give a person or machine a bearer token (发放凭证). A repeat with the same key shows the same token."""
    command = command_of(IssueCredential, body)
    envelope = command_envelope(request, principal, command, tenant=command.tenant)  # type: ignore[attr-defined]
    # Derived, not stored: whoever reads the database cannot sign in with what is there.
    cipher = request.app.state.frame.cipher
    signature = cipher.hmac(envelope["idempotency_key"], purpose="credential", tenant=envelope["tenant"])
    token = "zd_" + signature.rsplit(":", 1)[-1]
    handle = partial(use_cases.issue_credential, token=token)
    wire: dict[str, Any] = await order_here(request, envelope, IssueCredential, handle)
    if "ok" in wire:
        wire = {"ok": {**wire["ok"], "token": token}}
    return answer(wire, 201)
