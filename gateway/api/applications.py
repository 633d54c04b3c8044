"""For enterprises: applying with one form, own applications, messages. For departments: nomination lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.intake import GetApplication, ListApplications, NominateEnterprises, SubmitApplication
from contracts.message import Id
from contracts.notify import ListMessages
from contracts.oversight import TrackOwnCases
from gateway.access import Only
from gateway.door import answer, ask, command_of, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["申报 applications"])
SubmitApplicationForm = form(SubmitApplication, without=("enterprise_id",))
NominateEnterprisesForm = form(NominateEnterprises)

Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]
Firm = Annotated[Principal, Depends(Only("enterprise"))]


@router.post("/applications", status_code=201)
async def submit_application(
    request: Request,
    body: SubmitApplicationForm,  # type: ignore[valid-type]
    principal: Firm,
) -> Response:
    """Apply with one form (一表申报); answers with the receipt (受理凭证)."""
    command = command_of(SubmitApplication, body, enterprise_id=principal.actor.enterprise_id)
    return await order(request, principal, command, status=201)


@router.get("/applications")
async def list_applications(request: Request, principal: Firm, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """The firm's own applications and nominations, newest first."""
    query = ListApplications(enterprise_id=_firm(principal), cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/applications/{application_id}")
async def get_application(request: Request, application_id: Id, principal: Firm) -> Response:
    query = GetApplication(application_id=application_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/my/cases")
async def track_own_cases(request: Request, principal: Firm, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Where the firm's own cases are, newest first."""
    query = TrackOwnCases(enterprise_id=_firm(principal), cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/my/messages")
async def list_messages(request: Request, principal: Firm, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """Messages to the firm, newest first."""
    query = ListMessages(enterprise_id=_firm(principal), cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/nominations", status_code=201)
async def nominate_enterprises(
    request: Request,
    body: NominateEnterprisesForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("department"))],
) -> Response:
    """Push the list of those entitled to a no-application item (免申即享名单); all lines or none."""
    return await order(request, principal, command_of(NominateEnterprises, body), status=201)


def _firm(principal: Principal) -> str:
    # A credential with role `enterprise` always names its enterprise (identity refuses to issue another).
    return principal.actor.enterprise_id or "-"
