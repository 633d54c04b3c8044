"""For enterprises: what they may claim and why. For departments: whom an item reaches, and what changed."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.entitlements import (
    CostedPreview,
    GetItemReach,
    ListEntitlements,
    ListItemEnterprises,
    ListMatches,
    PreviewItem,
)
from contracts.treasury import ListBudgetLines
from gateway.access import Only
from gateway.bus import BusError
from gateway.door import Door, answer
from gateway.routes import Routes

routes = Routes("匹配 entitlements")
ENTERPRISE = Only("enterprise")


@routes.ask("/my/entitlements", ListEntitlements, ENTERPRISE, own_enterprise=True)
async def list_own_entitlements(door: Door, query: ListEntitlements) -> Response:
    """What the enterprise may claim, with reasons, the estimate and its working; or what it may not, or what is open."""
    return await door.ask(query)


@routes.ask("/enterprises/{enterprise_id}/entitlements", ListEntitlements, Only("department", "window", "bureau"))
async def list_entitlements(door: Door, query: ListEntitlements) -> Response:
    """The same for one enterprise, at the window or in a department."""
    return await door.ask(query)


@routes.ask("/policies/{item_id}/reach", GetItemReach, Only("department", "bureau", "finance"))
async def get_item_reach(door: Door, query: GetItemReach) -> Response:
    """How many enterprises here meet the item, do not meet it, and cannot be told (覆盖企业)."""
    return await door.ask(query)


@routes.ask("/policies/{item_id}/enterprises", ListItemEnterprises, Only("department", "bureau"))
async def list_item_enterprises(door: Door, query: ListItemEnterprises) -> Response:
    """Which enterprises they are."""
    return await door.ask(query)


@routes.ask("/authoring/preview", PreviewItem, Only("department", "finance"), method="POST", answers=CostedPreview)
async def preview_item(door: Door, query: PreviewItem) -> Response:
    """Before publication: how many enterprises, how much money before caps, and the department's budget beside it.

    It changes nothing.
    """
    preview = await door.reply_to(query)
    if "ok" in preview:
        preview = {"ok": {**preview["ok"], "budget": await _budget_of(door, query.content.rules.plan.department)}}
    return answer(preview)


async def _budget_of(door: Door, department: str) -> Sequence[object] | None:
    """This year's lines of the department in the principal's place; None while treasury cannot be asked."""
    year = door.frame.clock.now().astimezone(CHINA).year
    try:
        lines = await door.reply_to(ListBudgetLines(year=year, department=department, limit=200))
    except BusError:
        return None
    return lines["ok"]["items"] if "ok" in lines else None


@routes.ask("/matches", ListMatches, Only("department", "bureau", "partner"))
async def list_matches(door: Door, query: ListMatches) -> Response:
    """Who is newly entitled to what, oldest first; the last page's cursor leads to what comes later."""
    return await door.ask(query)
