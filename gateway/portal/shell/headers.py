"""Who may keep a page. What else every answer says of itself stands in `gateway.headers`."""

from __future__ import annotations

from typing import TypeVar

from starlette.responses import Response

from gateway.headers import NOBODY_KEEPS

__all__ = ["ASK_AGAIN", "NOBODY_KEEPS", "with_cache"]

R = TypeVar("R", bound=Response)

ASK_AGAIN = "private, no-cache"


def with_cache(response: R, cache: str = NOBODY_KEEPS) -> R:
    """The response; what it says of keeping it stays."""
    response.headers.setdefault("Cache-Control", cache)
    return response
