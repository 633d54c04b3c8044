"""The copies' rows: the rules of every version, as they were published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Row

from contracts.item import BenefitKind, Contact, PolicyItemContent
from contracts.policies import PolicyPublished, PolicyRevised
from contracts.rule import ItemRules, Level
from copies.departments import Database
from services.review.item_copies.item import PinnedItem

ItemVersion = tuple[str, int]


REMEMBER = """
INSERT INTO item_version (item_id, item_version, tenant, rules, family, title, level, benefit_kind, contacts, citation)
SELECT item_id, item_version, tenant, rules, family, title, level, benefit_kind, contacts, citation
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(item_id text, item_version integer, tenant text, rules jsonb,
    family text, title text, level text, benefit_kind text, contacts jsonb, citation text)
ORDER BY item_id, item_version
ON CONFLICT (item_id, item_version) DO UPDATE SET family = EXCLUDED.family, title = EXCLUDED.title,
    level = EXCLUDED.level, benefit_kind = EXCLUDED.benefit_kind, contacts = EXCLUDED.contacts,
    citation = EXCLUDED.citation
WHERE item_version.family IS NULL OR item_version.citation IS NULL
"""

PINNED = """
SELECT v.item_id, v.item_version, CAST(v.rules AS text) AS rules, v.family, v.title, v.level, v.benefit_kind, v.contacts, v.citation FROM item_version v
JOIN unnest(CAST(:items AS text[]), CAST(:versions AS integer[])) AS k(i, n) ON (v.item_id, v.item_version) = (k.i, k.n)
"""


class ItemVersions:
    """The rules of every published version of every item, and what notices say of it: a small copy of catalog's facts, kept for
    ever."""

    def __init__(self, uow: Database) -> None:
        self._uow = uow

    def remember(self, published: Iterable[PolicyPublished | PolicyRevised]) -> None:
        """Keep what was published, in one statement; a version that is known already stays as it is."""
        rows = [
            {
                "item_id": item.item_id,
                "item_version": item.item_version,
                "tenant": item.tenant,
                "rules": item.content.rules.model_dump(mode="json"),
                "family": item.content.code,
                "title": item.content.title,
                "level": item.content.level,
                "benefit_kind": item.content.benefit_kind,
                "citation": citation_of(item.content),
                "contacts": [each.model_dump(mode="json") for each in item.content.guide.contacts],
            }
            for item in published
        ]
        self._uow.execute(REMEMBER, {"rows": orjson.dumps(rows).decode()})

    def get_many(self, keys: Collection[ItemVersion]) -> Mapping[ItemVersion, ItemRules]:
        """The rules of those versions that have arrived, in one statement."""
        return {key: item.rules for key, item in self.items(keys).items()}

    def items(self, keys: Collection[ItemVersion]) -> Mapping[ItemVersion, PinnedItem]:
        """Those versions that have arrived, in one statement."""
        wanted = sorted(set(keys))
        given = {"items": [item for item, _ in wanted], "versions": [version for _, version in wanted]}
        return {(row.item_id, row.item_version): _pinned(row) for row in self._uow.execute(PINNED, given)}


def _pinned(row: Row[Any]) -> PinnedItem:
    rules = rules_of(row.rules)
    if row.family is None:
        return PinnedItem(rules=rules, family=row.item_id, citation="本事项申报指南")
    return PinnedItem(
        rules=rules,
        family=row.family,
        title=row.title,
        level=Level(row.level),
        benefit_kind=BenefitKind(row.benefit_kind),
        contacts=tuple(Contact.model_validate(each) for each in row.contacts),
        citation=row.citation or f"《{row.title}》",
    )


def citation_of(content: PolicyItemContent) -> str:
    """The document by its name and number; where the source gives no name, what the guide says it rests on."""
    document = content.document
    if document.name is None:
        return content.guide.basis[:300]
    number = f"（{document.number}）" if document.number else ""
    return f"《{document.name.strip('《》')}》{number}"[:300]


@lru_cache(maxsize=512)
def rules_of(text: str) -> ItemRules:
    """What is written never changes and is read again by every command: the same text is the same rules (docs/performance.md)."""
    return ItemRules.model_validate_json(text)
