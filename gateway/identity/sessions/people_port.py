"""What the door asks of the people's room: who somebody is, and what they may act as. The room puts itself in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contracts.message import Id, TenantId
from gateway.identity.views import Principal


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """One thing that a person may act as: a duty in a department of a tenant, or for an enterprise.

    `key` says which, the same each time, in an address and a form. `label` is how a page says it (兑付经办 ·
    行政审批局). `principal` is what they are at the door then. `duties` are kinds of duty; none for an enterprise.
    """

    key: str
    tenant: TenantId
    label: str
    principal: Principal
    duties: frozenset[str] = field(default_factory=frozenset)


class PeoplePort(Protocol):
    """Asked at each sign-in, and every few seconds of whoever is signed in. All of it blocks."""

    def name_of(self, person_id: Id) -> str:
        """The person's name; their id where none is known."""

    def capacities(self, person_id: Id) -> Sequence[Capacity]:
        """What the person may act as today, in the order in which to show it."""

    def person_by_resident_id(self, resident_id: str) -> Id | None:
        """Who has this resident id, compared by its keyed digest. None for nobody, or what is no resident id."""


class NobodyKnown:
    """Before the people's room is there: nobody may act as anything."""

    def name_of(self, person_id: Id) -> str:
        return person_id

    def capacities(self, person_id: Id) -> Sequence[Capacity]:
        return ()

    def person_by_resident_id(self, resident_id: str) -> Id | None:
        return None
