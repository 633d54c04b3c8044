"""What am I entitled to (我能享受什么): every item on offer by its verdict, and one with each of its conditions."""

from __future__ import annotations

import asyncio

from contracts.entitlements import CheckEntitlement, EntitlementPage, ListEntitlements
from contracts.intake import SubmitApplication
from contracts.policy_guide import GetGuide, GuideView
from contracts.rule import State
from gateway.claims_made import claims_made, own_entitlements
from gateway.door import Door, said
from gateway.portal.enterprise.entitlements.conditions import condition_lines, figures_missing
from gateway.portal.enterprise.frame import framed, may, unless_away
from gateway.portal.shell.pages import Pages, Shown, Values

pages = Pages("enterprise")

STATES = (State.MET, State.UNDETERMINED, State.NOT_MET)
OPEN = frozenset({"open", "closing_soon"})


@pages.show("/my/entitlements", ListEntitlements, template="list.html", own_enterprise=True, without=("limit",))
async def list_own_entitlements(door: Door, query: ListEntitlements) -> Shown:
    """Met, to be verified, not met: which of them stands in the address. While matching warms up it says so."""
    found: EntitlementPage | None = await unless_away(_found(door, query))
    values = framed(door, found=found, state=query.state.value, states=STATES, cursor=query.cursor)
    return Shown(values, 200 if found is not None else 503)


async def _found(door: Door, query: ListEntitlements) -> EntitlementPage:
    return said(await own_entitlements(door, query), ListEntitlements)


@pages.show("/my/entitlements/{item_id}", CheckEntitlement, template="item.html", own_enterprise=True)
async def show_own_entitlement(door: Door, query: CheckEntitlement) -> Values:
    """One item: each condition with our value, its source and date, and what would change it; the working."""
    checked, guide, claims = await asyncio.gather(
        door.told(query), door.told(GetGuide(item_id=query.item_id)), claims_made(door, query.item_id)
    )
    lines = condition_lines(checked)
    return framed(
        door,
        checked=checked,
        item=guide,
        claim=claims.get(query.item_id),
        lines=[each for each in lines if each.decisive],
        others=[each for each in lines if not each.decisive],
        lacking=list(figures_missing(checked)),
        way=_way(guide, checked.verdict.state, allowed=may(door, SubmitApplication)),
    )


def _way(guide: GuideView, state: State, *, allowed: bool) -> str:
    """What the enterprise can do now: the key of a text, `apply` where it may apply."""
    if guide.mode == "no_application":
        return "no_application"
    if guide.state == "suspended":
        return "suspended"
    if guide.state != "published" or guide.window not in OPEN:
        return "closed"
    if state is State.NOT_MET:
        return "not_met"
    return "apply" if allowed else "no_mandate"
