"""Files on their way out: attachments that no browser looks into for another kind. Shared by routes and pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from contracts.message import TenantId
from gateway.door import Door
from gateway.headers import NOBODY_KEEPS
from gateway.uploads import SIGNS

PIECE = 256 * 1024
ANYTHING = "application/octet-stream"
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
"""How a file is called by what its bytes are."""


async def attached(
    door: Door, tenant: TenantId, sha256: str, name: str, *, fallback: str = "file", as_bytes: bool = False
) -> Response:
    """The file as an attachment called `name`, with the ending of what its bytes are; `as_bytes` leaves their kind unsaid, where one
    kind is promised for all. Raises ObjectUnknown or ObjectAltered."""
    file, size = await run_in_threadpool(lambda: _opened(door.objects.local_file(tenant, sha256)))
    head = file.read(64)
    file.seek(0)
    kind = next((kind for sign, kind in SIGNS.items() if head.startswith(sign)), ANYTHING)
    ending = ENDINGS.get(kind, "")
    if ending and not name.lower().endswith((f".{ending}", ".jpeg" if ending == "jpg" else f".{ending}")):
        name = f"{name}.{ending}"
    plain = f"{fallback}.{ending}" if ending else fallback
    return StreamingResponse(
        _pieces(file), media_type=ANYTHING if as_bytes else kind, headers=attachment(name, plain, size)
    )


def attachment(name: str, plain: str, size: int, cache: str = NOBODY_KEEPS) -> dict[str, str]:
    """The headers of an attachment; `plain` is for browsers that read no other letters."""
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": cache,
    }


def _opened(path: Path) -> tuple[IO[bytes], int]:
    """Opened before the first byte goes out: what is opened stays, whatever becomes of the copy's name."""
    return path.open("rb"), path.stat().st_size


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
