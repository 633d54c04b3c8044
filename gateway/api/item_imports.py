"""For departments: items out of a workbook, as long work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from contracts.item_imports import ImportItems
from gateway.access import Only
from gateway.door import command_of, form, order, with_location
from gateway.identity.views import Principal

router = APIRouter(tags=["政策起草 drafts"])
ImportItemsForm = form(ImportItems)


@router.post("/authoring/item-imports", status_code=202)
async def import_items(
    request: Request,
    body: ImportItemsForm,  # type: ignore[valid-type]
    principal: Annotated[Principal, Depends(Only("department"))],
) -> Response:
    """Make drafts of the items of an uploaded workbook (批量导入事项); `Location` says where to look how far it is."""
    return with_location(await order(request, principal, command_of(ImportItems, body), status=202))
