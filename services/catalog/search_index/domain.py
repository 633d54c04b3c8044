"""What can be found of an item, and by what. Pure: content and dates are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.item import PolicyItemContent
from contracts.message import TenantId
from contracts.rule import AllOf, AnyOf, Condition, Eligibility
from services.catalog.search_index.ceiling import most_payable

INDUSTRY_FACTS = frozenset({"industry", "industry_field"})
"""The facts by which items name the industries that they are for (`services/catalog/dictionary/facts.json`)."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What an item says, by how much it counts: its title, whose and what about, its guide, its document."""

    title: tuple[str, ...]
    belongs_to: tuple[str, ...]
    guide: tuple[str, ...]
    document: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searchable:
    """What is kept of an item on offer, to find it and to show it."""

    item_id: str
    tenant: TenantId
    item_version: int
    published_at: datetime
    texts: Texts
    max_amount_fen: int | None
    opens: date | None
    closes: date | None
    shown: dict[str, Any]


def searchable(
    content: PolicyItemContent, *, item_id: str, tenant: TenantId, item_version: int, published_at: datetime
) -> Searchable:
    """The item as it is found and shown in a list."""
    plan = content.rules.plan
    most = most_payable(content.rules.amount, content.rules.rounding, content.rules.values_by_name)
    industries = tuple(industries_of(content))
    shown = {
        "code": content.code,
        "title": content.title,
        "summary": content.summary,
        "level": content.level.value,
        "theme": content.theme,
        "industries": industries,
        "mode": plan.mode.value,
        "benefit_kind": content.benefit_kind.value,
        "department": plan.department,
        "document": content.document.name,
        "status": content.status.value,
        "sample": content.sample,
    }
    return Searchable(
        item_id=item_id,
        tenant=tenant,
        item_version=item_version,
        published_at=published_at,
        texts=texts_of(content, industries),
        max_amount_fen=most.fen if most else None,
        opens=plan.window.opens,
        closes=plan.window.closes,
        shown=shown,
    )


def texts_of(content: PolicyItemContent, industries: Iterable[str]) -> Texts:
    """The item's words by where they stand."""
    issuer, guide, document = content.issuer, content.guide, content.document
    places = (issuer.authority, issuer.province, issuer.city, issuer.county)
    return Texts(
        title=(content.title,),
        belongs_to=(content.rules.plan.department, content.theme, *industries, *_said(places)),
        guide=(content.summary, guide.beneficiaries, guide.conditions, guide.standard, guide.mode),
        document=(*_said((document.name, document.number)), content.code, guide.basis),
    )


def industries_of(content: PolicyItemContent) -> Iterable[str]:
    """The industries that the item's conditions name, in its own words, each once."""
    names = {
        code.code: code.label for fact in content.rules.fact_types if fact.name in INDUSTRY_FACTS for code in fact.codes
    }
    return dict.fromkeys(names.get(code, code) for code in _industry_codes(content.rules.eligibility))


def _industry_codes(rule: Eligibility) -> Iterable[str]:
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.of:
            yield from _industry_codes(part)
    elif isinstance(rule, Condition) and rule.fact in INDUSTRY_FACTS and rule.operator in ("eq", "in", "contains"):
        if isinstance(rule.value, str):
            yield rule.value
        elif isinstance(rule.value, tuple):
            yield from rule.value


def _said(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
