"""For the platform's operators: onboarding tenants, giving out credentials. The gateway carries both out itself."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.identity import IssueCredential, OnboardTenant
from gateway.access import Only
from gateway.door import Door
from gateway.identity import use_cases
from gateway.routes import Routes

routes = Routes("平台 platform")
OPERATOR = Only("platform")


@routes.order("/tenants", OnboardTenant, OPERATOR, status=201)
async def onboard_tenant(door: Door, command: OnboardTenant) -> Response:
    """Onboard a city, county or zone (开通地区)."""
    return door.answer(await door.carry_out(command, use_cases.onboard_tenant, tenant=command.id))


@routes.order("/credentials", IssueCredential, OPERATOR, status=201)
async def issue_credential(door: Door, command: IssueCredential) -> Response:
    """Give a person or machine a bearer token (发放凭证). A repeat with the same key shows the same token."""
    # Derived, not stored: whoever reads the database cannot sign in with what is there.
    envelope = door.envelope(command, command.tenant)
    signature = door.frame.cipher.hmac(envelope["idempotency_key"], purpose="credential", tenant=command.tenant)
    token = "zd_" + signature.rsplit(":", 1)[-1]
    wire = await door.carry_out(command, partial(use_cases.issue_credential, token=token), tenant=command.tenant)
    return door.answer({"ok": {**wire["ok"], "token": token}} if "ok" in wire else wire)
