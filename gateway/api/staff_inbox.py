"""For people of authorities: what their duties are asked to do. Their stand-ins see it as well."""

from __future__ import annotations

from starlette.responses import Response

from contracts.notify import CountUnread, ListDutyMessages, MarkRead
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("岗位消息 duty messages")


@routes.ask("/my/duty-messages", ListDutyMessages)
async def list_duty_messages(door: Door, query: ListDutyMessages) -> Response:
    """Messages to the caller's duties, unread ones first (岗位消息)."""
    return await door.ask(query)


@routes.ask("/my/duty-messages/count", CountUnread, without=("enterprise_id",))
async def count_unread_duty_messages(door: Door, query: CountUnread) -> Response:
    """How many of them the caller has not read."""
    return await door.ask(query)


@routes.order("/my/duty-messages/{message_id}/read", MarkRead)
async def mark_read(door: Door, command: MarkRead) -> Response:
    """The caller has read it; others who hold the duty have not."""
    return await door.order(command)
