"""For departments: items out of a workbook, as long work."""

from __future__ import annotations

from starlette.responses import Response

from contracts.item_imports import ImportItems
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("政策起草 drafts")


@routes.order("/authoring/item-imports", ImportItems, status=202)
async def import_items(door: Door, command: ImportItems) -> Response:
    """Make drafts of the items of an uploaded workbook (批量导入事项); `Location` says where to look how far it is."""
    return await door.order(command)
