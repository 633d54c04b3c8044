"""How often somebody may ask: by address, by person, by tenant, and less often where people sign in.

Counted in this process and in windows that do not move: with three gateways a person may ask three times as often, and at
the turn of a window twice at once. That keeps one caller from taking the house from all others, which is what it is for;
guessing passwords is slowed by the database (`gateway/identity/sign_in/delays.py`), the same for all processes.

`RATE_LIMIT_ADDRESS`, `RATE_LIMIT_PERSON`, `RATE_LIMIT_TENANT`, `RATE_LIMIT_SIGN_IN`, `RATE_LIMIT_LOOK_UP`,
`RATE_LIMIT_PUBLIC_FORM`: such as `600/minute`.
`RATE_LIMIT_EXEMPT`: networks whose requests are not counted but at sign-in: a bulk import of the data centre's own.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import HTTPException, Request
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.foundation.settings import SettingMissing
from contracts.enterprise_lookup import FindEnterprise
from contracts.message import Query
from gateway.errors import HTTP_SENTENCES, DoorProblem, ShowProblem
from gateway.identity.views import Principal
from gateway.public_address import Network, PublicAddress, counted_as, is_within, networks

SIGN_IN = "/sign-in"
LATER_STEPS = tuple(f"{SIGN_IN}/{step}" for step in ("code", "notice", "capacity", "confirm"))
"""Behind the password, and counted by account (gateway/identity/sign_in/attempts.py). Counted by address too, they would let
fifteen people of a city hall in at nine o'clock, and tell the sixteenth to wait."""

NOT_COUNTED = ("/static/", "/healthz", "/readyz")
STRANGER = "stranger"
LOOK_UPS = (FindEnterprise,)
"""Questions whose a number is: whoever tries one after the other would come by a list."""

MOST_KEYS = 100_000
HELD = "rates"
CLIENT = "client_address"


class Counters(Storage):
    """Counts of windows in memory, at most MOST_KEYS of them: beyond that those that are over go, then all.

    The library's own storage sweeps all it has in a thread of its own with every few requests.
    """

    STORAGE_SCHEME = None

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._now = now
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = self._now()
        with self._lock:
            count, ends_at = self._counts.get(key, (0, 0.0))
            if ends_at <= now:
                self._make_room(now)
                count, ends_at = 0, now + expiry
            self._counts[key] = (count + amount, ends_at)
            return count + amount

    def get(self, key: str) -> int:
        count, ends_at = self._counts.get(key, (0, 0.0))
        return count if ends_at > self._now() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, self._now()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with self._lock:
            known = len(self._counts)
            self._counts.clear()
        return known

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    def _make_room(self, now: float) -> None:
        if len(self._counts) >= MOST_KEYS:
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        if len(self._counts) >= MOST_KEYS:
            self._counts.clear()


LIMITED = ("address", "person", "tenant", "sign_in", "look_up", "public_form")
"""What is limited: each by a setting of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLimits:
    """How often. A city hall may stand behind one address, and a tenant's departments ask together."""

    address: RateLimitItem = field(default_factory=lambda: parse("3000/minute"))
    person: RateLimitItem = field(default_factory=lambda: parse("600/minute"))
    tenant: RateLimitItem = field(default_factory=lambda: parse("12000/minute"))
    sign_in: RateLimitItem = field(default_factory=lambda: parse("60/minute"))
    look_up: RateLimitItem = field(default_factory=lambda: parse("60/minute"))
    public_form: RateLimitItem = field(default_factory=lambda: parse("10/minute"))
    exempt: tuple[Network, ...] = ()

    @staticmethod
    def from_env(environ: Mapping[str, str] = os.environ) -> RateLimits:
        """Raises SettingMissing for what is no limit or no network."""
        named = {name: f"RATE_LIMIT_{name.upper()}" for name in LIMITED}
        try:
            said = {name: parse(environ[variable]) for name, variable in named.items() if environ.get(variable)}
            return RateLimits(**said, exempt=networks(environ.get("RATE_LIMIT_EXEMPT", "")))
        except ValueError as error:
            raise SettingMissing(f"RATE_LIMIT_… 有误，应如 600/minute (not usable): {error}") from error


