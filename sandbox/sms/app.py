"""The SMS provider's HTTP face."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from sandbox.program import ProgramRefusal, answer, build_app
from sandbox.sms.messages import MessageDesk
from sandbox.sms.wire import MessageEntry, MessageId, MessageOrder, MessageResult, SentMessagePage

PAGE_LIMIT = 500

_CONFLICT = "同一消息号的内容不一致，未发送 / this message id belongs to a message with other content"


def sms_app(desk: MessageDesk) -> FastAPI:
    """The provider's application over its desk."""
    return build_app("沙盒短信 / Sandbox SMS provider", desk, _message_routes(desk))


def _message_routes(desk: MessageDesk) -> APIRouter:
    router = APIRouter(tags=["messages"])

    @router.post("/messages", response_model=MessageResult)
    async def send(order: MessageOrder, request: Request) -> Response:
        presented = await desk.write(partial(desk.present, orders=[order]))

        def respond() -> Response:
            row = presented.rows[0]
            if row is None:
                raise ProgramRefusal(409, "message_content_differs", _CONFLICT)
            return JSONResponse(MessageResult.of(row).model_dump())

        return await answer(request, presented, respond)

    @router.get("/messages/{message_id}")
    async def message(message_id: Annotated[MessageId, Path()]) -> MessageResult:
        row = await desk.read(partial(desk.find, order_id=message_id))
        if row is None:
            raise ProgramRefusal(404, "message_not_found", "没有这条短信 / no such message")
        return MessageResult.of(row)

    @router.get("/messages")
    async def messages(
        to: str | None = None,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = 100,
    ) -> SentMessagePage:
        rows = await desk.read(partial(desk.page, where={"to": to}, after=after, limit=limit))
        next_after = rows[-1]["seq"] if rows else after
        return SentMessagePage(messages=[MessageEntry.of(row) for row in rows], next_after=next_after)

    return router
