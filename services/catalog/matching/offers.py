"""Which items are on offer to a tenant's enterprises: its own and those of the levels above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from chassis.read.reader import Reader
from contracts.message import TenantId
from contracts.rule import Eligibility, FactType, ParameterType
from contracts.rule.facts import RulePart
from services.catalog.policies.views import LINEAGE

OFFERS = (
    f"{LINEAGE} SELECT p.id, p.tenant, p.item_version, p.content ->> 'title' AS title, p.opens, p.closes,"
    " p.content -> 'rules' AS rules FROM policy_item p"
    " WHERE p.state = 'published' AND p.tenant IN (SELECT id FROM lineage)"
    " AND (CAST(:ids AS text[]) IS NULL OR p.id = ANY (CAST(:ids AS text[])))"
)


class Matched(RulePart):
    """The part of an item's rules that decides who is entitled."""

    model_config = {**RulePart.model_config, "extra": "ignore"}

    fact_types: tuple[FactType, ...]
    reference_year: int | None = None
    eligibility: Eligibility
    parameters: tuple[ParameterType, ...] = ()

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


def read_offers(reader: Reader, tenant: TenantId, ids: Sequence[str] | None = None) -> Iterator[Offer]:
    """Everything on offer to the tenant's enterprises, or those of `ids` that are."""
    given = {"tenant": tenant, "ids": list(ids) if ids is not None else None}
    for row in reader.execute(OFFERS, given):
        rules = Matched.model_validate(row.rules)
        yield Offer(row.id, row.tenant, row.item_version, row.title, row.opens, row.closes, rules)
