"""For departments: labels of enterprises, defined as data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.labels import DefineLabel, ListLabels
from gateway.access import Only
from gateway.door import answer, ask, command_of, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["标签 labels"])
DefineLabelForm = form(DefineLabel)


@router.get("/labels")
async def list_labels(
    request: Request,
    principal: Annotated[Principal, Depends(Only("department", "window", "bureau", "enterprise", "bank"))],
) -> Response:
    """The labels that firms of this place are given, with their rules."""
    return answer(await ask(request, ListLabels(), tenant=principal.tenant, principal=principal))


@router.post("/labels", status_code=201)
async def define_label(
    request: Request,
    body: DefineLabelForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("department"))],
) -> Response:
    """Define a label, or the next version of one of the own department's."""
    return await order(request, principal, command_of(DefineLabel, body), status=201)
