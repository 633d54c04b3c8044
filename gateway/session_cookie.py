"""The cookies of people who sign in, and who is behind them: put beside the request, for pages. JSON never looks.

`__Host-zhida` over https: the browser takes it from this host alone, for no other and for no lower path. Over http, on
this machine alone, it is called `zhida`.
"""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.observability.telemetry import current_traceparent
from gateway.errors import DoorProblem, ShowProblem, problem_of
from gateway.identity.digests import digest_of
from gateway.identity.security.events import Origin
from gateway.identity.sessions.views import SessionDirectory, SignedInSession
from gateway.identity.sign_in.entrance import Visit
from gateway.places import NoPlace
from gateway.public_address import PublicAddress
from gateway.rate_limits import HELD, Rates, too_many
from gateway.strangers import looked_up

NAME = "zhida"
JOURNEY = "zhida-journey"
JOURNEY_SECONDS = 600
NO_PAGES = ("/api/", "/static/", "/healthz", "/readyz", "/openapi.json")
LONGEST = 128


class Cookies:
    """Sets, reads and takes away our cookies."""

    def __init__(self, address: PublicAddress) -> None:
        self._prefix = "__Host-" if address.secure else ""
        self._secure = address.secure

    def session(self, request: HTTPConnection) -> str | None:
        """The id that the browser sends; None for none, or what is none of ours."""
        return self._read(request, NAME)

    def journey(self, request: HTTPConnection) -> str | None:
        """What binds a journey to this browser."""
        return self._read(request, JOURNEY)

    def give_session(self, response: Response, cookie: str) -> None:
        """Until the browser is closed; how long it is worth something the session says."""
        self._set(response, NAME, cookie, None)

    def give_journey(self, response: Response, binding: str) -> None:
        self._set(response, JOURNEY, binding, JOURNEY_SECONDS)

    def take_session(self, response: Response) -> None:
        self._set(response, NAME, "", 0)

    def take_journey(self, response: Response) -> None:
        self._set(response, JOURNEY, "", 0)

    def _read(self, request: HTTPConnection, name: str) -> str | None:
        value = request.cookies.get(self._prefix + name)
        return value if value and len(value) <= LONGEST and value.isascii() else None

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            self._prefix + name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


class SignedIn:
    """ASGI middleware: `request.state.session` is whoever is signed in, or None; `request.state.visit` where a request
    comes from. Pages alone: JSON takes bearer tokens, so that no cookie is ever used against it.

    Where a session still waits for something, `request.state.waiting_csrf` is what its forms say.
    """

    def __init__(
        self, app: ASGIApp, directory: SessionDirectory, cookies: Cookies, pages: ShowProblem | None = None
    ) -> None:
        self._app = app
        self._directory = directory
        self._cookies = cookies
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NO_PAGES):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        cookie = self._cookies.session(HTTPConnection(scope))
        try:
            session = await self._find(cookie, Request(scope)) if cookie else None
        except (NoPlace, HTTPException) as error:
            await self._tell(problem_of(error), scope, receive, send)
            return
        state["session"] = session
        state["visit"] = Visit(origin=origin_of(scope), cookie=cookie)
        if cookie and session is None:
            state["waiting_csrf"] = self._directory.csrf(digest_of(cookie))
        rates: Rates | None = state.get(HELD)
        wait = rates.of_principal(session.principal) if rates is not None and session is not None else 0
        if wait:
            await self._tell(too_many(wait), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _find(self, cookie: str, request: Request) -> SignedInSession | None:
        known, session = self._directory.remembered(cookie)
        if known:
            return session
        stranger = not self._directory.was_found(cookie)
        return await looked_up(request, partial(self._directory.find, cookie), stranger=stranger, counted=False)

    async def _tell(self, told: DoorProblem, scope: Scope, receive: Receive, send: Send) -> None:
        page = None if self._pages is None else await self._pages(Request(scope), told)
        await (page or told.document())(scope, receive, send)


def visit_of(request: Request) -> Visit:
    """Where a page's request comes from, and with which cookie."""
    visit: Visit = request.state.visit
    return visit


def origin_of(scope: Scope) -> Origin:
    """Where a request comes from, for security events. The address was found by RateLimited."""
    traceparent = current_traceparent()
    return Origin(
        client_address=scope.get("state", {}).get("client_address"),
        request_id=traceparent[3:35] if traceparent else None,
    )
