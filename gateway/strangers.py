"""Whoever comes with a token or cookie that is not remembered: looked up in threads of their own, and not without end.

Whoever was somebody a moment ago is looked up apart from strangers, and an address that brings nobody's bearer tokens again
and again is told to wait: trying them out costs this house two threads and sixty questions a minute for an address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import HTTPException, Request

from gateway.places import look_ups_of
from gateway.rate_limits import CLIENT, HELD, Rates

T = TypeVar("T")


async def looked_up(
    request: Request, step: Callable[[], T | None], *, stranger: bool, counted: bool = True
) -> T | None:
    """Whom the step finds. Raises NoPlace, and HTTPException 429 for an address that has brought too many nobodies.

    `counted`: whether one that is nobody's counts against the address. A cookie does not: that of whoever is about to sign in,
    or whose session has ended, is nobody's, and a whole office may come from one address in the morning.
    """
    look_ups = look_ups_of(request)
    if not stranger:
        return await look_ups.known.run(step)
    if not counted:
        return await look_ups.strangers.run(step)
    state = request.scope.get("state", {})
    rates: Rates | None = state.get(HELD)
    address: str | None = state.get(CLIENT)
    if rates is None or address is None or rates.is_exempt(address):
        return await look_ups.strangers.run(step)
    if wait := rates.wait_of_strangers(address):
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    found = await look_ups.strangers.run(step)
    if found is None:
        rates.count_stranger(address)
    return found
