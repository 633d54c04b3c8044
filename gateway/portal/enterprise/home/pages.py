"""The overview (我的企业): what waits for the enterprise, what it is newly entitled to, what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from contracts.application_drafts import ApplicationDraftView, ListApplicationDrafts
from contracts.enterprises import ListPayeeAccounts, PayeeAccountList
from contracts.entitlements import EntitlementPage, ListEntitlements
from contracts.materials import ListMaterials, MaterialList
from contracts.message import Id
from contracts.notify import CountUnread, ListMessages, MessagePage, MessageView
from contracts.oversight import TrackingPage, TrackOwnCases
from gateway.claims_made import own_entitlements
from gateway.door import Door, said
from gateway.portal.enterprise.frame import framed, may, unless_away
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

FEW = 3
LOOKED_THROUGH = 50
NEWLY_ENTITLED = "newly_entitled"
NEW_FOR = timedelta(days=30)
"""How long after its message an item still counts as new."""


@pages.show(
    "/my",
    TrackOwnCases,
    template="home.html",
    own_enterprise=True,
    without=("standing", "receipt", "cursor", "limit"),
    nav=("enterprise.nav.own", 5),
)
async def show_home(door: Door, query: TrackOwnCases) -> Values:
    """What waits for the enterprise stands first. Whatever does not answer just now is said to, the rest is there."""
    own = query.enterprise_id
    (yours, latest, entitled), (messages, unread), accounts, materials, drafts = await asyncio.gather(
        _standing(door, own),
        _messages(door, own),
        _accounts(door, own),
        unless_away(door.told(ListMaterials(enterprise_id=own))),
        _drafts(door, own),
    )
    return framed(
        door,
        yours=yours,
        latest=latest,
        entitled=entitled,
        newly=_newly_entitled(door, messages),
        messages=None if messages is None else messages.items[:FEW],
        unread=unread,
        account=_standing_of(accounts),
        running_out=_running_out(materials),
        drafts=drafts[:FEW],
    )


async def _standing(door: Door, own: Id) -> tuple[TrackingPage | None, TrackingPage | None, EntitlementPage | None]:
    """What waits for the enterprise, its newest cases, and what it is entitled to."""
    return await asyncio.gather(
        unless_away(door.told(TrackOwnCases(enterprise_id=own, standing="yours", limit=FEW))),
        unless_away(door.told(TrackOwnCases(enterprise_id=own, limit=FEW))),
        _entitled(door, own),
    )


async def _messages(door: Door, own: Id) -> tuple[MessagePage | None, int]:
    """The newest, and how many of all the person has not read."""
    found, unread = await asyncio.gather(
        unless_away(door.told(ListMessages(enterprise_id=own, limit=LOOKED_THROUGH))),
        unless_away(door.told(CountUnread(enterprise_id=own))),
    )
    return found, unread.unread if unread is not None else 0


async def _entitled(door: Door, own: Id) -> EntitlementPage | None:
    return await unless_away(_own_entitlements(door, ListEntitlements(enterprise_id=own, limit=FEW)))


async def _own_entitlements(door: Door, query: ListEntitlements) -> EntitlementPage:
    """With what has been claimed of it already: that is not told as if it were still to be paid."""
    return said(await own_entitlements(door, query), ListEntitlements)


async def _accounts(door: Door, own: Id) -> PayeeAccountList | None:
    if not may(door, ListPayeeAccounts):
        return None
    return await unless_away(door.told(ListPayeeAccounts(enterprise_id=own)))


async def _drafts(door: Door, own: Id) -> Sequence[ApplicationDraftView]:
    """What was begun and not filed, for those who may file."""
    if not may(door, ListApplicationDrafts):
        return ()
    found = await unless_away(door.told(ListApplicationDrafts(enterprise_id=own)))
    return found.items if found is not None else ()


def _standing_of(accounts: PayeeAccountList | None) -> str:
    """`paid`, `waiting` for its confirmation, `none` named yet; empty where that is not known."""
    if accounts is None:
        return ""
    standings = {each.standing for each in accounts.items}
    return next((each for each in ("paid", "waiting") if each in standings), "none")


def _running_out(materials: MaterialList | None) -> list[str]:
    if materials is None:
        return []
    return [each.name for each in materials.items if each.standing in ("expiring", "expired")]


def _newly_entitled(door: Door, messages: MessagePage | None) -> list[MessageView]:
    if messages is None:
        return []
    since = door.frame.clock.now() - NEW_FOR
    found = [each for each in messages.items if each.template == NEWLY_ENTITLED and each.created_at >= since]
    return found[:FEW]
