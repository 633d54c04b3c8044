"""For those who keep enterprises' dossiers: many at once, as long work."""

from __future__ import annotations

from starlette.responses import Response

from contracts.enterprise_imports import ImportEnterprises
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("企业 enterprises")


@routes.order("/enterprises/imports", ImportEnterprises, status=202)
async def import_enterprises(door: Door, command: ImportEnterprises) -> Response:
    """Import enterprises (批量导入企业) from an upload or a feed; `Location` says where to look how far it is."""
    return await door.order(command)
