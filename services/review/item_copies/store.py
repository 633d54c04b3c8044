"""The copies' rows: the rules of every version, as they were published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from chassis.write.uow import UnitOfWork
from contracts.policies import PolicyPublished, PolicyRevised
from contracts.rule import ItemRules

ItemVersion = tuple[str, int]


class ItemVersions:
    """The rules of every published version of every item: a small copy of catalog's facts, kept for ever."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def remember(self, published: Iterable[PolicyPublished | PolicyRevised]) -> None:
        """Keep what was published, in one statement; a version that is known already stays as it is."""
        items = list(published)
        self._uow.execute(
            "INSERT INTO item_version (item_id, item_version, tenant, rules)"
            " SELECT i, v, t, r FROM unnest(CAST(:items AS text[]), CAST(:versions AS integer[]),"
            " CAST(:tenants AS text[]), CAST(:rules AS jsonb[])) AS p(i, v, t, r)"
            " ORDER BY i, v ON CONFLICT DO NOTHING",
            {
                "items": [item.item_id for item in items],
                "versions": [item.item_version for item in items],
                "tenants": [item.tenant for item in items],
                "rules": [item.content.rules.model_dump_json() for item in items],
            },
        )

    def get_many(self, keys: Collection[ItemVersion]) -> Mapping[ItemVersion, ItemRules]:
        """The rules of those versions that have arrived, in one statement."""
        wanted = sorted(set(keys))
        rows = self._uow.execute(
            "SELECT v.item_id, v.item_version, v.rules FROM item_version v"
            " JOIN unnest(CAST(:items AS text[]), CAST(:versions AS integer[])) AS k(i, n)"
            " ON (v.item_id, v.item_version) = (k.i, k.n)",
            {"items": [item for item, _ in wanted], "versions": [version for _, version in wanted]},
        )
        return {(row.item_id, row.item_version): ItemRules.model_validate(row.rules) for row in rows}
