"""For enterprises: what they may claim and why. For departments: whom an item reaches, and what changed."""

from __future__ import annotations

from starlette.responses import Response

from contracts.entitlements import (
    CostedPreview,
    GetItemReach,
    ListEntitlements,
    ListItemEnterprises,
    ListMatches,
    PreviewItem,
)
from gateway.claims_made import own_entitlements
from gateway.door import Door, answer
from gateway.previews import costed_preview
from gateway.routes import Routes

routes = Routes("匹配 entitlements")


@routes.ask("/my/entitlements", ListEntitlements, own_enterprise=True)
async def list_own_entitlements(door: Door, query: ListEntitlements) -> Response:
    """What the enterprise may claim, or not, or what is open: reasons, estimate, working, and what it claimed already."""
    return door.answer(await own_entitlements(door, query))


@routes.ask("/enterprises/{enterprise_id}/entitlements", ListEntitlements)
async def list_entitlements(door: Door, query: ListEntitlements) -> Response:
    """The same for one enterprise, at the window or in a department."""
    return await door.ask(query)


@routes.ask("/policies/{item_id}/reach", GetItemReach)
async def get_item_reach(door: Door, query: GetItemReach) -> Response:
    """How many enterprises here meet the item, do not meet it, and cannot be told (覆盖企业)."""
    return await door.ask(query)


@routes.ask("/policies/{item_id}/enterprises", ListItemEnterprises)
async def list_item_enterprises(door: Door, query: ListItemEnterprises) -> Response:
    """Which enterprises they are."""
    return await door.ask(query)


@routes.ask("/authoring/preview", PreviewItem, method="POST", answers=CostedPreview)
async def preview_item(door: Door, query: PreviewItem) -> Response:
    """Before publication: how many enterprises, how much money before caps, and the department's budget beside it.

    It changes nothing.
    """
    return answer(await costed_preview(door, query))


@routes.ask("/matches", ListMatches)
async def list_matches(door: Door, query: ListMatches) -> Response:
    """Who is newly entitled to what, oldest first; the last page's cursor leads to what comes later."""
    return await door.ask(query)
