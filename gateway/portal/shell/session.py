"""Who is signed in, as pages know it: by the session that a cookie names. JSON knows tokens, and nothing of this.

Who looks the session up puts it into `request.state.session`, or None.
"""

from __future__ import annotations

import hmac
from typing import Protocol

from fastapi import Request

from gateway.access import Guard, Only, Permitted, Public, RouteGuard
from gateway.door import Door
from gateway.identity.views import Principal
from gateway.portal.shell.addresses import from_our_own_pages


class Session(Protocol):
    """What the frame needs of whoever is signed in. `acting_for`: the enterprise, or the department with the duty."""

    @property
    def principal(self) -> Principal: ...

    @property
    def person_name(self) -> str: ...

    @property
    def acting_for(self) -> str: ...

    @property
    def csrf(self) -> str: ...

    @property
    def unread(self) -> int: ...


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not for everybody."""


def session_of(request: Request) -> Session | None:
    session: Session | None = getattr(request.state, "session", None)
    return session


def csrf_of(request: Request) -> str:
    """What a form of this session says. `request.state.waiting_csrf` is that of one who is on the way in; blank without
    any: there is nobody in whose name another could act."""
    session = session_of(request)
    waiting: str = getattr(request.state, "waiting_csrf", "")
    return session.csrf if session is not None else waiting


def csrf_fits(request: Request, said: str) -> bool:
    """Whether a form was made for this session."""
    wanted = csrf_of(request)
    return not wanted or hmac.compare_digest(wanted.encode(), said.encode())


class PublicPage(Public):
    """Anybody may see it; what is sent to it comes from our own pages."""

    async def __call__(self, request: Request) -> Door:
        from_our_own_pages(request)
        return Door(request)


class SignedInPage(RouteGuard):
    """Those whom `guard` admits, by their session."""

    def __init__(self, guard: Only | Permitted) -> None:
        self.guard = guard
        self.roles = guard.roles

    async def __call__(self, request: Request) -> Door:
        from_our_own_pages(request)
        session = session_of(request)
        if session is None:
            raise SignInNeeded()
        return self.guard.admit(request, session.principal)


def for_everybody(guard: Guard) -> bool:
    """Whether nobody need be signed in."""
    return isinstance(guard, Public) or (isinstance(guard, Permitted) and guard.permission.public)


def may_see(guard: Guard, session: Session | None) -> bool:
    """Whether a page is shown to whoever is signed in: what is not allowed is not offered."""
    if isinstance(guard, Public) or for_everybody(guard):
        return True
    return session is not None and guard.admits(session.principal)


def page_guard(guard: Guard) -> PublicPage | SignedInPage:
    """The same guard, for a page."""
    return PublicPage() if isinstance(guard, Public) or for_everybody(guard) else SignedInPage(guard)
