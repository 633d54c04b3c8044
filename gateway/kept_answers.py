"""Which answers may be kept by whoever carries them, and how one that is kept is renewed."""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response


def unless_known(request: Request, response: Response, cache: str) -> Response:
    """The answer with an ETag of what it says, or 304 for whoever has just that; refusals are not kept."""
    if response.status_code != 200:
        return response
    name = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers.update({"ETag": name, "Cache-Control": cache})
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if name not in known:
        return response
    return Response(status_code=304, headers={"ETag": name, "Cache-Control": cache})


def not_kept(response: Response) -> Response:
    """The answer, which nobody on the way may keep a copy of."""
    response.headers["Cache-Control"] = "no-store"
    return response
