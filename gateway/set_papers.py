"""Papers that the gateway sets itself for whoever reads them: cards and receipts. Nothing of them is kept but for a moment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from anyio import CapacityLimiter
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.handed_files import attachment
from gateway.signing_in import signing_in_of

PDF = "application/pdf"
AT_ONCE = 2
"""Papers that one process sets at the same time: they cost some hundredths of a second of a processor each, and strangers ask for them."""

MOST_KEPT = 200
"""Set papers of some 50 kB that are handed out again as they are."""


def origin_of_pages(request: Request) -> str | None:
    """Scheme and host under which people reach these pages; None where that is known of no address but this machine's."""
    return signing_in_of(request).settings.address.origin(request)


class Setting:
    """What one process sets, and what it has set for everybody last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._limiter: CapacityLimiter | None = None

    async def once(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The paper of this key, which says all that stands in it: set now, or as it was set for somebody before."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = await self.anew(make)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return made

    async def anew(self, make: Callable[[], bytes]) -> bytes:
        """A paper that is one person's own, and kept nowhere."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        async with self._limiter:
            return await run_in_threadpool(make)


SETTING = Setting()


def handed_out(pdf: bytes, name: str, plain: str, cache: str) -> Response:
    """The paper as an attachment called `name`; `plain` is for browsers that read no other letters."""
    return Response(pdf, media_type=PDF, headers=attachment(name, plain, len(pdf), cache))
