"""What an enterprise has claimed already, item by item: intake knows which item, oversight what became of it.

Shared by the JSON route and the pages, neither of which knows the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from contracts.entitlements import ClaimMade, ListEntitlements
from contracts.intake import ApplicationView, ListApplications
from contracts.message import Id, Model
from contracts.oversight import TrackingView, TrackOwnCases
from contracts.refusal import Refused
from gateway.bus import BusError
from gateway.door import Door, Wire
from gateway.errors import Faulted

MOST = 200
"""As many of an enterprise's newest claims are looked through: more than any has under way."""

M = TypeVar("M", bound=Model)


async def claims_made(door: Door, item_id: Id | None = None) -> Mapping[Id, ClaimMade]:
    """The caller's newest claim of each item, or of one; none while intake cannot be asked."""
    own = door.enterprise
    filed, tracked = await asyncio.gather(
        _unless_away(door.told(ListApplications(enterprise_id=own, item_id=item_id, limit=MOST))),
        _unless_away(door.told(TrackOwnCases(enterprise_id=own, limit=MOST))),
    )
    stories = {each.receipt: each for each in tracked.items} if tracked else {}
    newest: dict[Id, ClaimMade] = {}
    for application in filed.items if filed else ():
        newest.setdefault(application.claim.item_id, _claim(application, stories.get(application.claim.receipt)))
    return newest


async def own_entitlements(door: Door, query: ListEntitlements) -> Wire:
    """What the catalogue answers, with what the enterprise has claimed of it; a refusal as it comes."""
    found = await door.reply_to(query)
    items = found["ok"].get("items", ()) if "ok" in found else ()
    claims = await claims_made(door) if items else {}
    told = {id: claim.model_dump(mode="json") for id, claim in claims.items()}
    with_claims = [{**each, "claim": told.get(each["item_id"])} for each in items]
    return {"ok": {**found["ok"], "items": with_claims}} if items else found


def _claim(application: ApplicationView, story: TrackingView | None) -> ClaimMade:
    return ClaimMade(
        receipt=application.claim.receipt,
        state=story.state if story else "submitted",
        submitted_at=application.submitted_at,
        paid_at=story.paid_at if story else None,
        amount_fen=story.amount_fen if story else None,
    )


async def _unless_away(asked: Awaitable[M]) -> M | None:
    try:
        return await asked
    except (BusError, Faulted, Refused):
        return None
