"""Who is behind a token, asked at every request: cached."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from chassis.edge.frame import Frame
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.message import Actor, TenantId
from contracts.people import EVERYTHING
from gateway.identity.credentials.tokens import looks_like_one
from gateway.identity.credentials.use_cases import token_digest
from gateway.identity.people.capacities import MANDATED, capacities
from gateway.identity.remembered import Remembered
from gateway.identity.tenants.known import TenantsInMind

CACHE_SECONDS = 5.0
CACHE_LIMIT = 20_000

PLATFORM_ACTOR = Actor(
    id="platform",
    roles=frozenset({"platform"}),
    name="平台运维",
    duties=frozenset({"system_admin", "security_admin"}),
)
"""Whoever holds the token that the installation made: it brings the first administrators on board. A house that goes
live takes it away (ZHIDA_PLATFORM_TOKEN) and three persons do its work (三员分立)."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person or machine: the actor, and the one tenant it acts for. `unattended`: its token may do what asks
    for a second factor, although nobody is there to give one."""

    tenant: TenantId
    actor: Actor
    unattended: bool = False


class Directory:
    """Looks up tokens in the identity database; answers are kept for a few seconds."""

    def __init__(self, frame: Frame, platform_token: str | None) -> None:
        self._frame = frame
        self._platform = token_digest(platform_token) if platform_token else None
        self._principals: Remembered[Principal] = Remembered(CACHE_SECONDS, CACHE_LIMIT)
        self.tenants = TenantsInMind(frame)

    @property
    def has_platform_token(self) -> bool:
        """Whether the installation's own token still opens everything."""
        return self._platform is not None

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        """(whether the answer is known without asking, the answer). Of what cannot be a token it is known at once."""
        digest = token_digest(token)
        if self._platform is not None and compare_digest(digest, self._platform):
            return True, Principal("platform", PLATFORM_ACTOR)
        if not looks_like_one(token):
            return True, None
        return self._principals.answer(digest)

    def was_found(self, token: str) -> bool:
        """Whether somebody came with it before, and was somebody."""
        return self._principals.was_found(token_digest(token))

    def principal(self, token: str) -> Principal | None:
        """Who the token belongs to; None for a token that nobody was given. Blocks: call it in a thread."""
        digest = token_digest(token)
        found = self._find(digest)
        self._principals.keep(digest, found)
        return found

    def _find(self, digest: str) -> Principal | None:
        with self._frame.reader(()) as reader:
            row = reader.execute(
                "SELECT * FROM credential_found(:digest, :at)", {"digest": digest, "at": reader.now}
            ).first()
            if row is None:
                return None
            if row.of_person:
                return _person_behind(row, reader)
        duties = frozenset(f"{MANDATED}{scope}" for scope in EVERYTHING) if "enterprise" in row.roles else frozenset()
        actor = Actor(
            id=row.actor_id,
            roles=frozenset(row.roles),
            name=row.name,
            enterprise_id=row.enterprise_id,
            department=row.department,
            department_id=row.department_id,
            duties=duties,
            speaks_for=frozenset(row.sources),
        )
        return Principal(row.tenant, actor)


def _person_behind(row: Any, reader: Reader) -> Principal | None:
    """The person in the one capacity that the credential names; None once nothing is held there any more."""
    day = reader.now.astimezone(CHINA).date()
    for each in capacities(reader, row.actor_id, day):
        here = (each.tenant, each.actor.department_id, each.actor.enterprise_id)
        if here == (row.tenant, row.department_id, row.enterprise_id):
            return Principal(each.tenant, each.actor, row.unattended)
    return None
