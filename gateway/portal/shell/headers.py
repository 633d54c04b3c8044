"""What every page tells the browser about itself: what it may load, who may frame it, who may keep it."""

from __future__ import annotations

from typing import TypeVar

from starlette.responses import Response

R = TypeVar("R", bound=Response)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: under it a browser sends `Origin: null` with our own forms, which we could not tell from others'.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

NOBODY_KEEPS = "no-store"
ASK_AGAIN = "private, no-cache"


def secured(response: R, cache: str = NOBODY_KEEPS) -> R:
    """The response with all of this on it; what it says of keeping it stays."""
    response.headers.update(SECURITY)
    response.headers.setdefault("Cache-Control", cache)
    return response
