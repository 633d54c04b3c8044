"""For enterprises: what is being filled in, kept field by field until it is filed."""

from __future__ import annotations

from starlette.responses import Response

from contracts.application_drafts import (
    DiscardApplicationDraft,
    GetApplicationDraft,
    ListApplicationDrafts,
    RenewApplicationDraft,
    SaveApplicationDraft,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("申报 applications")


@routes.ask("/my/application-drafts", ListApplicationDrafts, own_enterprise=True)
async def list_application_drafts(door: Door, query: ListApplicationDrafts) -> Response:
    """What the enterprise has begun to fill in and not filed, saved last first (草稿)."""
    return await door.ask(query)


@routes.ask("/my/application-drafts/{item_id}", GetApplicationDraft, own_enterprise=True)
async def get_application_draft(door: Door, query: GetApplicationDraft) -> Response:
    """The enterprise's draft for an item, if there is one, with each field as it was typed last (取草稿)."""
    return await door.ask(query)


@routes.order("/my/application-drafts/{item_id}", SaveApplicationDraft, method="PUT", own_enterprise=True)
async def save_application_draft(door: Door, command: SaveApplicationDraft) -> Response:
    """Keep what stands in these fields (暂存); `differing` names those that somebody else has saved otherwise meanwhile."""
    return await door.order(command)


@routes.order("/my/application-drafts/{draft_id}/renewal", RenewApplicationDraft)
async def renew_application_draft(door: Door, command: RenewApplicationDraft) -> Response:
    """Go on with the item's newest version (换用新版申报表)."""
    return await door.order(command)


@routes.order("/my/application-drafts/{draft_id}/discard", DiscardApplicationDraft)
async def discard_application_draft(door: Door, command: DiscardApplicationDraft) -> Response:
    """Throw the draft away (删除草稿); answers with what it was."""
    return await door.order(command)
