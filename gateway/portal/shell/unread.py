"""How much in somebody's inbox is new to them, for the head of every page: asked rarely, and no page waits for it."""

from __future__ import annotations

import asyncio
import time

from fastapi import Request

from contracts.message import Id, TenantId
from contracts.notify import CountUnread
from contracts.refusal import Refused
from gateway.access import allows
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.identity.views import Principal
from gateway.permissions import permission_for
from gateway.portal.shell.session import Session

KEPT_SECONDS = 20.0
LONGEST_WAIT = 0.5
"""Seconds: a page is worth more than the figure in its head."""

MOST_KEPT = 20_000

Reader = tuple[TenantId, Id, Id | None, Id | None]


class UnreadCounts:
    """The counts of this process, by who reads in which capacity. While nobody answers the last one stands."""

    def __init__(self) -> None:
        self._known: dict[Reader, tuple[float, int]] = {}

    async def of(self, request: Request, session: Session) -> int:
        reader = _reader(session.principal)
        asked_at, count = self._known.get(reader, (float("-inf"), session.unread))
        if time.monotonic() - asked_at < KEPT_SECONDS:
            return count
        count = await _counted(request, session.principal, count)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[reader] = (time.monotonic(), count)
        return count

    def forget(self, principal: Principal) -> None:
        """Something was read: the next page asks anew."""
        self._known.pop(_reader(principal), None)


async def _counted(request: Request, principal: Principal, otherwise: int) -> int:
    enterprise = principal.actor.enterprise_id
    permission = permission_for(CountUnread, own_enterprise=enterprise is not None)
    if not allows(permission, principal.actor):
        return 0
    question = Door(request, principal).told(CountUnread(enterprise_id=enterprise))
    try:
        return (await asyncio.wait_for(question, LONGEST_WAIT)).unread
    except (BusError, Faulted, Refused, TimeoutError):
        return otherwise


def _reader(principal: Principal) -> Reader:
    actor = principal.actor
    return principal.tenant, actor.id, actor.department_id, actor.enterprise_id
