"""What is handed over once, on a page that nobody keeps: a token, or the link to set up an account."""

from __future__ import annotations

from starlette.responses import Response

from gateway.door import Door
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.portal import portal_of
from gateway.signing_in import signing_in_of

TEMPLATE = "security/shown_once.html"
AUDIENCE = "security"


async def shown_once(door: Door, kind: str, secret: str, *, back: str, until: object = None) -> Response:
    """The page that an order leads to instead of elsewhere. `kind` is the key of its texts, `back` where one goes on.

    Loaded again, it sends the order again, which is told that it was handed over.
    """
    values = {"kind": kind, "secret": secret, "back": back, "until": until, "page_path": back}
    return await portal_of(door.request).render(
        door.request, TEMPLATE, values, audience=AUDIENCE, status=200, cache=NOBODY_KEEPS
    )


def whole_link(door: Door, path: str) -> str:
    """The link with the address of this site, where that is known."""
    return f"{signing_in_of(door.request).settings.address.origin(door.request) or ''}{path}"
