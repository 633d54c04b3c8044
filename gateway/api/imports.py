"""For those who keep enterprises' files: many at once, as long work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.enterprise_imports import ImportEnterprises
from gateway.access import Only
from gateway.door import command_of, form, order, with_location
from gateway.identity.views import Principal

router = APIRouter(tags=["企业 enterprises"])
ImportEnterprisesForm = form(ImportEnterprises)


@router.post("/enterprises/imports", status_code=202)
async def import_enterprises(
    request: Request,
    body: ImportEnterprisesForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("bureau", "department"))],
) -> Response:
    """Import enterprises (批量导入企业) from an upload or a feed; `Location` says where to look how far it is."""
    return with_location(await order(request, principal, command_of(ImportEnterprises, body), status=202))
