"""Words of plans that nobody has said the meaning of: the catalogue knows which items wait for it."""

from __future__ import annotations

from starlette.responses import Response

from contracts.plan_terms import ListUnmappedTerms
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("计划用语 plan terms")


@routes.ask("/plan-terms/unmapped", ListUnmappedTerms)
async def list_unmapped_terms(door: Door, query: ListUnmappedTerms) -> Response:
    """What published plans say and nobody has mapped, with the items that use it (未对应的计划用语)."""
    return await door.ask(query)
