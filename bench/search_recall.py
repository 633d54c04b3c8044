"""Queries that small firms would type, labelled by hand with the items they mean, and how many of those are found.

`sample/labelled/queries.jsonl` over the sample items (`sample/items`). A third of the queries is held out: they were
written before anybody looked at how search works, and nothing was tuned on them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts.item import PolicyItemContent
from contracts.message import TenantId
from services.catalog.policies.domain import PolicyItem

SAMPLE = Path(__file__).resolve().parent.parent / "sample"
AT = 5
"""Items that fit on a phone before anybody scrolls."""


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """What somebody types, and the codes of the items that they mean."""

    query: str
    right: tuple[str, ...]
    held_out: bool

    def recall(self, found: Sequence[str]) -> float:
        """The share of the right items among the first five; where more are right, five are all there can be."""
        return len({*found[:AT]} & {*self.right}) / min(AT, len(self.right))


def labelled_queries() -> tuple[LabelledQuery, ...]:
    lines = (SAMPLE / "labelled" / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(
        LabelledQuery(query=each["query"], right=tuple(each["right"]), held_out=each["held_out"])
        for each in map(json.loads, lines)
    )


def recalls(ask: Callable[[str], Sequence[str]]) -> dict[LabelledQuery, float]:
    """The recall of each query; `ask` answers with the codes found, the best first."""
    return {each: each.recall(ask(each.query)) for each in labelled_queries()}


def mean_recall(recalled: dict[LabelledQuery, float], *, held_out: bool) -> float:
    """Over the queries that were held out, or over the others."""
    chosen = [recall for each, recall in recalled.items() if each.held_out == held_out]
    return sum(chosen) / len(chosen)


def sample_items(tenant: TenantId, at: datetime, new_id: Callable[[], str]) -> list[PolicyItem]:
    """All sample items as if this place had published them: also those that cannot be published, as what is in the way."""
    contents = [
        PolicyItemContent.model_validate_json(file.read_bytes()) for file in sorted((SAMPLE / "items").glob("*.json"))
    ]
    return [published(tenant, content, at, new_id()) for content in contents]


def published(tenant: TenantId, content: PolicyItemContent, at: datetime, id: str) -> PolicyItem:
    """An item in its first version, on offer since then."""
    return PolicyItem(
        id=id, tenant=tenant, code=content.code, item_version=1, content=content, published_at=at, state_since=at
    )
