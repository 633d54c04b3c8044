"""Which items are on offer to a tenant's enterprises: its own and those of the levels above it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from chassis.read.reader import Reader
from contracts.message import TenantId
from contracts.rule import Eligibility, FactBound, FactType, NamedValue, ParameterType
from contracts.rule.facts import RulePart

OFFERS = (
    "SELECT p.id, p.tenant, p.item_version, p.content ->> 'title' AS title, p.opens, p.closes,"
    " p.content -> 'rules' AS rules FROM policy_item p"
    " WHERE p.state = 'published' AND p.tenant = ANY (CAST(:places AS text[]))"
    " AND (CAST(:ids AS text[]) IS NULL OR p.id = ANY (CAST(:ids AS text[])))"
)
LEVELS = 8
"""As many as the catalogue looks upwards elsewhere (services/catalog/policies/views.py)."""

Lineage = tuple[TenantId, ...]
"""A place with the levels above it, from the top level down: whose items are on offer to its enterprises."""


class Matched(RulePart):
    """The part of an item's rules that decides who is entitled."""

    model_config = {**RulePart.model_config, "extra": "ignore"}

    fact_types: tuple[FactType, ...]
    reference_year: int | None = None
    eligibility: Eligibility
    parameters: tuple[ParameterType, ...] = ()
    values: tuple[NamedValue, ...] = ()
    bounds: tuple[FactBound, ...] = ()

    @cached_property
    def fact_types_by_name(self) -> dict[str, FactType]:
        """The declared facts by name."""
        return {fact_type.name: fact_type for fact_type in self.fact_types}


@dataclass(frozen=True, slots=True)
class Offer:
    """An item on offer; it can be claimed from `opens` to `closes`, both days included, absent is open."""

    item_id: str
    tenant: TenantId
    version: int
    title: str
    opens: date | None
    closes: date | None
    rules: Matched | None

    @property
    def described(self) -> tuple[Any, ...]:
        """All but the rules, which a version stands for."""
        return self.item_id, self.tenant, self.version, self.title, self.opens, self.closes

    def without_rules(self) -> Offer:
        return replace(self, rules=None)

    def open_on(self, day: date) -> bool:
        return (self.opens is None or self.opens <= day) and (self.closes is None or day <= self.closes)


def read_lineages(reader: Reader, tenants: Collection[TenantId]) -> dict[TenantId, Lineage]:
    """That of each of these tenants and of every level above them."""
    above = {row.id: row.parent_id for row in reader.execute("SELECT id, parent_id FROM tenant")}
    found: dict[TenantId, Lineage] = {}
    for tenant in tenants:
        chain: list[TenantId] = []
        place: TenantId | None = tenant
        while place is not None and place in above and place not in chain and len(chain) <= LEVELS:
            chain.append(place)
            place = above[place]
        found.update((level, tuple(reversed(chain[depth:]))) for depth, level in enumerate(chain))
    return found


def read_offers(reader: Reader, places: Collection[TenantId], ids: Sequence[str] | None = None) -> Iterator[Offer]:
    """What these places have on offer, or those of `ids` that are: each once."""
    given = {"places": sorted(places), "ids": list(ids) if ids is not None else None}
    for row in reader.execute(OFFERS, given):
        rules = Matched.model_validate(row.rules)
        yield Offer(row.id, row.tenant, row.item_version, row.title, row.opens, row.closes, rules)
