"""How people come in, put together for one process: what it is told by its environment, and what the pages work with."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request

from chassis.edge.frame import Frame
from chassis.foundation.settings import SettingMissing
from chassis.outside.reach import Reach
from contracts.typed import is_digits
from gateway.errors import ShowProblem
from gateway.identity.accounts.hashing import Argon2Hashes, PasswordHashes
from gateway.identity.accounts.use_cases import TellPerson, tell_nobody
from gateway.identity.certificates.connected import readers
from gateway.identity.certificates.ports import Readers
from gateway.identity.issuers.connection import Connections
from gateway.identity.sessions.domain import SessionLimits
from gateway.identity.sessions.people_port import NobodyKnown, PeoplePort
from gateway.identity.sessions.views import SessionDirectory
from gateway.identity.sign_in.by_issuer import Gate
from gateway.identity.sign_in.entrance import Entrance
from gateway.public_address import PublicAddress
from gateway.rate_limits import RateLimited, RateLimits, Rates
from gateway.security_notes import PermissionRefusals
from gateway.session_cookie import Cookies, SignedIn

PLACE = "signing_in"
CALLBACK = "/sign-in/oidc/callback"
HASHES_AT_ONCE = 4
"""Threads in which passwords are compared: each takes 19 MiB and a core for a while. The others wait for them, and
nobody else does."""

ISSUERS_AT_ONCE = 8
"""Threads that may wait for identity providers: one that is slow keeps nobody from the others' work."""

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class SignInSettings:
    """What the environment says of the way in."""

    address: PublicAddress = field(default_factory=PublicAddress)
    rates: RateLimits = field(default_factory=RateLimits)
    sessions: SessionLimits = field(default_factory=SessionLimits)
    certificates: Readers = field(default_factory=dict)
    issuers_within: Reach = field(default_factory=Reach)

    @staticmethod
    def from_env(environ: Mapping[str, str] = os.environ) -> SignInSettings:
        """Raises SettingMissing for what cannot be used."""
        return SignInSettings(
            address=PublicAddress.from_env(environ),
            rates=RateLimits.from_env(environ),
            sessions=SessionLimits(
                idle=_minutes(environ, "SESSION_IDLE_MINUTES", 30, 5, 120),
                absolute=_minutes(environ, "SESSION_LONGEST_MINUTES", 720, 30, 1440),
            ),
            certificates=readers(environ),
            issuers_within=Reach.from_env(environ),
        )


class SigningIn:
    """What one process has of the way in."""

    def __init__(
        self,
        frame: Frame,
        settings: SignInSettings,
        people: PeoplePort,
        hashes: PasswordHashes | None = None,
        connections: Connections | None = None,
        tell: TellPerson = tell_nobody,
    ) -> None:
        self.settings = settings
        self.directory = SessionDirectory(frame, people, settings.sessions)
        self.entrance = Entrance(frame, hashes or Argon2Hashes(), self.directory)
        self.connections = connections or Connections(settings.issuers_within)
        self.cookies = Cookies(settings.address)
        self.rates = Rates(settings.rates)
        self.tell = tell
        self._hashing = CapacityLimiter(HASHES_AT_ONCE)
        self._asking_issuers = CapacityLimiter(ISSUERS_AT_ONCE)

    def gate(self, origin: str) -> Gate:
        """The way to identity providers, which send people back to this origin."""
        return Gate(self.entrance, self.connections, origin + CALLBACK)

    async def hashing(self, step: Callable[[], R]) -> R:
        """A step that compares or makes a password's hash, in a thread of its own kind."""
        return await to_thread.run_sync(step, limiter=self._hashing)

    async def asking_issuer(self, step: Callable[[], R]) -> R:
        """A step that asks an identity provider."""
        return await to_thread.run_sync(step, limiter=self._asking_issuers)


def install(
    app: FastAPI, frame: Frame, given: SigningIn | SignInSettings | None, people: PeoplePort | None = None
) -> SigningIn:
    """Put the way in into the application's state; `given` is it, or what it is made by."""
    if not isinstance(given, SigningIn):
        given = SigningIn(frame, given or SignInSettings(), people or NobodyKnown())
    setattr(app.state, PLACE, given)
    return given


def guard_requests(app: FastAPI, signing_in: SigningIn, pages: ShowProblem) -> None:
    """The middleware: how often somebody may ask, who is behind a cookie, and that a guard has refused somebody."""
    app.add_middleware(PermissionRefusals, frame=signing_in.entrance.frame)
    app.add_middleware(SignedIn, directory=signing_in.directory, cookies=signing_in.cookies, pages=pages)
    app.add_middleware(RateLimited, rates=signing_in.rates, address=signing_in.settings.address, pages=pages)


def signing_in_of(request: Request) -> SigningIn:
    found: SigningIn = getattr(request.app.state, PLACE)
    return found


def _minutes(environ: Mapping[str, str], name: str, otherwise: int, least: int, most: int) -> timedelta:
    said = environ.get(name, "") or str(otherwise)
    if not is_digits(said, 9) or not least <= int(said) <= most:
        raise SettingMissing(f"{name} 应为 {least} 至 {most} 之间的整数 (minutes)")
    return timedelta(minutes=int(said))