class Rates:
    """One process's counts, and what they allow."""

    def __init__(self, limits: RateLimits | None = None, now: Callable[[], float] = time.time) -> None:
        self.limits = limits or RateLimits()
        self._now = now
        self._limiter = FixedWindowRateLimiter(Counters(now))

    def hit(self, item: RateLimitItem, *who: str) -> int:
        """Count one request; 0 if it is allowed, else the seconds after which the next one is."""
        if self._limiter.hit(item, *who):
            return 0
        return self._until(item, *who)

    def _until(self, item: RateLimitItem, *who: str) -> int:
        return max(1, int(self._limiter.get_window_stats(item, *who).reset_time - self._now() + 0.999))

    def of_address(self, address: str, *, signing_in: bool) -> int:
        """The same for a request from this address."""
        counted = counted_as(address)
        wait = self.hit(self.limits.sign_in, "sign_in", counted) if signing_in else 0
        if wait or self.is_exempt(address):
            return wait
        return self.hit(self.limits.address, "address", counted)

    def of_principal(self, principal: Principal) -> int:
        """The same for whoever asks, and for all who ask in their tenant."""
        person = self.hit(self.limits.person, "person", principal.tenant, principal.actor.id)
        return person or self.hit(self.limits.tenant, "tenant", principal.tenant)

    def of_look_up(self, principal: Principal) -> int:
        """The same for whoever asks whose a number is: one at a counter does, a list of all enterprises is not had so."""
        return self.hit(self.limits.look_up, "look_up", principal.tenant, principal.actor.id)

    def of_public_form(self, address: str) -> int:
        """The same for what anybody may send without signing in: somebody has to answer each."""
        return self.hit(self.limits.public_form, "public_form", counted_as(address))

    def count_stranger(self, address: str) -> None:
        """Somebody there came with a token or cookie of nobody's."""
        self._limiter.hit(self.limits.sign_in, STRANGER, counted_as(address))

    def wait_of_strangers(self, address: str) -> int:
        """The seconds after which a stranger from there is looked up again; 0 for at once."""
        item, who = self.limits.sign_in, (STRANGER, counted_as(address))
        return 0 if self._limiter.test(item, *who) else self._until(item, *who)

    def is_exempt(self, address: str) -> bool:
        return bool(self.limits.exempt) and is_within(address, self.limits.exempt)


def count_request(request: Request, principal: Principal) -> None:
    """Count a request of somebody who is known. Raises HTTPException 429 for one too many."""
    rates: Rates | None = request.scope.get("state", {}).get(HELD)
    wait = rates.of_principal(principal) if rates is not None else 0
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(wait)})


def count_look_up(request: Request, principal: Principal, question: Query) -> None:
    """Count a question by a credit code. Raises HTTPException 429 for one too many."""
    if not isinstance(question, LOOK_UPS):
        return
    rates: Rates | None = request.scope.get("state", {}).get(HELD)
    wait = rates.of_look_up(principal) if rates is not None else 0
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(wait)})


def count_public_form(request: Request) -> None:
    """Count what somebody sends who has not signed in. Raises HTTPException 429 for one too many."""
    state = request.scope.get("state", {})
    rates: Rates | None = state.get(HELD)
    address: str | None = state.get(CLIENT)
    wait = rates.of_public_form(address) if rates is not None and address is not None else 0
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(wait)})


class RateLimited:
    """ASGI middleware: 429 with Retry-After for an address that asks too often; whoever goes on may be counted by
    `count_request` once they are known. `pages` tells whoever reads pages."""

    def __init__(self, app: ASGIApp, rates: Rates, address: PublicAddress, pages: ShowProblem | None = None) -> None:
        self._app = app
        self._rates = rates
        self._address = address
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_COUNTED):
            await self._app(scope, receive, send)
            return
        client = self._address.client(scope)
        state = scope.setdefault("state", {})
        state[CLIENT] = client
        if client is None or not self._rates.is_exempt(client):
            state[HELD] = self._rates
        path = scope["path"]
        signing_in = scope["method"] == "POST" and path.startswith(SIGN_IN) and not path.startswith(LATER_STEPS)
        wait = 0 if client is None else self._rates.of_address(client, signing_in=signing_in)
        if wait:
            await self._tell(wait, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _tell(self, wait: int, scope: Scope, receive: Receive, send: Send) -> None:
        told = too_many(wait)
        page = None if self._pages is None else await self._pages(Request(scope), told)
        await (page or told.document())(scope, receive, send)


def too_many(wait: int) -> DoorProblem:
    """What is told of one request too many, `wait` seconds before the next one is allowed."""
    code, sentence = HTTP_SENTENCES[429]
    return DoorProblem(429, code, sentence, retryable=True, headers={"Retry-After": str(wait)})
