"""What each caller has just written, so that whoever asks another service next is not told that it is not so yet.

A process remembers it by the person who gave the order. Between replicas it travels with the caller: a program is given it
in the header `Zhida-After` and may send it back, a browser has it in a cookie for as long as it matters. It is sealed, and
says only how far the events of which things go: whoever shows another's waits a moment longer and learns nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any, cast

import orjson
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.foundation.secrecy import Cipher, Unsealable
from contracts.flow import aggregates_heard_by
from contracts.identity import PLATFORM
from contracts.message import Id, ServiceName

HEADER = "Zhida-After"
COOKIE = "zhida-after"
BEHIND_HEADER = "Zhida-Behind"
"""On an answer that had to be given before everything that its caller wrote had arrived: whose answer it is."""

FRESH_SECONDS = 30.0
"""Events travel for far less; what is not there after that is away for another reason, and says so elsewhere."""

MOST_CARRIED = 16
MOST_PEOPLE = 20_000
LONGEST_TOKEN = 4_000
PURPOSE = "own_writes"
PLACE = "own_writes"
API = "/api/"

WrittenWire = Mapping[str, Any]
"""`contracts.envelope.Written` as it travels."""


class OwnWrites:
    """The last writes of everybody who gave an order to this process, the newest last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._of: dict[Id, deque[tuple[float, WrittenWire]]] = {}

    def note(self, person: Id, wrote: Iterable[WrittenWire]) -> None:
        now = self._clock()
        if len(self._of) >= MOST_PEOPLE:
            self._of = {who: kept for who, kept in self._of.items() if kept and now - kept[-1][0] < FRESH_SECONDS}
        self._of.setdefault(person, deque(maxlen=MOST_CARRIED)).extend((now, each) for each in wrote)

    def of(self, person: Id) -> list[WrittenWire]:
        """What is fresh enough to be still on its way."""
        since = self._clock() - FRESH_SECONDS
        return [each for at, each in self._of.get(person, ()) if at > since]


class Carried:
    """What a request brought along and what its answer takes with it."""

    def __init__(self, token: str | None, cipher: Cipher) -> None:
        self._token = token
        self._cipher = cipher
        self.wrote: list[WrittenWire] = []
        self.behind: set[str] = set()

    @cached_property
    def brought(self) -> list[WrittenWire]:
        """Nothing where the token is none of ours, or an old one."""
        if self._token is None or len(self._token) > LONGEST_TOKEN:
            return []
        with suppress(Unsealable, ValueError):
            said = orjson.loads(self._cipher.open(self._token, purpose=PURPOSE, tenant=PLATFORM))
            return said["wrote"] if time.time() - said["at"] < FRESH_SECONDS else []
        return []

    def token(self) -> str:
        kept = [*self.brought, *self.wrote][-MOST_CARRIED:]
        text = orjson.dumps({"at": time.time(), "wrote": kept}).decode()
        return self._cipher.seal(text, purpose=PURPOSE, tenant=PLATFORM)


def carried_by(request: Request) -> Carried | None:
    """None where nobody reads what requests bring along (a route that is tried by itself)."""
    found: Carried | None = request.scope.get("state", {}).get(PLACE)
    return found


def was_behind(request: Request) -> bool:
    """Whether some answer to it had to be given before everything that its caller wrote had arrived."""
    carried = carried_by(request)
    return carried is not None and bool(carried.behind)


def own_writes_of(request: Request) -> OwnWrites:
    """Those of the request's application."""
    state = request.app.state
    found: OwnWrites | None = getattr(state, PLACE, None)
    if found is None:
        found = OwnWrites()
        setattr(state, PLACE, found)
    return found


def heard_by(service: ServiceName, wrote: Sequence[WrittenWire]) -> list[WrittenWire]:
    """What of it comes to that service by events, each thing once, as far as it goes."""
    heard = set(aggregates_heard_by(service))
    last: dict[tuple[str, ...], WrittenWire] = {}
    for each in wrote:
        key = (each["producer"], each["origin"], each["aggregate"], each["id"])
        if (cast("ServiceName", key[0]), key[2]) in heard and each["sequence"] >= last.get(key, each)["sequence"]:
            last[key] = each
    return list(last.values())


class OwnWritesCarried:
    """ASGI middleware: `Carried` beside each request, and on each answer what its caller may bring along next."""

    def __init__(self, app: ASGIApp, cipher: Cipher, secure: bool) -> None:
        self._app = app
        self._cipher = cipher
        self._cookie = f"__Host-{COOKIE}" if secure else COOKIE
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection, is_program = HTTPConnection(scope), scope["path"].startswith(API)
        brought = connection.headers.get(HEADER) if is_program else connection.cookies.get(self._cookie)
        carried = scope.setdefault("state", {})[PLACE] = Carried(brought, self._cipher)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if carried.wrote and is_program:
                    headers[HEADER] = carried.token()
                elif carried.wrote:
                    headers.append("Set-Cookie", self._set_cookie(carried.token()))
                if carried.behind:
                    headers[BEHIND_HEADER] = ", ".join(sorted(carried.behind))
            await send(message)

        await self._app(scope, receive, answer)

    def _set_cookie(self, token: str) -> str:
        cookie: SimpleCookie = SimpleCookie()
        cookie[self._cookie] = token
        said = cookie[self._cookie]
        for name, value in (("path", "/"), ("max-age", int(FRESH_SECONDS)), ("httponly", True), ("samesite", "lax")):
            said[name] = value
        if self._secure:
            said["secure"] = True
        return said.OutputString()
