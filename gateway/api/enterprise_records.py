"""For enterprises, staff and partner banks: consents, looks, materials, merges of files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from chassis.files.objects import Objects, ObjectUnknown
from contracts.consents import (
    ConsultLabel,
    GiveConsent,
    ListConsents,
    ListDisclosures,
    ReadContact,
    RevealContact,
    RevokeConsent,
)
from contracts.materials import KeepMaterial, ListExpiringMaterials, ListMaterials, WithdrawMaterial
from contracts.merges import ConfirmMerge, DeclineMerge, ListMerges, MergeState, ProposeMerge
from contracts.message import Id
from gateway.access import Only
from gateway.door import answer, ask, command_of, expected_version, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["企业档案 enterprise records"])
GiveConsentForm = form(GiveConsent, without=("enterprise_id",))
ConsultLabelForm = form(ConsultLabel)
RevealContactForm = form(RevealContact, without=("enterprise_id",))
KeepMaterialForm = form(KeepMaterial, without=("enterprise_id",))
WithdrawMaterialForm = form(WithdrawMaterial, without=("material_id",))
ProposeMergeForm = form(ProposeMerge)
DeclineMergeForm = form(DeclineMerge, without=("merge_id",))

Firm = Annotated[Principal, Depends(Only("enterprise"))]
Reader = Annotated[Principal, Depends(Only("enterprise", "department", "window", "bureau"))]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post("/enterprises/{enterprise_id}/consents", status_code=201)
async def give_consent(
    request: Request,
    enterprise_id: Id,
    body: GiveConsentForm,  # type: ignore[valid-type]
    principal: Firm,
) -> Response:
    """Let a bank see named labels, for named purposes and a time (授权)."""
    return await order(request, principal, command_of(GiveConsent, body, enterprise_id=enterprise_id), status=201)


@router.get("/enterprises/{enterprise_id}/consents")
async def list_consents(
    request: Request,
    enterprise_id: Id,
    principal: Annotated[Principal, Depends(Only("enterprise", "bureau", "supervisor"))],
) -> Response:
    """Every consent of the firm, standing or not."""
    query = ListConsents(enterprise_id=enterprise_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/consents/{consent_id}/revoke")
async def revoke_consent(request: Request, consent_id: Id, principal: Firm) -> Response:
    """Take a consent back; the next look is refused."""
    return await order(request, principal, RevokeConsent(consent_id=consent_id))


@router.post("/label-reports")
async def consult_label(
    request: Request,
    body: ConsultLabelForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("bank"))],
) -> Response:
    """For partner banks: one label of a firm that has consented (科技积分). Every look is written down."""
    return await order(request, principal, command_of(ConsultLabel, body))


@router.post("/enterprises/{enterprise_id}/contact-looks", status_code=201)
async def reveal_contact(
    request: Request,
    enterprise_id: Id,
    body: RevealContactForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("window", "bureau", "department"))],
) -> Response:
    """Say why the contact number is needed in the open; then read it by the answer's id."""
    return await order(request, principal, command_of(RevealContact, body, enterprise_id=enterprise_id), status=201)


@router.get("/contact-looks/{disclosure_id}")
async def read_contact(
    request: Request,
    disclosure_id: Id,
    principal: Annotated[Principal, Depends(Only("window", "bureau", "department"))],
) -> Response:
    """The contact number, for who has said why, for ten minutes."""
    query = ReadContact(disclosure_id=disclosure_id)
    found = answer(await ask(request, query, tenant=principal.tenant, principal=principal))
    found.headers["Cache-Control"] = "no-store"
    return found


@router.get("/enterprises/{enterprise_id}/looks")
async def list_disclosures(
    request: Request,
    enterprise_id: Id,
    principal: Annotated[Principal, Depends(Only("enterprise", "supervisor"))],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Who has looked at what of the firm, or was refused a look, the newest first."""
    query = ListDisclosures(enterprise_id=enterprise_id, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/enterprises/{enterprise_id}/materials", status_code=201)
async def keep_material(
    request: Request,
    enterprise_id: Id,
    body: KeepMaterialForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("enterprise", "window", "department", "partner"))],
) -> Response:
    """Put a material or licence into the file; `sha256` names the upload, which must be there."""
    objects: Objects = request.app.state.objects
    if not await objects.has(principal.tenant, body.sha256):  # type: ignore[attr-defined]
        raise ObjectUnknown(field="sha256")
    return await order(request, principal, command_of(KeepMaterial, body, enterprise_id=enterprise_id), status=201)


@router.get("/enterprises/{enterprise_id}/materials")
async def list_materials(request: Request, enterprise_id: Id, principal: Reader) -> Response:
    """All materials and licences of the firm, with their validity."""
    query = ListMaterials(enterprise_id=enterprise_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/materials/{material_id}/withdraw")
async def withdraw_material(
    request: Request,
    material_id: Id,
    body: WithdrawMaterialForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("enterprise", "window", "department"))],
) -> Response:
    """Take a material back, for a reason."""
    return await order(request, principal, command_of(WithdrawMaterial, body, material_id=material_id))


@router.get("/materials/expiring")
async def list_expiring_materials(
    request: Request,
    principal: Annotated[Principal, Depends(Only("window", "bureau", "department"))],
    within_days: Annotated[int, Query(ge=0, le=366)] = 30,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Materials and licences that run out soon, the soonest first."""
    query = ListExpiringMaterials(within_days=within_days, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/enterprise-merges", status_code=201)
async def propose_merge(
    request: Request,
    body: ProposeMergeForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("window", "bureau"))],
) -> Response:
    """Say that two files are of one enterprise (档案合并)."""
    return await order(request, principal, command_of(ProposeMerge, body), status=201)


@router.get("/enterprise-merges")
async def list_merges(
    request: Request,
    principal: Annotated[Principal, Depends(Only("window", "bureau", "supervisor"))],
    state: MergeState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Merges of files, the newest first."""
    query = ListMerges(state=state, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/enterprise-merges/{merge_id}/confirm")
async def confirm_merge(
    request: Request, merge_id: Id, principal: Annotated[Principal, Depends(Only("bureau"))]
) -> Response:
    """A second person agrees (复核); facts and materials move. If-Match: the version that was read."""
    return await order(request, principal, ConfirmMerge(merge_id=merge_id, expected_version=expected_version(request)))


@router.post("/enterprise-merges/{merge_id}/decline")
async def decline_merge(
    request: Request,
    merge_id: Id,
    body: DeclineMergeForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("window", "bureau"))],
) -> Response:
    """Say no to a merge, for a reason."""
    return await order(request, principal, command_of(DeclineMerge, body, merge_id=merge_id))
