"""What the enterprise was told (我的消息), and what of it the person has read."""

from __future__ import annotations

from pydantic import Field

from contracts.message import Id, Model
from contracts.notify import ListMessages, MarkMessageRead
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.portal import forget_unread
from gateway.portal.shell.rendering import address

pages = Pages("enterprise")

A_PAGE = 20


class ReadMessages(Model):
    """The messages of a page that the person has read."""

    message_ids: tuple[Id, ...] = Field(min_length=1, max_length=A_PAGE)


@pages.show("/my/messages", ListMessages, template="list.html", own_enterprise=True, without=("limit",))
async def list_own_messages(door: Door, query: ListMessages) -> Values:
    """Newest first, page by page."""
    found = await door.told(query.model_copy(update={"limit": A_PAGE}))
    return framed(door, found=found, cursor=query.cursor)


@pages.form("/my/messages", ReadMessages, Permitted(MarkMessageRead, own_enterprise=True), on=list_own_messages)
async def mark_messages_read(door: Door, said: ReadMessages) -> str:
    """The person has read these; others who act for the enterprise have not."""
    key = door.key
    for at, message_id in enumerate(said.message_ids):
        # One form, but an order for each: an order's key is its own.
        door.key = f"{key}-{at}"
        await door.done(MarkMessageRead(message_id=message_id, enterprise_id=door.enterprise))
    forget_unread(door)
    return address("/my/messages", {"cursor": door.request.query_params.get("cursor"), "done": "messages_read"})
