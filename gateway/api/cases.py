"""For departments: the cases they decide."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.message import Id
from contracts.review import ApproveCase, CaseState, GetCase, ListCases, RecordInspection, RejectCase
from gateway.access import Only
from gateway.door import answer, ask, command_of, expected_version, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["审核 cases"])
FROM_PATH = ("case_id", "expected_version")
ApproveCaseForm = form(ApproveCase, without=FROM_PATH)
RejectCaseForm = form(RejectCase, without=FROM_PATH)
RecordInspectionForm = form(RecordInspection, without=FROM_PATH)

Officer = Annotated[Principal, Depends(Only("department"))]


@router.get("/cases")
async def list_cases(
    request: Request,
    principal: Annotated[Principal, Depends(Only("department", "bureau", "supervisor"))],
    state: CaseState | None = None,
    department: Annotated[str | None, Query(max_length=60)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Cases, those accepted first at the top."""
    query = ListCases(state=state, department=department, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/cases/{case_id}")
async def get_case(
    request: Request,
    case_id: Id,
    principal: Annotated[Principal, Depends(Only("department", "bureau", "supervisor"))],
) -> Response:
    """One case: what the rule says of it, and until when it must be decided. ETag is its version."""
    return answer(await ask(request, GetCase(case_id=case_id), tenant=principal.tenant, principal=principal))


@router.post("/cases/{case_id}/approve")
async def approve_case(
    request: Request,
    case_id: Id,
    body: ApproveCaseForm,  # type: ignore[valid-type]
    principal: Officer,
) -> Response:
    """Grant it (审核通过). If-Match: the version that was read."""
    command = command_of(ApproveCase, body, case_id=case_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/cases/{case_id}/reject")
async def reject_case(
    request: Request,
    case_id: Id,
    body: RejectCaseForm,  # type: ignore[valid-type]
    principal: Officer,
) -> Response:
    """Refuse it with the reason and an explanation of the policy (审核不通过，告知原因)."""
    command = command_of(RejectCase, body, case_id=case_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/cases/{case_id}/inspections", status_code=201)
async def record_inspection(
    request: Request,
    case_id: Id,
    body: RecordInspectionForm,  # type: ignore[valid-type]
    principal: Officer,
) -> Response:
    """Enter the result of a site inspection (现场勘查)."""
    command = command_of(RecordInspection, body, case_id=case_id, expected_version=expected_version(request))
    return await order(request, principal, command, status=201)
