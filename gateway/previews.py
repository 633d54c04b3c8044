"""What an item that is being written would reach and cost, beside its department's budget: two owners' answers in one.

Shared by the JSON route and the page, neither of which knows the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from chassis.time.clock import CHINA
from contracts.entitlements import PreviewItem
from contracts.treasury import ListBudgetLines
from gateway.bus import BusError
from gateway.door import Door, Wire


async def costed_preview(door: Door, query: PreviewItem) -> Wire:
    """What the catalogue answers, with `budget` (`contracts.entitlements.CostedPreview`); a refusal as it comes."""
    preview = await door.reply_to(query)
    if "ok" not in preview:
        return preview
    return {"ok": {**preview["ok"], "budget": await _budget_of(door, query.content.rules.plan.department)}}


async def _budget_of(door: Door, department: str) -> Sequence[object] | None:
    """This year's lines of the department in the principal's place; None while treasury cannot be asked."""
    year = door.frame.clock.now().astimezone(CHINA).year
    try:
        lines = await door.reply_to(ListBudgetLines(year=year, department=department, limit=200))
    except BusError:
        return None
    return lines["ok"]["items"] if "ok" in lines else None
