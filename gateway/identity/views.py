"""Who is behind a token, and which tenant a receipt belongs to. Both are asked at every request: cached."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from chassis.edge.frame import Frame
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.message import Actor, TenantId
from contracts.people import EVERYTHING
from gateway.identity.credentials.use_cases import token_digest
from gateway.identity.people.capacities import MANDATED, capacities

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
    """Looks up tokens and receipt prefixes in the identity database; answers are kept for a few seconds."""

    def __init__(self, frame: Frame, platform_token: str | None) -> None:
        self._frame = frame
        self._platform = token_digest(platform_token) if platform_token else None
        self._principals: dict[str, tuple[float, Principal | None]] = {}
        self._prefixes: tuple[float, dict[str, TenantId]] = (0.0, {})

    @property
    def has_platform_token(self) -> bool:
        """Whether the installation's own token still opens everything."""
        return self._platform is not None

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        """(whether the answer is known without asking, the answer)."""
        kept = self._principals.get(token_digest(token))
        if kept is not None and time.monotonic() - kept[0] < CACHE_SECONDS:
            return True, kept[1]
        return False, None

    def principal(self, token: str) -> Principal | None:
        """Who the token belongs to; None for a token that nobody was given. Blocks: call it in a thread."""
        digest = token_digest(token)
        found = self._find(digest)
        if len(self._principals) >= CACHE_LIMIT:
            self._principals.clear()
        self._principals[digest] = (time.monotonic(), found)
        return found

    def prefix_remembered(self, receipt: str) -> TenantId | None:
        """The same without asking the database; None when the list is old or knows no such prefix."""
        made, prefixes = self._prefixes
        fresh = time.monotonic() - made <= CACHE_SECONDS
        return prefixes.get(receipt.split("-", 1)[0].upper()) if fresh else None

    def tenant_of_receipt(self, receipt: str) -> TenantId | None:
        """The tenant whose prefix the receipt number begins with. Blocks when its list is old."""
        made, prefixes = self._prefixes
        if time.monotonic() - made > CACHE_SECONDS:
            with self._frame.reader(()) as reader:
                rows = reader.execute("SELECT id, settings->>'receipt_prefix' AS prefix FROM tenant").all()
            prefixes = {row.prefix: row.id for row in rows}
            self._prefixes = (time.monotonic(), prefixes)
        return prefixes.get(receipt.split("-", 1)[0].upper())

    def _find(self, digest: str) -> Principal | None:
        if self._platform is not None and digest == self._platform:
            return Principal("platform", PLATFORM_ACTOR)
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
