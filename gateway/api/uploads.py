"""Files on their way into the object store; commands then refer to them by their hash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request
from starlette.responses import Response

from chassis.files.objects import TooLarge
from contracts.typed import is_digits
from contracts.uploads import RecordUpload
from gateway import uploads
from gateway.access import Permitted
from gateway.door import Door, idempotency_key
from gateway.routes import Routes
from gateway.streams import INCOMING, TOO_MANY_UPLOADS, SenderTooSlow, in_time, reader_of
from gateway.uploads import ENTERPRISE_LIMIT, STAFF_LIMIT

routes = Routes("文件 uploads")
Sender = Annotated[Door, Depends(Permitted(RecordUpload))]
STAFF = frozenset({"bureau", "department", "finance", "window", "partner"})
A_FILE = {
    "required": True,
    "description": "文件本身，原样传输，边收边存。The file itself, streamed as it is.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@routes.special("POST", "/uploads", RecordUpload, status=201, takes=A_FILE)
async def record_upload(
    door: Sender,
    file_name: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Send a file (上传文件): the body is the file, `file_name` its name. The answer's hash is what commands take."""
    request = door.request
    idempotency_key(request)  # before a single byte is stored
    limit = STAFF_LIMIT if door.principal.actor.roles & STAFF else ENTERPRISE_LIMIT
    announced = request.headers.get("content-length") or "0"
    if not is_digits(announced, 12) or int(announced) > limit:
        raise HTTPException(413)
    declared = request.headers.get("content-type", "")
    sender = reader_of(request, door.principal.actor.id)
    if INCOMING.full(sender):
        return TOO_MANY_UPLOADS.document()
    try:
        with INCOMING.taken(sender):
            kept = await door.objects.keep(
                door.principal.tenant,
                in_time(_pieces(request)),
                limit=limit,
                check=lambda kept: uploads.check(kept, declared),
            )
    except TooLarge as error:
        raise HTTPException(413) from error
    except SenderTooSlow as error:
        raise HTTPException(408, headers={"Connection": "close"}) from error
    command = RecordUpload(
        sha256=kept.sha256,
        size=kept.size,
        media_type=uploads.media_type(kept.head, declared),
        file_name=file_name,
    )
    return door.answer(await door.carry_out(command, uploads.record_upload))


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece
