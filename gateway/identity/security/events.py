"""A security event before it is written: what happened, to whom, from where. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.message import TenantId
from contracts.security_events import SecurityEventKind, SecurityOutcome

DOOR: TenantId = "platform"
"""Whose rows are those that belong to the door itself: of people who are not known yet, or who act in several
tenants."""

DETAIL_LIMIT = 200
"""Characters. Details are words that the code chooses; anything longer came from outside and is cut."""

Detail = str | int | bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a call comes from: the client's address, and the trace that the request is known by."""

    client_address: str | None = None
    request_id: str | None = None


NOWHERE = Origin()


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityEvent:
    """`actor_id` did it, `person_id` is whom it is about: the same when people do something themselves.

    An event of a `department_id` is shown to that department's own auditor alone: who is looked into must not learn it.
    """

    kind: SecurityEventKind
    outcome: SecurityOutcome = "done"
    tenant: TenantId = DOOR
    actor_id: str | None = None
    person_id: str | None = None
    account_id: str | None = None
    department_id: str | None = None
    origin: Origin = NOWHERE
    details: Mapping[str, Detail] = field(default_factory=dict)

    def safe_details(self) -> dict[str, Detail]:
        """The details as they are written: short, and without what no text of the database holds."""
        return {name: _short(value) for name, value in self.details.items()}


def _short(value: Detail) -> Detail:
    return value.replace("\0", "")[:DETAIL_LIMIT] if isinstance(value, str) else value
